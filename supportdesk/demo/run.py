"""One ticket on its way through its story, by the verbs that people call."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatchmethod
from random import Random
from typing import Any

from django.utils import timezone

from feedback.models import Feedback
from supportdesk.demo import pictures, script, words
from supportdesk.demo.founding import Company
from supportdesk.demo.people import Public, Writer
from supportdesk.lib.worktime import Calendar
from supportdesk.models import User
from tickets import mentions
from tickets.models import FollowUp, Handoff, Message, Ticket, TopicField
from tickets.states import State

#: A promise is kept with some minutes to spare.
SPARE = timedelta(minutes=4)


@dataclass
class Scene:
    """What all stories share."""

    company: Company
    public: Public
    rng: Random
    now: datetime
    since: datetime
    calendar: Calendar

    def before_now(self, ago: timedelta) -> datetime:
        """Return the moment ``ago``. On any other day than today it is squeezed into office hours.

        Order and day stay as they are, whatever the hour of the loading.
        """
        at = timezone.localtime(self.now - ago)
        if at.date() == timezone.localtime(self.now).date():
            return at
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(hours=8) + (at - midnight) * (10 / 24)

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


class Run:
    """One ticket on its way through its story."""

    def __init__(self, story: script.Story, scene: Scene, *, at: datetime) -> None:
        self.story = story
        self.scene = scene
        self.at = at
        self._steps = iter(story.steps)
        self._step: script.Step | None = None
        self._ticket: Ticket | None = None
        self._words: dict[str, str] = {}
        self._writer = self._cast()
        self.subject = ""
        self._last_reply: Message | None = None

    def _cast(self) -> Writer:
        story, scene = self.story, self.scene
        if story.who:
            return scene.public.named[story.who]
        return scene.public.somebody(
            story.language, scene.rng, with_phone=story.via == Message.Via.PHONE
        )

    def draw(self, taken: set[str]) -> None:
        """Choose words whose subject nobody had yet, if there are any."""
        story, rng = self.story, self.scene.rng
        for _ in range(12):
            drawn = words.draw(
                rng, language=story.language, about=story.about, at=self.at, since=self.scene.since
            )
            self._words = drawn | dict(story.words)
            self._words["first"] = self._writer.customer.first_name
            self._words["name"] = str(self._writer.customer)
            self.subject = words.fill(rng.choice(list(story.subject)), self._words)
            if self.subject not in taken:
                break
        taken.add(self.subject)

    # --- The clock --------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Do what is due at ``self.at``, and find out what comes next and when."""
        if self._ticket is None:
            self._submit()
        elif self._step is not None:
            self._do(self._step)
        self._step = self._next_step()
        if self._step is not None:
            self.at = max(self._when(self._step), self.at + timedelta(seconds=1))

    def _next_step(self) -> script.Step | None:
        for step in self._steps:
            if self.scene.rng.random() < step.chance:
                return step
            is_theirs = self.ticket.state in {State.WAITING, State.SOLVED}
            they_are_silent = isinstance(step, script.They) and is_theirs
            if they_are_silent or isinstance(step, script.Confirms):
                return None
        return None

    @property
    def is_new(self) -> bool:
        return self._ticket is None

    @property
    def is_over(self) -> bool:
        return self._ticket is not None and self._step is None

    def _when(self, step: script.Step) -> datetime:
        if step.ago is not None:
            return self.scene.before_now(step.ago)
        span = step.after * self.scene.rng.uniform(0.65, 1.45)
        due = self.ticket.due_at if self.ticket.broken_at is None else None
        late = getattr(step, "late", None)
        if late is not None and due:
            return self.scene.calendar.due(due, late)
        at = self.scene.calendar.due(self.at, span) if step.is_ours else awake(self.at + span)
        if due is None or due <= self.at:
            return at
        return at if at < due - SPARE else self._in_time(due)

    def _in_time(self, due: datetime) -> datetime:
        """Return a moment before ``due``, in opening hours if there are any."""
        share = self.scene.rng.uniform(0.35, 0.9)
        staffed = self.scene.calendar.worked(self.at, due)
        if staffed > SPARE:
            return self.scene.calendar.due(self.at, staffed * share)
        return self.at + (due - self.at) * share

    # --- The verbs --------------------------------------------------------------------------------

    @property
    def ticket(self) -> Ticket:
        assert self._ticket is not None  # noqa: S101 -- submitted before anything else
        return self._ticket

    def _look_again(self) -> None:
        """A timer may have moved it. Owner and thread change by our own hand alone."""
        self.ticket.refresh_from_db()

    def _submit(self) -> None:
        story, scene = self.story, self.scene
        topic = scene.company.topics[story.topic]
        identity = self._writer.email
        by = None
        if story.via == Message.Via.PHONE:
            identity = self._writer.phone or identity
            by = self._worker()
        if story.is_verified is not None and identity.is_verified != story.is_verified:
            identity.verified_at = self.at if story.is_verified else None
            identity.save(update_fields=["verified_at"])
        assert topic.queue is not None  # noqa: S101 -- every topic of this company has one
        self._ticket = Ticket.submit(
            queue=topic.queue,
            topic=topic,
            identity=identity,
            subject=self.subject,
            text=self._say(scene.rng.choice(list(story.text))),
            key=scene.key(),
            at=self.at,
            by=by,
            via=story.via,
            desired_outcome=self._say(scene.rng.choice(list(story.wants))),
            impact=story.impact if story.via == Message.Via.WEB else "",
            impact_reason=self._say(story.impact_reason),
            answers=self._answers() if story.via == Message.Via.WEB else [],
            is_complaint=story.is_complaint,
            files=pictures.draw(story.pictures, scene.rng, at=self.at),
        )

    def _answers(self) -> list[dict[str, str]]:
        answers: list[dict[str, str]] = []
        for ask in self.scene.company.asks[self.story.topic]:
            value = self._answer(ask, {one["key"]: one["value"] for one in answers})
            if value:
                label = ask.labels.get(self.story.language, ask.label)
                answers.append({"key": ask.key, "label": label, "value": value})
        return answers

    def _answer(self, ask: TopicField, before: dict[str, str]) -> str:
        rng = self.scene.rng
        if ask.shown_when_key and before.get(ask.shown_when_key) != ask.shown_when_value:
            return ""
        if ask.key in self.story.answers:
            return self._say(self.story.answers[ask.key])
        if ask.kind == TopicField.Kind.ORDER:
            return self._words["order"] if rng.random() < 0.85 else ""
        if ask.kind == TopicField.Kind.DATE:
            return (
                (timezone.localtime(self.at) - timedelta(days=rng.randint(2, 7))).date().isoformat()
            )
        if ask.kind == TopicField.Kind.NUMBER:
            return self._words["km"]
        if ask.kind == TopicField.Kind.CHOICE and ask.is_required:
            return str(rng.choice(ask.choices[:-1]))
        if ask.key == "model":
            return self._words["item"]
        if ask.key == "frame":
            return self._words["frame"]
        return ""

    def _worker(self) -> User:
        company, ticket = self.scene.company, self._ticket
        if ticket is not None and ticket.owner_id is not None:
            return next(user for user in company.staff.values() if user.pk == ticket.owner_id)
        if self.story.owner:
            return company.staff[self.story.owner]
        queue = ticket.queue if ticket else company.topics[self.story.topic].queue
        assert queue is not None  # noqa: S101 -- every topic of this company has one
        return self.scene.rng.choice(company.fit_for(queue, self.story.language))

    def _say(self, text: str, **more: str) -> str:
        return words.fill(text, self._words | more)

    def _signed(self, text: str, author: User, **more: str) -> str:
        return f"{self._say(text, me=author.first_name, **more)}\n\n{author.first_name}"

    @singledispatchmethod
    def _do(self, step: Any) -> None:
        raise NotImplementedError(type(step).__name__)

    @_do.register
    def _(self, step: script.They) -> None:
        self.ticket.customer_wrote(
            text=self._say(step.text),
            by=self._writer.customer,
            via=step.via,
            key=self.scene.key(),
            at=self.at,
            from_address=self._writer.email.value if step.via == Message.Via.MAIL else "",
            files=pictures.draw(step.pictures, self.scene.rng, at=self.at),
        )

    @_do.register
    def _(self, step: script.Confirms) -> None:
        self.ticket.confirm(by=self._writer.customer, at=self.at)

    @_do.register
    def _(self, step: script.NotYet) -> None:
        self.ticket.still_a_problem(
            text=self._say(step.text), by=self._writer.customer, key=self.scene.key(), at=self.at
        )

    @_do.register
    def _(self, step: script.Rates) -> None:
        Feedback.give(
            self.ticket,
            is_solved=step.solved,
            ease=step.ease,
            words=self._say(step.words),
            may_contact=step.may_contact,
            at=self.at,
        )

    @_do.register
    def _(self, step: script.We) -> None:
        by = self._worker()
        promise_at = self._next_word(step)
        by_when = ""
        if promise_at:
            by_when = words.by_when(promise_at, at=self.at, language=self.story.language)
        self._last_reply = self.ticket.reply(
            text=self._signed(step.text, by, by=by_when),
            by=by,
            at=self.at,
            seen=self.ticket.thread_version,
            key=self.scene.key(),
            then=step.then,
            promise_at=promise_at,
            promise_kind=step.kind,
            hold_reason=self._say(step.hold),
            files=pictures.draw(step.pictures, self.scene.rng, at=self.at, by=by),
        )

    def _next_word(self, step: script.We) -> datetime | None:
        if step.then == State.WAITING:
            return None
        if step.next_ago is not None:
            due = self.scene.before_now(step.next_ago)
            return due - timedelta(
                minutes=due.minute % 5, seconds=due.second, microseconds=due.microsecond
            )
        due = self.scene.calendar.due(self.at, step.says_next)
        whole = due.replace(minute=0, second=0, microsecond=0)
        return whole if whole - self.at > timedelta(hours=1) else whole + timedelta(hours=1)

    @_do.register
    def _(self, step: script.Solves) -> None:
        by = self._worker()
        self.ticket.solve(
            outcome=step.outcome,
            reason=self._say(step.reason),
            text=self._signed(step.text, by),
            by=by,
            at=self.at,
            seen=self.ticket.thread_version,
            key=self.scene.key(),
        )

    @_do.register
    def _(self, step: script.Notes) -> None:
        by = self.scene.company.staff[step.by] if step.by else self._worker()
        text = self._say(step.text, me=by.first_name)
        self.ticket.note(
            text=text,
            by=by,
            at=self.at,
            key=self.scene.key(),
            naming=mentions.named_in(text, self.scene.company.staff.values()).people,
        )

    @_do.register
    def _(self, step: script.Takes) -> None:
        if self.ticket.owner_id is None:
            self.ticket.take(by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.Assigns) -> None:
        to = self._worker()
        if self.ticket.owner_id is None:
            self.ticket.assign(to=to, by=self.scene.company.lead(self.ticket.queue), at=self.at)

    @_do.register
    def _(self, step: script.Waits) -> None:
        self._look_again()
        if self.ticket.state != State.WAITING:
            self.ticket.wait(reason=self._say(step.reason), by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.Holds) -> None:
        self._look_again()
        self.ticket.hold(reason=self._say(step.reason), by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.Resumes) -> None:
        self._look_again()
        self.ticket.resume(by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.Sets) -> None:
        company, ticket, by = self.scene.company, self.ticket, self._worker()
        if step.priority:
            ticket.change_priority(step.priority, by=by, at=self.at)
        if step.tags:
            ticket.change_tags(list(step.tags), by=by, at=self.at)
        if step.subject:
            ticket.change_subject(self._say(step.subject), by=by, at=self.at)
        if step.topic:
            ticket.change_topic(company.topics[step.topic], by=by, at=self.at)
        if step.queue:
            ticket.change_queue(company.queues[step.queue], by=by, at=self.at)

    @_do.register
    def _(self, step: script.Complains) -> None:
        self.ticket.mark_complaint(quote=self._say(step.quote), by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.Belongs) -> None:
        self._look_again()
        self._writer = self.scene.public.named[step.to]
        self.ticket.change_customer(self._writer.email, by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.IsSpam) -> None:
        self.ticket.mark_spam(by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.IsNotSpam) -> None:
        self.ticket.mark_not_spam(by=self._worker(), at=self.at)

    @_do.register
    def _(self, step: script.HandsOff) -> None:
        by, company = self._worker(), self.scene.company
        to_user = None
        if step.team:
            queue = company.queues[step.queue or step.team]
            fit = company.fit_for(queue, self.story.language)
            others = [one for one in fit if one != by] or [company.lead(queue)]
            to_user = self.scene.rng.choice(others)
        self.ticket.hand_off(
            handoff=Handoff(
                to_user=to_user,
                to_queue=company.queues[step.queue] if step.queue else None,
                wants=self._say(step.wants),
                known=self._say(step.known),
                tried=self._say(step.tried),
                promised=self._say(step.promised),
                dont_ask=self._say(step.dont_ask),
            ),
            by=by,
            at=self.at,
        )

    @_do.register
    def _(self, step: script.SetsReminder) -> None:
        due = self.scene.calendar.due(self.at, step.due)
        if step.due_ago is not None:
            due = self.scene.before_now(step.due_ago)
        self.ticket.follow_up(due_at=due, by=self._worker(), at=self.at, what=self._say(step.what))

    @_do.register
    def _(self, step: script.FollowsUp) -> None:
        reminder = FollowUp.objects.standing().filter(ticket=self.ticket).first()
        if reminder is not None:
            self.ticket.followed_up(reminder, by=reminder.user, at=self.at)

    @_do.register
    def _(self, step: script.TakesBack) -> None:
        assert self._last_reply is not None  # noqa: S101 -- a reply stands before it in the story
        by = self._last_reply.by_user
        assert by is not None  # noqa: S101 -- replies have an author
        self.ticket.undo(self._last_reply, by=by, at=self.at)


def awake(at: datetime) -> datetime:
    """Nobody writes to a shop at four in the morning; most nobodies."""
    local = timezone.localtime(at)
    if local.hour < 7:
        return at + timedelta(hours=7 - local.hour)
    return at
