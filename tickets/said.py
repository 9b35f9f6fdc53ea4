"""What was said, as the desk and the customer read it: one message, drawn in one step.

A page has fifty of them; see ``rows``, which does the same for lists. What
happened between them stays a template each (``timeline/``): there are few.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supportdesk.lib import markup, moments
from supportdesk.lib.drawing import avatar, icon, paragraphs, time
from supportdesk.lib.reversing import address_of
from supportdesk.lib.shapes import NOTHING, Shape, joined
from supportdesk.models import Delivery, User
from tickets.customer_page import Page, Picture, Said
from tickets.models import Attachment, Message, Promise, Ticket
from tickets.thread import Entry

# --- On the desk ----------------------------------------------------------------------------------

_NOTE = Shape("""
    <article class="note" id="m{number}" data-sent="{key}">
        <p class="note__head"><span class="note__only">{lock} {only}</span> <b>{who}</b> {when}</p>
        <div class="message__body">{body}</div>
        {files}
    </article>
""")
_HEARD = Shape("""
    <article class="message" id="m{number}">
        {face}
        <div>
            <p class="message__head"><b>{who}</b> <span class="message__way">{sign} {way}</span>{address} {when}</p>
            <div class="message__body voice">{body}</div>
            {original}
            {files}
        </div>
    </article>
""")
_OURS = Shape("""
    <article class="message message--us" id="m{number}" data-sent="{key}">
        {face}
        <div>
            <p class="message__head"><b>{who}</b>{to} {when}</p>
            <div class="message__body">{body}</div>
            {files}
            <div class="message__foot">{fares}{promise}</div>
        </div>
    </article>
""")
_HEAD = Shape(" <span>{words}</span>")
_ORIGINAL = Shape("""
    <details class="original">
        <summary>{eye} {view}</summary>
        <iframe class="message__frame" loading="lazy"
         sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
         src="{address}" title="{title}"></iframe>
    </details>
""")
_WAY = Shape('<span class="message__way{failed}">{sign} {words}</span>')
_PROMISE = Shape('<span class="message__way">{sign} {words} {when}</span>')
_FILES = Shape('<p class="line line--wrap attached-list">{files}</p>')
_FILE = Shape(
    '<a class="attached" href="{address}" download>{sign}<span class="clip">{name}</span>'
    '<span class="quiet num">{size}</span></a>'
)
_PREVIEW = Shape('<img src="{address}?preview" alt="" loading="lazy" width="44" height="32">')
_SIGNS = {Message.Via.MAIL: "mail", Message.Via.PHONE: "phone"}
_STUCK = {Delivery.State.FAILED, Delivery.State.IN_DOUBT}


@dataclass(frozen=True)
class OnTheDesk:
    """How one page of the desk draws what was said in its ticket."""

    ticket: Ticket
    user: User
    now: datetime
    #: Draws the button that takes a message back.
    undo: Callable[[Message], SafeString]

    def drawn(self, entry: Entry) -> SafeString:
        message = entry.message
        if message is None:
            return NOTHING
        if message.kind == Message.Kind.NOTE:
            return self._note(message, entry)
        if message.kind == Message.Kind.CUSTOMER:
            return self._heard(message, entry)
        return self._ours(message, entry)

    def _note(self, message: Message, entry: Entry) -> SafeString:
        return _NOTE(
            number=message.pk,
            key=message.key,
            lock=icon("lock", "s"),
            only=_("Note, only your team"),
            who=message.by_user,
            when=self._time(message.at),
            body=_body(message),
            files=_files(entry.files),
        )

    def _heard(self, message: Message, entry: Entry) -> SafeString:
        address = message.from_address
        return _HEARD(
            number=message.pk,
            face=avatar(message.by_customer, "l"),
            who=message.by_customer,
            sign=icon(_SIGNS.get(Message.Via(message.via), "form"), "s"),
            way=message.get_via_display(),
            address=_HEAD(words=address)
            if address and address != self.ticket.identity.value
            else NOTHING,
            when=self._time(message.at),
            body=paragraphs(message.text),
            original=self._original(message) if message.framed_html else NOTHING,
            files=_files(entry.files),
        )

    def _original(self, message: Message) -> SafeString:
        return _ORIGINAL(
            eye=icon("eye", "s"),
            view=_("View the original mail"),
            address=address_of("desk:message_body", message.pk),
            title=_("The mail as it came"),
        )

    def _ours(self, message: Message, entry: Entry) -> SafeString:
        return _OURS(
            number=message.pk,
            key=message.key,
            face=avatar(message.by_user, "l"),
            who=message.by_user,
            to=self._to(message),
            when=self._time(message.at),
            body=_body(message),
            files=_files(entry.files),
            fares=self._not_sent(message)
            if message.release_at > self.now
            else joined(_fares(mail) for mail in entry.deliveries),
            promise=self._promise(entry.promise) if entry.promise else NOTHING,
        )

    def _to(self, message: Message) -> SafeString:
        words = _("on their page")
        if message.to:
            words = _("to %(name)s") % {"name": self.ticket.customer.first_name}
        to = _HEAD(words=words)
        if message.cc:
            to += _HEAD(words=_("and %(addresses)s") % {"addresses": ", ".join(message.cc)})
        return to

    def _not_sent(self, message: Message) -> SafeString:
        said = _WAY(failed=NOTHING, sign=icon("clock", "s"), words=_("not sent yet"))
        return said + self.undo(message) if message.by_user_id == self.user.pk else said

    def _promise(self, promise: Promise) -> SafeString:
        return _PROMISE(
            sign=icon("flag", "s"),
            words=_("promised: %(what)s by") % {"what": promise.get_kind_display()},
            when=self._time(promise.due_at),
        )

    def _time(self, at: datetime) -> SafeString:
        return time(at, moments.short(at, now=self.now))


def _body(message: Message) -> SafeString:
    return markup.stored(message.html) if message.html else paragraphs(message.text)


def _fares(mail: Delivery) -> SafeString:
    """How the mail of a reply fares; who did not get it, and why."""
    words, sign = mail.get_state_display(), "clock"
    if mail.state == Delivery.State.SENT:
        sign = "check"
    elif mail.state in _STUCK:
        sign = "warning"
        why = f"{mail.recipient}: {mail.response}" if mail.response else mail.recipient
        words = f"{words} ({why})"
    failed = mail.state == Delivery.State.FAILED
    return _WAY(
        failed=" message__way--failed" if failed else NOTHING, sign=icon(sign, "s"), words=words
    )


def _files(files: Iterable[Attachment]) -> SafeString:
    drawn = [
        _FILE(
            address=(address := reverse("desk:file", args=[file.pk])),
            sign=_PREVIEW(address=address) if file.preview_key else icon("file"),
            name=file.name,
            size=filesizeformat(file.size_bytes),
        )
        for file in files
    ]
    return _FILES(files=joined(drawn)) if drawn else NOTHING


# --- On the customer’s page -----------------------------------------------------------------------

_PUBLIC = Shape("""
    <article class="message{us}"{last} aria-label="{who}">
        {face}
        <div>
            <p class="message__head"><b>{who}</b>{from_} {when}</p>
            <div class="message__body{voice}">{body}</div>
            {files}
        </div>
    </article>
""")
_LAST = Shape(' id="last"')()
_FROM_US = Shape(" {desk}")
_FROM_THEM = Shape(' <span class="message__way">{sign}</span>')
_PUBLIC_FILES = Shape('<ul class="line line--wrap message__files">{files}</ul>')
_PUBLIC_FILE = Shape("""
    <li class="stack stack--s">
        {shown}
        <a class="attached" href="{address}" download>
            {sign} <span>{name} <span class="quiet">{size}</span></span>
        </a>
    </li>
""")
_SHOWN = Shape("""
    <a class="shown" href="{address}">
        <img src="{address}" alt="{name}" loading="lazy" width="{width}" height="{height}">
    </a>
""")


def for_customer(page: Page, *, desk: str) -> SafeString:
    """Draw the thread of a customer’s page; we are called ``desk``."""
    last = page.thread[-1] if page.thread else None
    return joined(_public(said, page, desk, is_last=said is last) for said in page.thread)


def _public(said: Said, page: Page, desk: str, *, is_last: bool) -> SafeString:
    from_ = NOTHING
    if said.is_ours:
        from_ = _FROM_US(desk=desk)
    elif said.way:
        from_ = _FROM_THEM(sign=icon(said.way, "s"))
    files = joined(_public_file(file, page) for file in said.files)
    return _PUBLIC(
        us=" message--us" if said.is_ours else NOTHING,
        last=_LAST if is_last else NOTHING,
        who=said.name,
        face=avatar(said.face if said.is_ours else page.customer, "l"),
        from_=from_,
        when=time(said.at, moments.short(said.at, now=page.now)),
        voice=NOTHING if said.is_ours else " voice",
        body=markup.stored(said.html) if said.is_ours else paragraphs(said.text),
        files=_PUBLIC_FILES(files=files) if files else NOTHING,
    )


def _public_file(file: Picture, page: Page) -> SafeString:
    shown = NOTHING
    if file.has_preview:
        shown = _SHOWN(
            address=reverse("your_ticket_picture", args=[page.number, file.id]),
            name=file.name,
            width=file.width,
            height=file.height,
        )
    return _PUBLIC_FILE(
        shown=shown,
        address=reverse("your_ticket_file", args=[page.number, file.id]),
        sign=icon("download" if file.has_preview else "file"),
        name=file.name,
        size=filesizeformat(file.size_bytes),
    )
