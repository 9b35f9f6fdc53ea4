"""Until when the certificate of the desk’s own address is good."""

import socket
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509

TIMEOUT_SECONDS = 5.0


class CertificateNotRead(Exception):
    """Nothing there that can be read. Says why, for the log."""


def ends_at(place: str, *, name: str) -> datetime:
    """Return when the certificate ends that lies at ``place``.

    ``place`` is the path of a PEM file, or ``host:port``, which is asked for the
    certificate of ``name``. Whether anybody trusts it is not asked: one that is
    over has an end too. Raises CertificateNotRead.
    """
    try:
        is_file = place.startswith("/")
        pem = Path(place).read_bytes() if is_file else _shown_at(place, name).encode()
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except (OSError, ValueError) as reason:
        raise CertificateNotRead(f"{place}: {type(reason).__name__}: {reason}") from reason


def _shown_at(place: str, name: str) -> str:
    host, _, port = place.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as line,
        context.wrap_socket(line, server_hostname=name) as sealed,
    ):
        return ssl.DER_cert_to_PEM_cert(sealed.getpeercert(binary_form=True) or b"")
