"""Names of files as they can be shown and saved by anybody."""

import re
import unicodedata

from django.utils.translation import gettext as _

LONGEST = 120
_NOT_ON_EVERY_DISK = re.compile(r'[<>:"|?*]')


def clean_name(name: str) -> str:
    """Return the last part of ``name`` without what could mislead or escape.

    No folders, no control or invisible characters, nothing that turns the
    reading direction, no leading dots; at most ``LONGEST`` characters with the
    ending kept.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = "".join(mark for mark in name if unicodedata.category(mark)[0] != "C")
    name = " ".join(re.split(r"[/\\]", name)[-1].split())
    name = _NOT_ON_EVERY_DISK.sub("_", name).strip(". ")
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if stem and len(ending) <= 10 else ""
        name = name[: LONGEST - len(ending)].rstrip(". ") + ending
    return name or _("file")
