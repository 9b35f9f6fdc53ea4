"""The ticket and its verbs."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from customers.models import Customer, Identity
from supportdesk import outbox
from supportdesk.lib import markup
from supportdesk.lib.worktime import NeverStaffed
from supportdesk.models import Desk, User
from tickets.errors import (
    AlreadySent,
    NotNow,
    TicketChanged,
    TransitionNotAllowed,
    UnseenMessages,
)
from tickets.models.attachment import Attachment
from tickets.models.draft import Draft
from tickets.models.escalation import Escalation
from tickets.models.event import Event
from tickets.models.follow_up import FollowUp
from tickets.models.handoff import Handoff
from tickets.models.mention import Mention
from tickets.models.message import Message
from tickets.models.promise import Promise
from tickets.models.queue import Queue
from tickets.models.secret_link import SecretLink
from tickets.models.ticket_row import TicketRow, snippet
from tickets.models.topic import Topic
from tickets.states import (
    GIVEN,
    STAGES,
    UNSOLVED,
    WITH_US,
    Confirmation,
    Outcome,
    Priority,
    Stage,
    State,
    may_become,
)

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Ticket(TicketRow):
    """One issue of one customer, from first word to confirmed end.

    Change a ticket through its verbs. Each checks that the move is allowed,
    writes one ``Event`` and only the columns it means, and is atomic: of two
    people who press the button together, one wins and the other is told.
    """

    if TYPE_CHECKING:
        events: RelatedManager[Event]
        messages: RelatedManager[Message]
        promises: RelatedManager[Promise]
        follow_ups: RelatedManager[FollowUp]
        handoffs: RelatedManager[Handoff]
        escalations: RelatedManager[Escalation]
        drafts: RelatedManager[Draft]
        secret_links: RelatedManager[SecretLink]

    class Meta(TicketRow.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"

    # --- The customer’s verbs -------------------------------------------------------------------

    @classmethod
    def submit(
        cls,
        *,
        queue: Queue,
        topic: Topic | None,
        identity: Identity,
        subject: str,
        text: str,
        key: uuid.UUID,
        at: datetime,
        by: User | None = None,
        via: str = Message.Via.WEB,
        desired_outcome: str = "",
        impact: str = "",
        impact_reason: str = "",
        answers: Sequence[dict[str, str]] = (),
        is_complaint: bool = False,
        files: Iterable[Attachment] = (),
        framed_html: str = "",
        from_address: str = "",
    ) -> "Ticket":
        """A customer tells us what happened; or an agent does for them (``by``), on the phone.

        The next update is due when the queue’s first reply is. Sending the same
        ``key`` again returns the ticket that it made.
        """
        due_at = in_staffed_time(at, queue.first_reply_target)
        with transaction.atomic():
            first = Message.objects.filter(key=key).first()
            if first is not None:
                return first.ticket
            ticket = cls.objects.create(
                queue=queue,
                topic=topic,
                customer=identity.customer,
                identity=identity,
                owner=by,
                subject=" ".join(subject.split())[:200],
                via=via,
                desired_outcome=desired_outcome,
                impact=impact,
                impact_reason=impact_reason,
                answers=list(answers),
                complaint_at=at if is_complaint else None,
                created_at=at,
                changed_at=at,
                waiting_since=at,
                due_at=due_at,
                due_since=at,
                due_kind=Promise.Kind.REPLY,
                last_text=snippet(text),
                last_at=at,
                state_from=at,
            )
            with ticket._whole():  # noqa: SLF001 -- its own
                message = ticket._heard(  # noqa: SLF001 -- its own
                    text,
                    via=via,
                    key=key,
                    at=at,
                    files=files,
                    html=framed_html,
                    from_address=from_address,
                )
                Promise.make(ticket, kind=Promise.Kind.REPLY, due_at=due_at, at=at)
                ticket.record(
                    Event.Kind.OPENED if by else Event.Kind.SUBMITTED,
                    by=by or identity.customer,
                    at=at,
                    message_id=message.pk,
                    via=via,
                )
        return ticket

    def customer_wrote(
        self,
        *,
        text: str,
        by: Customer,
        via: str,
        key: uuid.UUID,
        at: datetime,
        files: Iterable[Attachment] = (),
        framed_html: str = "",
        from_address: str = "",
    ) -> Message:
        """The customer adds something, at any age of the ticket: it is open again.

        Never refused: what a customer says is always kept.
        """
        with self._locked():
            already = Message.objects.filter(key=key).first()
            if already is not None:
                return already
            message = self._heard(
                text,
                via=via,
                key=key,
                at=at,
                files=files,
                html=framed_html,
                by=by,
                from_address=from_address,
            )
            before = self.state
            self._write(at=at, **self._back_with_us(at=at), **self._last_words(message))
            self.record(
                Event.Kind.CUSTOMER_WROTE,
                by=by,
                at=at,
                message_id=message.pk,
                via=via,
                **({"from": before, "to": self.state} if before != self.state else {}),
            )
        return message

    def confirm(self, *, by: Customer, at: datetime) -> None:
        """“It is solved”, says the customer."""
        with transaction.atomic():
            self._swap(
                {
                    "state": State.SOLVED,
                    "confirmation__in": ["asked", "quiet"],
                    # Not while the solution can still be taken back: they have not seen it.
                    "state_from__lte": at,
                },
                at=at,
                confirmation=Confirmation.CONFIRMED,
            )
            self.record(Event.Kind.CONFIRMED, by=by, at=at)

    def still_a_problem(
        self,
        *,
        text: str,
        by: Customer,
        key: uuid.UUID,
        at: datetime,
        files: Iterable[Attachment] = (),
    ) -> None:
        """“Not yet”: open again with the same owner, one step up in priority."""
        with self._locked():
            if self.state != State.SOLVED:
                raise TicketChanged(_("We are already working on it again."))
            changes = self._back_with_us(at=at) | {
                "confirmation": Confirmation.STILL_A_PROBLEM,
                "priority": min(self.priority + 1, Priority.URGENT),
            }
            message = None
            if text.strip() or files:
                message = self._heard(
                    text, via=Message.Via.PAGE, key=key, at=at, files=files, by=by
                )
                changes |= self._last_words(message)
            self._write(at=at, **changes)
            self.record(
                Event.Kind.STILL_A_PROBLEM,
                by=by,
                at=at,
                message_id=message and message.pk,
                priority=self.priority,
            )

    # --- Saying something -----------------------------------------------------------------------

    def reply(
        self,
        *,
        text: str,
        by: User,
        at: datetime,
        seen: int,
        key: uuid.UUID,
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        files: Iterable[Attachment] = (),
        then: str = State.OPEN,
        promise_at: datetime | None = None,
        promise_kind: str = Promise.Kind.UPDATE,
        hold_reason: str = "",
    ) -> Message:
        """Answer the customer, and say when they hear from us next.

        ``seen`` is the ``thread_version`` that the writer has read: raises
        UnseenMessages if something was added since. Whoever answers a ticket
        without an owner owns it. The customer sees the reply when the undo
        window ends; until then ``Message.undo`` takes all of it back. Pressing
        twice (the same ``key``) is one message.
        """
        if then not in {State.OPEN, State.WAITING, State.ON_HOLD}:
            raise NotNow(_("To solve a ticket, say what the customer got."))
        if then == State.ON_HOLD and not hold_reason.strip():
            raise NotNow(_("Say what we are waiting for, in words the customer can read."))
        with self._locked():
            already = Message.objects.filter(key=key).first()
            if already is not None:
                return already
            self._refuse_unseen(seen)
            before = self._snapshot()
            message = self._say(text, by=by, at=at, key=key, to=to, cc=cc, files=files)
            changes = self._answered(message, by=by) | self._moving(then, at, message.release_at)
            if self.state == State.SOLVED:
                changes["confirmation"] = Confirmation.NONE
            if then == State.ON_HOLD:
                changes["hold_reason"] = hold_reason.strip()
            if then != State.WAITING or promise_at:
                due_at = promise_at or in_staffed_time(message.release_at, self.queue.update_target)
                changes |= self._promise(message, kind=promise_kind, due_at=due_at, by=by)
            self._write(at=at, **changes)
            self._record_undoable(Event.Kind.REPLIED, message, before, by=by, at=at)
        return message

    def solve(
        self,
        *,
        outcome: str,
        by: User,
        at: datetime,
        seen: int,
        key: uuid.UUID,
        text: str = "",
        reason: str = "",
        cc: Sequence[str] = (),
        files: Iterable[Attachment] = (),
    ) -> Message:
        """Propose the solution. The customer is asked once whether it is one.

        Raises NotNow without a topic, an outcome, or the reason for none;
        TicketChanged if somebody else just moved it.
        """
        if self.topic_id is None:
            raise NotNow(_("Choose a topic first, so that we learn from this ticket."))
        if outcome not in GIVEN:
            raise NotNow(_("Say what the customer got."))
        if outcome == Outcome.NONE and not reason.strip():
            raise NotNow(_("Say why the customer got nothing."))
        expected = self.state
        with self._locked():
            already = Message.objects.filter(key=key).first()
            if already is not None:
                return already
            self._refuse_change(expected, State.SOLVED)
            self._refuse_unseen(seen)
            before = self._snapshot()
            words = text.strip() or _("I think this is solved. If it is not, please tell me.")
            message = self._say(words, by=by, at=at, key=key, cc=cc, files=files)
            self._write(
                at=at,
                **self._answered(message, by=by),
                **self._moving(State.SOLVED, at, message.release_at),
                confirmation=Confirmation.ASKED,
                solved_at=message.release_at,
                given_outcome=outcome,
                given_reason=reason.strip(),
            )
            self._record_undoable(Event.Kind.SOLVED, message, before, by=by, at=at, outcome=outcome)
        return message

    def note(
        self,
        *,
        text: str,
        by: User,
        at: datetime,
        key: uuid.UUID,
        files: Iterable[Attachment] = (),
        naming: Sequence[User] = (),
    ) -> Message:
        """Say something among us. There is no address in here, and no way from here to the mailer.

        Those whom it is ``naming`` are told, and may read the ticket from then on.
        """
        with self._locked():
            already = Message.objects.filter(key=key).first()
            if already is not None:
                return already
            message = Message.objects.create(
                ticket=self,
                kind=Message.Kind.NOTE,
                via=Message.Via.DESK,
                by_user=by,
                text=text,
                html=markup.render(text),
                at=at,
                release_at=at,
                key=key,
            )
            Attachment.objects.claim(files, message)
            Mention.objects.bulk_create(
                Mention(ticket=self, message=message, user=user, at=at) for user in naming
            )
            self._write(at=at, thread_version=F("thread_version") + 1)
            named = {"to": [str(user) for user in naming], "to_ids": [user.pk for user in naming]}
            self.record(
                Event.Kind.NOTED, by=by, at=at, message_id=message.pk, **(named if naming else {})
            )
        return message

    def undo(self, message: Message, *, by: User, at: datetime) -> Draft:
        """Take back a reply or a solution, and give its writer the words again as a draft.

        Raises AlreadySent once the undo window is over or a worker has the mail.
        What changed on the ticket since then stays as it is.
        """
        with self._locked():
            event = self.events.get(
                kind__in=[Event.Kind.REPLIED, Event.Kind.SOLVED],
                data__message_id=message.pk,
                by_user=by,
            )
            undone = Message.objects.filter(pk=message.pk, undone_at=None, release_at__gt=at)
            if not undone.update(undone_at=at) or not outbox.take_back(
                subject="tickets.message", subject_id=message.pk
            ):
                raise AlreadySent(_("It is already sent."))
            choices = self._choices_of(message, event)
            Promise.objects.filter(ticket=self).undo(message)
            restored = self._restored(event) | self._still_owed()
            self._write(at=at, **restored, thread_version=F("thread_version") + 1)
            if self.state in WITH_US and self.due_at is None:
                self._write(at=at, **self._next_update(at=at))
            Attachment.objects.filter(message=message).update(
                message=None, held_by=by, held_for=f"reply:{self.pk}", created_at=at
            )
            draft = Draft.give_back(
                ticket_id=self.pk, author=by, text=message.text, choices=choices, at=at
            )
            self.record(Event.Kind.UNDONE, by=by, at=at, message_id=message.pk, what=event.kind)
        return draft

    # --- Whose it is ----------------------------------------------------------------------------

    def take(self, *, by: User, at: datetime) -> None:
        """Become the owner. Raises TicketChanged if the owner is no longer who we thought."""
        self._give_to(by, Event.Kind.TAKEN, by=by, at=at)

    def assign(self, *, to: User | None, by: User, at: datetime) -> None:
        """Give it to somebody, or to nobody: then the team’s lead is accountable again."""
        self._give_to(to, Event.Kind.ASSIGNED, by=by, at=at)

    def hand_off(self, *, handoff: Handoff, by: User, at: datetime) -> None:
        """Pass it on with what the next one needs to know. ``handoff`` is filled and unsaved.

        To a person, who is the owner at once, or to a queue, whose lead is
        accountable until somebody takes it.
        """
        with transaction.atomic():
            before = self.owner
            changes: dict[str, Any] = {"owner_id": handoff.to_user_id}
            if handoff.to_queue_id:
                changes["queue_id"] = handoff.to_queue_id
            self._swap({"owner": self.owner_id, "queue": self.queue_id}, at=at, **changes)
            handoff.ticket, handoff.by_user, handoff.at = self, by, at
            handoff.save(force_insert=True)
            self.record(
                Event.Kind.HANDED_OFF,
                by=by,
                at=at,
                handoff_id=handoff.pk,
                to=str(handoff.to_user or handoff.to_queue),
                to_id=handoff.to_user_id,
                to_queue_id=handoff.to_queue_id,
                **{"from": str(before) if before else ""},
            )

    # --- Where it stands ------------------------------------------------------------------------

    def wait(self, *, by: User, at: datetime, reason: str = "") -> None:
        """The ball is with the customer. Parking what they just wrote needs a reason, and counts."""
        if not self.last_by_us and not reason.strip():
            raise NotNow(_("The customer wrote last. Answer them, or say why this waits."))
        self._move(
            State.WAITING,
            Event.Kind.WAITED,
            by=by,
            at=at,
            said={"reason": reason.strip(), "is_parked": not self.last_by_us},
        )

    def hold(self, *, reason: str, by: User, at: datetime) -> None:
        """Somebody outside has to act. The customer reads the reason; we still owe them updates."""
        if not reason.strip():
            raise NotNow(_("Say what we are waiting for, in words the customer can read."))
        self._move(
            State.ON_HOLD,
            Event.Kind.HELD,
            by=by,
            at=at,
            said={"reason": reason.strip()},
            hold_reason=reason.strip(),
        )

    def resume(self, *, by: User, at: datetime) -> None:
        """The ball is with us again."""
        self._move(
            State.OPEN, Event.Kind.RESUMED, by=by, at=at, said={}, confirmation=Confirmation.NONE
        )

    def go_quiet(self, *, at: datetime) -> None:
        """The customer did not answer; whatever they say later opens it again.

        A solution that they were asked about is *quiet*, which is not
        *confirmed*. A ticket that waits for them leaves the working views and
        stays unsolved: nothing is ended against the customer. A complaint never
        goes quiet by itself: raises TransitionNotAllowed.
        """
        if self.complaint_at:
            raise TransitionNotAllowed(_("A complaint does not go quiet. Call the customer."))
        with transaction.atomic():
            if self.state == State.WAITING:
                expected: dict[str, Any] = {"state": State.WAITING, "quiet_at": None}
                changes: dict[str, Any] = {"quiet_at": at}
            else:
                expected = {"state": State.SOLVED, "confirmation": Confirmation.ASKED}
                changes = {"confirmation": Confirmation.QUIET}
            self._swap(expected | {"complaint_at": None}, at=at, **changes)
            self.record(Event.Kind.WENT_QUIET, by=None, at=at, state=self.state)

    # --- What it is -----------------------------------------------------------------------------

    def change_priority(self, priority: int, *, by: User, at: datetime) -> None:
        self._change("priority", Priority(priority), Event.Kind.PRIORITY_CHANGED, by=by, at=at)

    def change_topic(self, topic: Topic, *, by: User, at: datetime) -> None:
        self._change("topic", topic, Event.Kind.TOPIC_CHANGED, by=by, at=at)

    def change_queue(self, queue: Queue, *, by: User, at: datetime) -> None:
        self._change("queue", queue, Event.Kind.QUEUE_CHANGED, by=by, at=at)

    def change_subject(self, subject: str, *, by: User, at: datetime) -> None:
        subject = " ".join(subject.split())[:200]
        if not subject:
            raise NotNow(_("A ticket needs a subject."))
        self._change("subject", subject, Event.Kind.SUBJECT_CHANGED, by=by, at=at)

    def change_tags(self, tags: Iterable[str], *, by: User, at: datetime) -> None:
        """Set the tags: lower case, without doubles, at most twenty."""
        clean = list(dict.fromkeys(tag.strip().lower()[:40] for tag in tags if tag.strip()))[:20]
        self._change("tags", clean, Event.Kind.TAGGED, by=by, at=at)

    def change_customer(self, identity: Identity, *, by: User, at: datetime) -> None:
        """It is another customer’s. Links mailed to the one before stop working."""
        with transaction.atomic():
            before = self.customer
            if before == identity.customer and self.identity_id == identity.pk:
                return
            self._swap(
                {"customer": before.pk},
                at=at,
                customer_id=identity.customer_id,
                identity_id=identity.pk,
            )
            if before.pk != identity.customer_id:
                self.secret_links.filter(revoked_at=None).update(revoked_at=at)
            self.record(
                Event.Kind.CUSTOMER_CHANGED,
                by=by,
                at=at,
                to=str(identity.customer),
                to_id=identity.customer_id,
                from_id=before.pk,
                **{"from": str(before)},
            )

    def mark_spam(self, *, by: User, at: datetime) -> None:
        """Out of every list but its own. Nothing is deleted and nobody is told."""
        with transaction.atomic():
            self._swap({"spam_at": None}, at=at, spam_at=at)
            self.record(Event.Kind.MARKED_SPAM, by=by, at=at)

    def mark_not_spam(self, *, by: User, at: datetime) -> None:
        with transaction.atomic():
            self._swap({"spam_at__isnull": False}, at=at, spam_at=None)
            self.record(Event.Kind.MARKED_NOT_SPAM, by=by, at=at)

    def mark_complaint(self, *, quote: str, by: User, at: datetime) -> None:
        """The customer says that we failed them; ``quote`` is where they say it. For good."""
        if not quote.strip():
            raise NotNow(_("Quote the words in which the customer complains."))
        with transaction.atomic():
            self._swap(
                {"complaint_at": None}, at=at, complaint_at=at, complaint_quote=quote.strip()
            )
            self.record(Event.Kind.MARKED_COMPLAINT, by=by, at=at, quote=quote.strip())

    # --- Promises and follow-ups ----------------------------------------------------------------

    def break_promise(self, promise: Promise, *, at: datetime) -> None:
        """The moment has passed without a word from us. Raises TicketChanged if there was one."""
        with transaction.atomic():
            broken = (
                Promise.objects.filter(pk=promise.pk)
                .open()
                .update(state=Promise.State.BROKEN, settled_at=promise.due_at)
            )
            if not broken:
                raise TicketChanged(_("The promise was kept a moment ago."))
            self._write(at=at, broken_at=promise.due_at)
            self.record(
                Event.Kind.PROMISE_BROKEN,
                by=None,
                at=at,
                promise_id=promise.pk,
                promised=promise.kind,
                due_at=promise.due_at.isoformat(),
            )

    def escalate(self, *, promise: Promise, to: User | None, level: int, at: datetime) -> None:
        """Tell somebody who can still save it. Once for each promise and level."""
        with transaction.atomic():
            escalation, is_new = Escalation.objects.get_or_create(
                promise=promise,
                level=level,
                defaults={
                    "ticket": self,
                    "reason": Escalation.Reason.PROMISE_BROKEN,
                    "to_user": to,
                    "at": at,
                },
            )
            if is_new:
                self.record(
                    Event.Kind.ESCALATED,
                    by=None,
                    at=at,
                    escalation_id=escalation.pk,
                    level=level,
                    to=str(to) if to else "",
                    to_id=to.pk if to else None,
                )

    def follow_up(
        self, *, due_at: datetime, by: User, at: datetime, what: str = "", user: User | None = None
    ) -> FollowUp:
        """Remind somebody (oneself, unless ``user``) to come back to this."""
        if due_at <= at:
            raise NotNow(_("Choose a moment that is still to come."))
        with transaction.atomic():
            follow_up = FollowUp.objects.create(
                ticket=self, user=user or by, what=what.strip()[:200], set_at=at, due_at=due_at
            )
            self.record(
                Event.Kind.FOLLOW_UP_SET,
                by=by,
                at=at,
                follow_up_id=follow_up.pk,
                due_at=due_at.isoformat(),
                what=follow_up.what,
            )
        return follow_up

    def followed_up(self, follow_up: FollowUp, *, by: User, at: datetime) -> None:
        with transaction.atomic():
            if not self.follow_ups.filter(pk=follow_up.pk, done_at=None).update(done_at=at):
                raise TicketChanged(_("This follow-up is already done."))
            self.record(Event.Kind.FOLLOW_UP_DONE, by=by, at=at, follow_up_id=follow_up.pk)

    # --- Questions ------------------------------------------------------------------------------

    def shown_state(self, at: datetime) -> str:
        """Return the state that the customer is told: not one that can still be taken back."""
        return self.state if self.state_from <= at else self.state_before

    def stage(self, at: datetime) -> Stage:
        return STAGES[State(self.shown_state(at))]

    @property
    def is_unsolved(self) -> bool:
        return self.state in UNSOLVED

    # --- How it is done -------------------------------------------------------------------------

    def _refuse_unseen(self, seen: int) -> None:
        if self.thread_version != seen:
            raise UnseenMessages(
                _("Something was added while you were writing. Have a look first.")
            )

    def _refuse_change(self, expected: str, to: str) -> None:
        if self.state != expected:
            raise TicketChanged(_("Somebody else changed this ticket a moment ago."))
        if not may_become(self.state, to):
            raise TransitionNotAllowed(
                _("A ticket that is “%(state)s” can’t be set to “%(to)s”.")
                % {"state": self.get_state_display(), "to": State(to).label}
            )

    def _move(
        self, to: str, kind: str, *, by: User, at: datetime, said: dict[str, Any], **changes: Any
    ) -> None:
        before = self.state
        self._refuse_change(before, to)
        with transaction.atomic():
            self._swap({"state": before}, at=at, **self._moving(to, at, at), **changes)
            if to in WITH_US and self.due_at is None:
                self._write(at=at, **self._next_update(at=at))
            self.record(kind, by=by, at=at, **said, **{"from": before, "to": to})

    def _moving(self, to: str, at: datetime, effective: datetime) -> dict[str, Any]:
        if to == self.state:
            return {"quiet_at": None}
        return {
            "state": to,
            "state_before": self.shown_state(at),
            "state_from": effective,
            "quiet_at": None,
        }

    def _change(self, field: str, value: Any, kind: str, *, by: User, at: datetime) -> None:
        before = getattr(self, field)
        if before == value:
            return
        with transaction.atomic():
            self._swap({field: before}, at=at, **{field: value})
            # A priority is read as a number; the ledger wants its word.
            was = Priority(before) if field == "priority" else before
            self.record(kind, by=by, at=at, to=_in_words(value), **{"from": _in_words(was)})

    def _give_to(self, to: User | None, kind: str, *, by: User, at: datetime) -> None:
        before = self.owner
        if before == to:
            return
        with transaction.atomic():
            self._swap({"owner": before}, at=at, owner=to)
            self.record(
                kind,
                by=by,
                at=at,
                to=str(to) if to else "",
                to_id=to.pk if to else None,
                from_id=before.pk if before else None,
                **{"from": str(before) if before else ""},
            )

    def _heard(
        self,
        text: str,
        *,
        via: str,
        key: uuid.UUID,
        at: datetime,
        files: Iterable[Attachment],
        html: str = "",
        by: Customer | None = None,
        from_address: str = "",
    ) -> Message:
        message = Message.objects.create(
            ticket=self,
            kind=Message.Kind.CUSTOMER,
            via=via,
            by_customer=by or self.customer,
            text=text,
            framed_html=html,
            from_address=from_address,
            at=at,
            release_at=at,
            key=key,
        )
        Attachment.objects.claim(files, message)
        return message

    def _say(
        self,
        text: str,
        *,
        by: User,
        at: datetime,
        key: uuid.UUID,
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        files: Iterable[Attachment] = (),
    ) -> Message:
        own = [self.identity.value] if self.identity.kind == Identity.Kind.EMAIL else []
        message = Message.objects.create(
            ticket=self,
            kind=Message.Kind.REPLY,
            via=Message.Via.DESK,
            by_user=by,
            text=text,
            html=markup.render(text),
            to=list(to) or own,
            cc=list(cc),
            at=at,
            release_at=at + Desk.current().undo_window,
            key=key,
        )
        Attachment.objects.claim(files, message)
        return message

    def _answered(self, message: Message, *, by: User) -> dict[str, Any]:
        """Settle what was promised: the customer hears from us with this message."""
        heard_at = message.release_at
        Promise.objects.filter(ticket=self).settle(by=message, at=heard_at)
        return self._last_words(message) | {
            "owner_id": self.owner_id or by.pk,
            "first_reply_at": self.first_reply_at or heard_at,
            "waiting_since": None,
            "due_at": None,
            "due_since": None,
            "due_kind": "",
            "broken_at": None,
        }

    def _last_words(self, message: Message) -> dict[str, Any]:
        return {
            "last_text": snippet(message.text),
            "last_at": message.at,
            "last_by_us": message.kind == Message.Kind.REPLY,
            "thread_version": F("thread_version") + 1,
        }

    def _back_with_us(self, *, at: datetime) -> dict[str, Any]:
        """The customer spoke: open, and owed a word by a moment that they can see.

        An owner who has left since is none: the team’s lead is accountable.
        """
        changes: dict[str, Any] = {"waiting_since": self.waiting_since or at}
        if self.owner and not self.owner.is_active:
            changes["owner_id"] = None
        if self.state != State.NEW:
            changes |= self._moving(State.OPEN, at, at)
        if self.state == State.SOLVED:
            changes["confirmation"] = Confirmation.NONE
        if self.due_at is None:
            changes |= self._next_update(at=at)
        return changes

    def _choices_of(self, message: Message, event: Event) -> dict[str, str]:
        """What was chosen beside the words of a reply, as its form would have it again."""
        choices = {"to": ", ".join(message.to[:1]), "cc": ", ".join(message.cc)}
        if event.kind == Event.Kind.REPLIED:
            choices["then"] = event.data["to"]
        if choices.get("then") == State.ON_HOLD:
            choices["hold_reason"] = event.data["after"]["hold_reason"]
        promise = message.promises_made.filter(state=Promise.State.OPEN).first()
        if promise:
            choices |= {"next": promise.due_at.isoformat(), "kind": promise.kind}
        return choices

    def _still_owed(self) -> dict[str, Any]:
        """Read the next update due from the open promise, if there is one."""
        promise = Promise.objects.open().filter(ticket_id=self.pk).first()
        if promise is None:
            return {}
        return {"due_at": promise.due_at, "due_since": promise.made_at, "due_kind": promise.kind}

    def _next_update(self, *, at: datetime) -> dict[str, Any]:
        due_at = in_staffed_time(at, self.queue.update_target)
        return self._promise(None, kind=Promise.Kind.UPDATE, due_at=due_at, since=at)

    def _promise(
        self,
        message: Message | None,
        *,
        kind: str,
        due_at: datetime,
        by: User | None = None,
        since: datetime | None = None,
    ) -> dict[str, Any]:
        made_at = since or (message.release_at if message else due_at)
        if due_at <= made_at:
            raise NotNow(_("Promise a moment that is still to come."))
        Promise.make(self, kind=kind, due_at=due_at, at=made_at, by=by, message=message)
        return {"due_at": due_at, "due_since": made_at, "due_kind": kind}

    def _record_undoable(
        self,
        kind: str,
        message: Message,
        before: dict[str, Any],
        *,
        by: User,
        at: datetime,
        **data: Any,
    ) -> None:
        self.record(
            kind,
            by=by,
            at=at,
            message_id=message.pk,
            before=before,
            after=self._snapshot(),
            **{"from": before["state"], "to": self.state},
            **data,
        )


def in_staffed_time(start: datetime, allowance: timedelta) -> datetime:
    """Return when ``allowance`` of the desk’s opening hours will have passed.

    On a desk whose calendar has no hours at all it is plain time. One query.
    """
    try:
        return Desk.current().calendar.due(start, allowance)
    except NeverStaffed:
        return start + allowance


def _in_words(value: Any) -> Any:
    return value if isinstance(value, list) else str(getattr(value, "label", value) or "")
