"""The mail that the trial desk sent, as its own mail server received it, to read and to answer."""

import mimetypes
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses, make_msgid
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supportdesk import tasks
from supportdesk.demo.forms import AnswerForm
from supportdesk.lib import csp, mime
from supportdesk.lib.access import trial_only
from supportdesk.models import CaughtMail
from tickets.mail import intake, parse, threads

SHOWN = 100
QUOTED_LINES = 200
_HEAD = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
         "Auto-Submitted", "X-Auto-Response-Suppress", "X-Supportdesk-Mail")  # fmt: skip


@trial_only
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    caught = CaughtMail.objects.order_by("-caught_at", "-pk")[:SHOWN]
    now = timezone.now()  # noqa: TID251 -- a view
    mails = [(mail, parse.read(bytes(mail.raw))) for mail in caught]
    page = "demo/mailbox.html"
    if request.headers.get("HX-Request"):
        page += "#mails"
    return render(request, page, {"mails": mails, "now": now})


@trial_only
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk, AnswerForm())


@trial_only
@require_GET
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail’s HTML for its frame: as it was received, and nothing in it may run or load."""
    caught = get_object_or_404(CaughtMail, pk=pk)
    html = parse.read(bytes(caught.raw)).html
    if not html:
        raise Http404
    # Links open beside the mail, not inside its frame.
    answer = HttpResponse('<base target="_blank">' + html)
    answer["Content-Security-Policy"] = csp.FRAMED_MAIL
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@trial_only
@require_GET
def mail_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    caught = get_object_or_404(CaughtMail, pk=pk)
    files = parse.read(bytes(caught.raw)).files
    if number >= len(files):
        raise Http404
    answer = HttpResponse(files[number].content, content_type="application/octet-stream")
    name = files[number].name.replace('"', "").encode("ascii", "replace").decode("ascii")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = csp.FILE
    return answer


@trial_only
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the desk a real mail from the one who got this mail."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form, status=422)
    caught = get_object_or_404(CaughtMail, pk=pk)
    at = timezone.now()  # noqa: TID251 -- a view
    files = [(file.name or "file", file.read()) for file in request.FILES.getlist("files")]
    raw = as_reply(caught, form.cleaned_data["text"], files, at=at)
    with transaction.atomic():
        intake.receive(raw, _address(_header(bytes(caught.raw), "From")), at=at)
        ring = partial(tasks.ring, "tickets.tasks.process_inbound")
        transaction.on_commit(ring, robust=True)
    messages.info(
        request, _("Your answer from %(address)s is on its way.") % {"address": caught.recipient}
    )
    return redirect("demo:mail", pk)


def as_reply(
    caught: CaughtMail, text: str, files: list[tuple[str, bytes]], *, at: datetime
) -> bytes:
    """Return the answer to a mail as its recipient’s mail program would write it."""
    original = parse.read(bytes(caught.raw))
    desk = _address(_header(bytes(caught.raw), "From"))
    known = [name for name in original.references if threads.PLAIN_ID.fullmatch(name)]
    reply = EmailMessage(policy=mime.POLICY)
    reply["From"] = caught.recipient
    reply["To"] = desk
    reply["Subject"] = f"Re: {original.subject}"
    reply["Date"] = format_datetime(at)
    reply["Message-ID"] = make_msgid(domain="mail.example")
    reply["In-Reply-To"] = original.message_id
    reply["References"] = " ".join([*dict.fromkeys(known), original.message_id])
    quoted = "\n".join(f"> {line}" for line in original.text.split("\n")[:QUOTED_LINES])
    when = f"{caught.caught_at:%a, %d %b %Y at %H:%M}"
    reply.set_content(f"{text}\n\nOn {when}, {desk} wrote:\n{quoted}\n")
    for name, content in files:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _slash, sub = kind.partition("/")
        reply.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return reply.as_bytes()


def _show(request: HttpRequest, pk: int, form: AnswerForm, status: int = 200) -> HttpResponse:
    caught = get_object_or_404(CaughtMail, pk=pk)
    raw = bytes(caught.raw)
    head = [(name, _header(raw, name)) for name in _HEAD]
    context = {
        "caught": caught,
        "mail": parse.read(raw),
        "head": [(name, value) for name, value in head if value],
        "form": form,
        "now": timezone.now(),  # noqa: TID251 -- a view
    }
    return render(request, "demo/mail.html", context, status=status)


def _header(raw: bytes, name: str) -> str:
    """Return a header as one line, also one with bytes that no header may have."""
    return " ".join(str(BytesHeaderParser().parsebytes(raw)[name] or "").split())


def _address(header: str) -> str:
    return next((address for _name, address in getaddresses([header or ""])), "")
