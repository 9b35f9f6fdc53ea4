"""One column’s value as it stands in a line, and back again with every doubt about it."""

import base64
import binascii
import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from supportdesk.archive.refused import Refused

#: Django’s names for what a column takes, from the largest of them down.
_WHOLE = {
    models.PositiveSmallIntegerField: (0, 2**15 - 1),
    models.PositiveIntegerField: (0, 2**31 - 1),
    models.PositiveBigIntegerField: (0, 2**63 - 1),
    models.BigIntegerField: (-(2**63), 2**63 - 1),
    models.IntegerField: (-(2**31), 2**31 - 1),
}


def columns(model: type[models.Model], left_out: frozenset[str]) -> list[Any]:
    fields = model._meta.concrete_fields  # noqa: SLF001 -- Django’s documented API
    return [field for field in fields if field.attname not in left_out]


def told(row: models.Model, fields: list[Any]) -> dict[str, Any]:
    """Return a row as JSON can say it."""
    return {field.attname: _told(getattr(row, field.attname)) for field in fields}


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


def read(field: Any, value: Any) -> Any:
    """Return what the column takes. Raises Refused with the column’s name."""
    name = field.attname
    if value is None:
        if not field.null:
            raise Refused(f"“{name}” is missing")
        return None
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    try:
        return _read(kind, value)
    except (ValueError, TypeError, binascii.Error):
        raise Refused(f"“{name}” is not what it ought to be") from None


def _read(field: Any, value: Any) -> Any:
    if isinstance(field, ArrayField):
        return [_read(field.base_field, one) for one in _checked(value, list)]
    if isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BooleanField):
        return _checked(value, bool)
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(_checked(value, str))
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if isinstance(field, models.UUIDField):
        return uuid.UUID(_checked(value, str))
    if isinstance(field, models.BinaryField):
        return base64.b64decode(_checked(value, str), validate=True)
    if isinstance(field, models.IntegerField):
        return _whole(field, value)
    text = _checked(value, str)
    choices = {str(key) for key, _label in field.flatchoices}
    is_known = not choices or text in choices or (field.blank and not text)
    if (field.max_length and len(text) > field.max_length) or not is_known:
        raise ValueError(text)
    return text


def _whole(field: Any, value: Any) -> int:
    if type(value) is not int:
        raise TypeError(value)
    least, most = next(
        (span for kind, span in _WHOLE.items() if isinstance(field, kind)), (1, 2**63 - 1)
    )
    choices = {key for key, _label in field.flatchoices}
    if not least <= value <= most or (choices and value not in choices):
        raise ValueError(value)
    return value


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values that were read as a line would say them."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else _told(value)
        for name, value in values.items()
    }
