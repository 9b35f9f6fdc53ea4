"""One notation for what customers are known by."""

from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q


class Known(NamedTuple):
    """An address or number in its one notation. ``kind`` is ``email`` or ``phone``."""

    kind: str
    value: str

    def as_filter(self) -> Q:
        return Q(kind=self.kind, value=self.value)


def email(text: str) -> Known:
    """Return the address in lower case with its domain in ASCII.

    Raises ValidationError for what is not one address.
    """
    local, _at, domain = text.strip().rpartition("@")
    try:
        value = f"{local}@{domain.encode('idna').decode('ascii')}".lower()
    except UnicodeError as reason:
        raise ValidationError("not a mail domain") from reason
    validate_email(value)
    if len(value) > 254:
        raise ValidationError("too long")
    return Known("email", value)


def phone(text: str, region: str = "GB") -> Known:
    """Return the number as E.164; ``region`` reads numbers without a country.

    Raises ValidationError for what cannot be a phone number.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as reason:
        raise ValidationError("not a phone number") from reason
    if not phonenumbers.is_possible_number(number):
        raise ValidationError("not a phone number")
    return Known("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normalised(text: str) -> Known | None:
    """Return what ``text`` is, an address or a number, or ``None`` for neither."""
    read = email if "@" in text else phone
    try:
        return read(text)
    except ValidationError:
        return None
