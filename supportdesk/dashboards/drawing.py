"""The dashboard’s lists of people and tickets: one line each, drawn in one step."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supportdesk.dashboards.horizon import Horizon, Line
from supportdesk.dashboards.load_of_people import Load, Loads
from supportdesk.lib.drawing import avatar
from supportdesk.lib.reversing import address_of
from supportdesk.lib.shapes import NOTHING, Shape, joined

_PERSON = Shape("""
    <li class="load__row">
        {avatar}
        <span class="clip">{name}</span>
        <svg role="group" aria-label="{summary}">
            <a href="{carried}" data-n="{open}" tabindex="-1" aria-label="{name}: {open_words}">
                <rect class="load__room" x="0" y="1" width="100%" height="14" rx="2"/>
                <rect class="load__rest" x="0" y="2" width="{bar}" height="12" rx="2"/>
            </a>
            {owed_bar}
        </svg>
        <span class="load__words">
            <a class="count" id="open-{key}" href="{carried}" data-n="{open}">{open_words}</a>,{space}
            <a class="count" id="owed-{key}" href="{owed}" data-n="{waiting}">{waiting_words}</a>
        </span>
    </li>
""")
_OWED = Shape("""
    <a href="{owed}" data-n="{waiting}" tabindex="-1" aria-label="{name}: {waiting_words}">
        <rect class="load__owed" x="0" y="2" width="{bar}" height="12" rx="2"/>
    </a>
""")
_LINE = Shape("""
    <a class="horizon__row time--{tone}" id="line-{key}" href="{address}">
        <span class="horizon__who"><b>{customer}</b><span>{subject} · {owner}</span></span>
        <svg class="horizon__band" aria-hidden="true">
            <line class="horizon__nowline" x1="{now}" y1="0" x2="{now}" y2="100%"/>
            <line class="ribbon__waited" x1="{since}" y1="50%" x2="{turn}" y2="50%"/>
            <line class="{rest_class}" x1="{turn}" y1="50%" x2="{end}" y2="50%"/>
            <svg x="{due}" y="50%" overflow="visible"><g transform="translate(0 -6)">{mark}</g></svg>
        </svg>
        <span class="horizon__by"><b>{what}</b>{rest}</span>
    </a>
""")
_MARKS = {
    "broken": Shape(
        '<rect class="ribbon__mark ribbon__mark--full" x="-5" y="1" width="10" height="10"'
        ' rx="1.5"/><path class="ribbon__tick" d="m-2.2 3.8 4.4 4.4m0-4.4-4.4 4.4"/>'
    )(),
    "soon": Shape('<path class="ribbon__mark" d="m0 .5 5.5 5.5L0 11.5-5.5 6z"/>')(),
    "running": Shape('<circle class="ribbon__mark" cx="0" cy="6" r="4"/>')(),
}


def people(loads: Loads) -> SafeString:
    """Everybody’s bar, by name."""
    return joined(_person(one) for one in loads.people)


def _person(one: Load) -> SafeString:
    name, owed = str(one.person), one.owed.address
    waiting, waiting_words = str(one.waiting), one.waiting_words
    return _PERSON(
        avatar=avatar(one.person),
        name=name,
        key=one.person.pk,
        summary=one.summary,
        carried=one.carried.address,
        open=str(one.open),
        open_words=one.open_words,
        bar=one.bar,
        owed_bar=_OWED(
            owed=owed, waiting=waiting, name=name, waiting_words=waiting_words, bar=one.bar_owed
        )
        if one.weight_owed
        else NOTHING,
        space=" ",
        owed=owed,
        waiting=waiting,
        waiting_words=waiting_words,
    )


def lines(horizon: Horizon) -> SafeString:
    """Each ticket of the horizon: its wait up to now, and its promise on the same clock."""
    return joined(_line(one, horizon.now) for one in horizon.lines)


def _line(one: Line, now: str) -> SafeString:
    is_late = one.tone == "broken"
    return _LINE(
        tone=one.tone,
        key=one.ticket.pk,
        address=address_of("desk:ticket", one.ticket.pk),
        customer=str(one.ticket.customer),
        subject=one.ticket.subject,
        owner=str(one.ticket.owner) if one.ticket.owner else _("nobody yet"),
        now=now,
        since=one.since,
        turn=one.due if is_late else now,
        rest_class="ribbon__over" if is_late else "ribbon__left",
        end=now if is_late else one.due,
        due=one.due,
        mark=_MARKS[one.tone],
        what=one.what,
        rest=one.rest,
    )
