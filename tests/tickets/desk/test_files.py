from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk.models import User
from tests.factories import make_queue, make_team
from tests.tickets.desk.pages import make_fresh
from tickets import files
from tickets.models import Attachment, Ticket


def _attached(ticket: Ticket) -> Attachment:
    held = files.store(
        SimpleUploadedFile("evil.html", b"<script>alert(1)</script>"),
        session="s",
        at=timezone.now(),
    )
    message = ticket.messages.get()
    Attachment.objects.claim([held], message)
    return held


def _asked(browser: Client, place: str) -> int:
    answer = browser.get(place)
    # Reading to the end closes the file.
    b"".join(answer)
    return int(answer.status_code)


def test_a_file_is_only_ever_a_download(browser: Client) -> None:
    held = _attached(make_fresh())

    answer = browser.get(reverse("desk:file", args=[held.pk]))

    assert b"".join(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert browser.get(reverse("desk:file", args=[held.pk]) + "?preview").status_code == 404


def test_a_file_of_a_private_queue_is_not_there(browser: Client, admin: User) -> None:
    held = _attached(make_fresh(queue=make_queue(team=make_team(), is_private=True)))
    place = reverse("desk:file", args=[held.pk])

    assert _asked(browser, place) == 404
    browser.force_login(admin)
    assert _asked(browser, place) == 200


def test_what_another_holds_is_nobody_elses(browser: Client, agent: User, colleague: User) -> None:
    upload = SimpleUploadedFile("a.txt", b"x")
    mine = files.store(upload, user=agent, held_for="reply:1", at=timezone.now())
    theirs = files.store(upload, user=colleague, held_for="reply:1", at=timezone.now())

    assert _asked(browser, reverse("desk:file", args=[mine.pk])) == 200
    assert _asked(browser, reverse("desk:file", args=[theirs.pk])) == 404
