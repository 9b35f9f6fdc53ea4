"""Tickets as every list shows them, each row drawn in one step; and the list of the lists.

A page has fifty of them. As a template with its parts a row cost half a
millisecond, two thirds of the page; what all rows of a page have in common
is worked out once (``Rows``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supportdesk.lib import moments, ribbon_drawing
from supportdesk.lib.drawing import avatar, icon, marked, time
from supportdesk.lib.reversing import address_of
from supportdesk.lib.shapes import NOTHING, Shape, joined
from supportdesk.lib.worktime import Calendar
from tickets import ribbons
from tickets.counts import Count
from tickets.inbox import GROUPS, View
from tickets.models import Ticket
from tickets.passages import Marks, Passage
from tickets.states import Impact, State

_ROW = Shape("""
    <li class="row{open}" id="t{number}" data-row data-look="{look}">
        <span class="row__mark"></span>
        <span class="clip">
            <span class="row__who"><span class="row__name">{name}</span>{flag}</span>
            <a class="row__about" href="{address}">{about}</a>
            {said}
        </span>
        {ribbon}
        <span class="row__end">{avatar}<span class="hear">{owner}</span>{when}</span>
    </li>
""")
_FLAG = Shape(' <span class="row__tag{hot}">{icon}{words}</span>')
_FOUND_SUBJECT = Shape('{subject} <span class="row__number num">#{number}</span>')
_SAID = Shape('<span class="row__said">{before}{text}</span>')
_ADDRESS = Shape("{address} · ")
_SIGN = Shape("{icon} ")
_PASSAGE = Shape(
    '<span class="passage{note}"><span class="passage__who">{icon}{who}</span>'
    ' <time class="passage__when num" datetime="{at}">{when}</time> {words}</span>'
)


_VIEW = Shape("""
    <a class="views__go" href="{place}?view={slug}"{here}>
        {icon} {name} <span class="views__count{tone}">{count}</span>
    </a>
""")
_HERE = Shape(' aria-current="page"')()


@dataclass(frozen=True)
class Rows:
    """How one page draws its tickets. They were read ``for_rows``."""

    now: datetime
    calendar: Calendar
    #: The list that the ticket’s page leads back to, as a query.
    origin: str = ""
    #: The ticket that lies open beside the list.
    chosen: int | None = None

    def drawn(self, ticket: Ticket, found: Marks | None = None) -> SafeString:
        """Return one row; with ``found`` it shows what was looked for, marked."""
        number, owner = str(ticket.pk), ticket.owner
        return _ROW(
            open=" row--open" if ticket.pk == self.chosen else NOTHING,
            number=number,
            look=address_of("desk:look", ticket.pk) + (f"?{self.origin}" if self.origin else ""),
            address=address_of("desk:ticket", ticket.pk) + self._back,
            name=marked(found.customer) if found else str(ticket.customer),
            about=_FOUND_SUBJECT(subject=marked(found.subject), number=number)
            if found
            else ticket.subject,
            flag=_flag(ticket),
            said=self._said(ticket, found),
            ribbon=ribbon_drawing.drawn(
                ribbons.of_ticket(ticket, now=self.now, calendar=self.calendar)
            ),
            avatar=avatar(owner),
            owner=owner.name if owner else _("nobody yet"),
            when=time(ticket.last_at, moments.one_word(ticket.last_at, now=self.now)),
        )

    @cached_property
    def _back(self) -> str:
        return f"?from={quote(self.origin, '')}" if self.origin else ""

    def _said(self, ticket: Ticket, found: Marks | None) -> SafeString:
        if found and found.passage:
            return self._passage(found.passage)
        before = _ADDRESS(address=marked(found.address)) if found and found.address else NOTHING
        if ticket.last_by_us:
            before += _SIGN(icon=icon("reply", "s", _("We wrote:")))
        return _SAID(before=before, text=ticket.last_text)

    def _passage(self, passage: Passage) -> SafeString:
        sign, who = NOTHING, passage.who
        if passage.is_note:
            sign, who = _SIGN(icon=icon("note", "s")), _("Note by %(name)s") % {"name": passage.who}
        elif passage.is_ours:
            sign = _SIGN(icon=icon("reply", "s"))
        return _PASSAGE(
            note=" passage--note" if passage.is_note else NOTHING,
            icon=sign,
            who=who,
            at=passage.at.isoformat(),
            when=moments.one_word(passage.at, now=self.now),
            words=marked(passage.pieces),
        )


def views(counts: Mapping[str, Count], here: View) -> list[tuple[str, SafeString]]:
    """The list of views in its groups, each view with its count."""
    place = reverse("desk:inbox")
    return [
        (
            str(group.name),
            joined(_view(view, counts[view.slug], here, place) for view in group.views),
        )
        for group in GROUPS
    ]


def _view(view: View, count: Count, here: View, place: str) -> SafeString:
    return _VIEW(
        place=place,
        slug=view.slug,
        here=_HERE if view is here else NOTHING,
        icon=icon(view.icon),
        name=view.name,
        tone=f" views__count--{view.tone}" if view.tone and count.n else NOTHING,
        count=str(count),
    )


def _flag(ticket: Ticket) -> SafeString:
    """One flag at most, the gravest."""
    if ticket.impact == Impact.DANGER:
        return _tag("warning", _("someone could get hurt"), hot=True)
    if ticket.complaint_at:
        return _tag("flag", _("complaint"), hot=True)
    if ticket.owner_id is None and ticket.is_unsolved:
        return _tag("person", _("nobody yet"))
    if ticket.state == State.ON_HOLD:
        return _tag("pause", _("on hold"))
    if not ticket.identity.is_verified and ticket.identity.kind == "email":
        return _tag("shield", _("not verified"))
    return NOTHING


def _tag(sign: str, words: str, *, hot: bool = False) -> SafeString:
    return _FLAG(hot=" row__tag--hot" if hot else NOTHING, icon=icon(sign, "s"), words=words)
