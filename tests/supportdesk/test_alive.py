"""A sign of life for those outside, and the certificate that they meet us with."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from supportdesk import alive, checks, timers, watch
from supportdesk.celery import app
from supportdesk.lib import certificate
from supportdesk.models import Desk, Timer

pytestmark = pytest.mark.django_db
ENDS_AT = datetime(2031, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def heard(settings: Settings) -> Iterator[list[str]]:
    """What somebody outside hears, at the address that the desk was given."""
    asked: list[str] = []

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Watcher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ALIVE_URL = f"http://127.0.0.1:{server.server_port}/desk-1"
    timers.run_due()
    yield asked
    server.shutdown()
    server.server_close()


def test_it_is_sent_while_all_is_well(heard: list[str], settings: Settings) -> None:
    alive.say_that_all_is_well()
    assert heard == ["/desk-1"]
    settings.ALIVE_URL = ""
    alive.say_that_all_is_well()
    assert heard == ["/desk-1"]


def hold_the_desk() -> None:
    Desk.objects.update(is_on_hold=True)


def stop_the_clock() -> None:
    Timer.objects.filter(key="tick").update(fired_at=timezone.now() - timedelta(minutes=3))


def let_a_timer_wait() -> None:
    timers.set(
        kind="none", subject="x", subject_id=1, group="x", key="x",
        due_at=timezone.now() - timedelta(minutes=2),
    )  # fmt: skip


@pytest.mark.parametrize("breaking", [hold_the_desk, stop_the_clock, let_a_timer_wait])
def test_it_stops_when_somebody_should_be_called(
    heard: list[str], breaking: Callable[[], None]
) -> None:
    breaking()
    alive.say_that_all_is_well()
    assert heard == []


def test_what_somebody_should_only_look_at_does_not_stop_it(heard: list[str]) -> None:
    Timer.objects.filter(key="tick").update(fired_at=timezone.now() - timedelta(seconds=40))
    assert list(watch.find(set_up_at=None, is_on_hold=False, at=timezone.now()))
    alive.say_that_all_is_well()
    assert heard == ["/desk-1"]


def test_nobody_there_harms_nothing(settings: Settings) -> None:
    timers.run_due()
    settings.ALIVE_URL = "http://127.0.0.1:9/"
    alive.say_that_all_is_well()


# --- The certificate --------------------------------------------------------------------------------


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A certificate with its key, good until ``ENDS_AT``, signed by nobody that counts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "help.example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ENDS_AT - timedelta(days=90))
        .not_valid_after(ENDS_AT)
        .sign(key, hashes.SHA256())
    )
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path / "desk.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, *private)
    )
    return file


def test_it_is_read_from_a_file_and_from_who_shows_it(pem: Path) -> None:
    assert certificate.ends_at(str(pem), name="help.example.com") == ENDS_AT
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    asked_for: list[str] = []
    context.sni_callback = lambda line, name, own: asked_for.append(str(name))
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.handle_request, daemon=True).start()
    place = f"127.0.0.1:{server.server_port}"
    assert certificate.ends_at(place, name="help.example.com") == ENDS_AT
    assert asked_for == ["help.example.com"]
    server.server_close()


@pytest.mark.parametrize("place", ["/nothing/here.pem", "127.0.0.1:9"])
def test_what_cannot_be_read_says_so(place: str) -> None:
    with pytest.raises(certificate.CertificateNotRead, match=place):
        certificate.ends_at(place, name="x")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (22, []),
        (20, [("The certificate of this address ends in 20 days.", False)]),
        (6, [("The certificate of this address ends in 6 days.", True)]),
        (-1, [("The certificate of this address is over.", True)]),
    ],
)
def test_its_end_is_said_three_weeks_before_and_louder_in_the_last(
    pem: Path, settings: Settings, days: int, said: list[tuple[str, bool]]
) -> None:
    settings.CERTIFICATE = str(pem)
    alive.look_at_certificate()
    found = watch.certificate(ENDS_AT - timedelta(days=days, minutes=1))
    assert [(each.words, each.is_grave) for each in found] == said


def test_one_that_nobody_can_read_is_said_and_one_that_is_not_watched_is_not(
    settings: Settings,
) -> None:
    settings.CERTIFICATE = "/nothing/here.pem"
    assert not list(watch.certificate(ENDS_AT))  # nobody has looked yet
    alive.look_at_certificate()
    (found,) = watch.certificate(ENDS_AT)
    assert (found.words, found.is_grave) == (
        "Nobody can read the certificate of this address.",
        False,
    )
    settings.CERTIFICATE = ""
    assert not list(watch.certificate(ENDS_AT))
    cache.clear()


def test_settings_that_cannot_work_are_refused(settings: Settings) -> None:
    assert list(checks._watchers()) == []
    settings.ALIVE_URL, settings.CERTIFICATE = "file:///etc/passwd", "proxy"
    assert [each.id for each in checks._watchers()] == ["supportdesk.E009", "supportdesk.E010"]


def test_both_are_rung_for_where_the_world_can_be_asked() -> None:
    for name in ("say_that_all_is_well", "look_at_certificate"):
        task = f"supportdesk.alive.{name}"
        assert any(each["task"] == task for each in app.conf.beat_schedule.values())
        assert app.amqp.router.route({}, task)["queue"].name == "mail"
