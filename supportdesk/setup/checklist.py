"""What a new desk still needs before a customer can write to it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from supportdesk.models import Delivery, Desk, Team, User
from tickets.models import Queue, Topic


@dataclass(frozen=True)
class Step:
    """One thing to arrange: where, what for, and how it stands in words."""

    icon: str
    title: str
    url: str
    note: str
    state: str
    is_done: bool


def steps(desk: Desk) -> list[Step]:
    """Return the steps in their order. Costs seven small queries."""
    teams = Team.objects.filter(members__is_active=True).distinct().count()
    queues = Queue.objects.active().count()
    topics = Topic.objects.filter(is_active=True).count()
    people = User.objects.filter(is_active=True)
    waiting = people.filter(joined_at=None, is_demo=False).count()
    has_sent = Delivery.objects.filter(kind="test", state=Delivery.State.SENT).exists()
    return [
        Step(
            icon="building",
            title=_("Your desk"),
            url=reverse("setup:desk"),
            note=_("Name, language, opening hours."),
            state=desk.name if desk.set_up_at else _("not yet named"),
            is_done=desk.set_up_at is not None,
        ),
        Step(
            icon="people",
            title=_("A team"),
            url=reverse("setup:teams"),
            note=_("People who work together. Its lead answers for tickets without an owner."),
            state=_counted(teams, _("none yet"), _("1 team"), _("%(n)s teams")),
            is_done=teams > 0,
        ),
        Step(
            icon="inbox",
            title=_("A queue"),
            url=reverse("setup:queues"),
            note=_("Where tickets arrive, and how fast they are to be answered."),
            state=_counted(queues, _("none yet"), _("1 queue"), _("%(n)s queues")),
            is_done=queues > 0,
        ),
        Step(
            icon="form",
            title=_("Topics"),
            url=reverse("setup:topics"),
            note=_("What customers choose in the form, and what it asks them."),
            state=_counted(topics, _("none yet"), _("1 topic"), _("%(n)s topics")),
            is_done=topics > 0,
        ),
        Step(
            icon="mail",
            title=_("The sender of your mail"),
            url=reverse("setup:sender"),
            note=_("The address that customers see, and a test mail to you."),
            state=_("test mail sent") if has_sent else _("not tested yet"),
            is_done=has_sent,
        ),
        Step(
            icon="user-plus",
            title=_("Colleagues"),
            url=reverse("setup:people"),
            note=_("Invite who works with you."),
            state=_invited(people.count(), waiting),
            is_done=people.count() > 1,
        ),
    ]


def _counted(n: int, none: str, one: str, many: str) -> str:
    return none if n == 0 else one if n == 1 else many % {"n": n}


def _invited(people: int, waiting: int) -> str:
    if people <= 1:
        return _("only you")
    if waiting:
        return _("%(n)s people, %(waiting)s invited") % {"n": people, "waiting": waiting}
    return _("%(n)s people") % {"n": people}
