"""Names for mails that only this desk can have given."""

import hashlib
import hmac
import re
import uuid

from django.conf import settings

from supportdesk.models import Delivery

_OURS = re.compile(r"<?([0-9a-f]{32})\.([0-9a-f]{32})(?:@[^<>\s]*)?>?")


def seal(what: bytes) -> str:
    """Return 128 bits that prove that this desk named ``what``."""
    return hmac.new(settings.SECRET_KEY.encode(), what, hashlib.sha256).hexdigest()[:32]


def is_sealed(what: bytes, by: str) -> bool:
    return hmac.compare_digest(by, seal(what))


def signed_message_id(pk: uuid.UUID) -> str:
    """Return the Message-ID of a delivery: only we can have made it."""
    return f"<{pk.hex}.{seal(pk.bytes)}@{settings.MAIL_DOMAIN}>"


def recognised(message_id: str) -> Delivery | None:
    """Return the mail of ours that carries this Message-ID (or loop mark), if the seal is ours."""
    match = _OURS.fullmatch(message_id.strip())
    if match is None:
        return None
    pk = uuid.UUID(hex=match[1])
    if not is_sealed(pk.bytes, match[2]):
        return None
    return Delivery.objects.filter(pk=pk).first()
