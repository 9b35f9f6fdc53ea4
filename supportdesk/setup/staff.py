"""Who works here: invited, promoted, switched off, and never the last admin."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from supportdesk.account import mails
from supportdesk.models import Role, Team, User
from tickets.errors import TicketChanged
from tickets.models import FollowUp, Ticket

log = logging.getLogger(__name__)


class StaffError(Exception):
    """Nothing was changed. The text is fit to be shown."""


class LastAdmin(StaffError):
    """Nobody could arrange the desk any more."""


def invite(
    *,
    email: str,
    name: str,
    role: str,
    language: str,
    teams: Iterable[Team],
    by: User,
    at: datetime,
) -> User:
    """Add somebody who has yet to choose a password, and mail them the link for it."""
    with transaction.atomic():
        user = User.objects.create_user(
            email, None, name=name, role=role, language=language, time_zone=by.time_zone
        )
        user.teams.set(teams)
        mails.invite(user, by=by, at=at)
    log.info("User %s was invited as %s by user %s", user.pk, role, by.pk)
    return user


def invite_again(user: User, *, by: User, at: datetime) -> None:
    """Mail a new link. The old one works until the new one is sent."""
    if user.has_usable_password() or not user.is_active:
        raise StaffError(_("%(name)s is already here.") % {"name": user.name})
    mails.invite(user, by=by, at=at)


def change(user: User, *, name: str, role: str, teams: Iterable[Team], by: User) -> None:
    """Change what somebody is called, may and belongs to. It holds from their next click."""
    with transaction.atomic():
        if role != Role.ADMIN:
            _keep_an_admin_besides(user)
        if user.role != role:
            log.info("User %s is now %s, by user %s", user.pk, role, by.pk)
        user.name, user.role = name, role
        user.save(update_fields=["name", "role"])
        user.teams.set(teams)


def deactivate(user: User, *, successor: User | None, by: User, at: datetime) -> int:
    """Switch somebody off: signed out everywhere, their open tickets given on.

    Without a successor the tickets have no owner, and the leads of their teams
    are accountable. Returns how many tickets were given on.
    """
    with transaction.atomic():
        _keep_an_admin_besides(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        user.end_sessions()
        mails.revoke_invitations(user.pk, at=at)
        Team.objects.filter(lead=user).update(lead=successor)
        if successor:
            FollowUp.objects.filter(user=user, done_at=None).update(user=successor)
    log.info("User %s was switched off by user %s", user.pk, by.pk)
    return _give_on_tickets(user, to=successor, by=by, at=at)


def reactivate(user: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])


def can_come_in(user: User) -> bool:
    """Whether somebody could sign in today: whoever never took up an invitation could not."""
    return user.is_active and (user.has_usable_password() or (settings.TRIAL and user.is_demo))


def _keep_an_admin_besides(user: User) -> None:
    """Raise LastAdmin if ``user`` is the only one. Two admins who try together meet at the lock."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    others = [admin for admin in admins if admin.pk != user.pk and can_come_in(admin)]
    if user.role == Role.ADMIN and user.is_active and not others:
        raise LastAdmin(
            _("%(name)s is the only admin who can sign in. Make somebody else an admin first.")
            % {"name": user.name}
        )


def _give_on_tickets(user: User, *, to: User | None, by: User, at: datetime) -> int:
    given = 0
    for ticket in Ticket.objects.owned_by(user).unsolved():
        try:
            ticket.assign(to=to, by=by, at=at)
        except TicketChanged:
            continue  # somebody else has just taken it
        given += 1
    return given
