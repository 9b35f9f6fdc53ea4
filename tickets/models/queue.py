"""Streams of tickets."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supportdesk.models import Role, Team, User


class QueueQuerySet(models.QuerySet["Queue"]):
    def visible_to(self, user: User) -> "QueueQuerySet":
        """Open queues, the queues of one’s own teams, and for an admin all of them."""
        if user.role == Role.ADMIN:
            return self
        own = Team.objects.filter(Q(members=user) | Q(lead=user)).values("pk")
        return self.filter(Q(is_private=False) | Q(team__in=own))

    def active(self) -> "QueueQuerySet":
        return self.filter(is_active=True)


class Queue(models.Model):
    """A stream of tickets that belongs to a team, with its address and its targets."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="queues", verbose_name=_("team")
    )
    is_private = models.BooleanField(_("private: only this team sees it"), default=False)
    is_active = models.BooleanField(default=True)
    #: Where its mail comes from; empty means the desk’s own address.
    address = models.EmailField(_("address"), blank=True)
    first_reply_minutes = models.PositiveIntegerField(
        _("first reply within (minutes of opening hours)"), default=240
    )
    update_minutes = models.PositiveIntegerField(
        _("next update within (minutes of opening hours)"), default=480
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            # A promise that is due at once could never be made.
            models.CheckConstraint(
                condition=Q(first_reply_minutes__gt=0, update_minutes__gt=0),
                name="queue_targets_are_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_reply_target(self) -> timedelta:
        return timedelta(minutes=self.first_reply_minutes)

    @property
    def update_target(self) -> timedelta:
        return timedelta(minutes=self.update_minutes)
