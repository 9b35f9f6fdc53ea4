"""A ribbon under its words, as HTML and SVG."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from supportdesk.lib import moments
from supportdesk.lib.drawing import time, time_ago
from supportdesk.lib.ribbons import Ribbon, State
from supportdesk.lib.shapes import NOTHING, Shape, worded

_RIBBON = Shape("""
    <div class="ribbon ribbon--{state}"><span class="ribbon__words">
    <span class="ribbon__said">{said}</span><span>{rest}</span></span>
    <svg class="ribbon__band" aria-hidden="true">{band}</svg></div>
""")
_MARKS = {
    State.RUNNING: Shape('<circle class="ribbon__mark" cx="-5" cy="6" r="4"/>')(),
    State.SOON: Shape('<path class="ribbon__mark" d="m-5.5 .5 5.5 5.5-5.5 5.5L-11 6z"/>')(),
    State.BROKEN: Shape(
        '<rect class="ribbon__mark ribbon__mark--full" x="-5" y="1" width="10" height="10"'
        ' rx="1.5"/><path class="ribbon__tick" d="m-2.2 3.8 4.4 4.4m0-4.4-4.4 4.4"/>'
    )(),
    State.KEPT: Shape(
        '<circle class="ribbon__mark ribbon__mark--full" cx="-5.5" cy="6" r="5"/>'
        '<path class="ribbon__tick" d="m-8 6.2 1.8 1.9 3.2-3.8"/>'
    )(),
}
_DOTS = Shape('<line class="ribbon__dots" x1="4" y1="6" x2="100%" y2="6"/>')()
_WAITED = Shape('<line class="ribbon__waited" x1="2" y1="6" x2="{at}" y2="6"/>')
_OVER = Shape(
    '{waited}<line class="ribbon__over" x1="{at}" y1="6" x2="100%" y2="6"/>'
    '<svg overflow="visible" x="{at}">{mark}</svg>'
)
_ENDS = Shape('{line}<svg overflow="visible" x="100%">{mark}</svg>')
_LEFT = Shape('<line class="ribbon__left" x1="2" y1="6" x2="99%" y2="6"/>{waited}')


def drawn(r: Ribbon) -> SafeString:
    """Draw a time ribbon under its words; the words are what a screen reader hears."""
    said, rest = _words(r)
    return _RIBBON(state=r.state.value, said=said, rest=rest, band=_band(r))


def _words(r: Ribbon) -> tuple[SafeString | str, SafeString | str]:
    if r.state is State.PAUSED:
        return r.what, worded(
            _("since {moment}"), moment=time(r.since, moments.brief(r.since, now=r.now))
        )
    if r.due is None:
        return r.what, NOTHING
    due = time(r.due, moments.short(r.due, now=r.now))
    if r.state is State.KEPT:
        return worded(_("{what}, {moment}"), what=r.what, moment=due), _("kept")
    said = worded(_("{what} by {moment}"), what=r.what, moment=due)
    if r.state is not State.BROKEN:
        return said, time_ago(r.due, r.now, _("in {}") if r.for_customer else "{}")
    if r.for_customer:
        return said, pgettext("promise", "broken")
    if r.kept_at:
        return said, _("{} late").replace("{}", moments.span(r.kept_at - r.due))
    return said, time_ago(r.due, r.now, _("{} late"))


def _band(r: Ribbon) -> SafeString:
    if r.state is State.PAUSED:
        return _DOTS
    if r.state is State.NONE:
        return _WAITED(at="98%")
    mark = _MARKS[r.state]
    if r.state is State.KEPT:
        return _ENDS(line=_WAITED(at="98%"), mark=mark)
    at = f"{r.waited:g}%"
    if r.state is State.BROKEN:
        return _OVER(waited=_WAITED(at=at), at=at, mark=mark)
    return _ENDS(line=_LEFT(waited=_WAITED(at=at)), mark=mark)
