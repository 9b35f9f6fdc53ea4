"""The desk’s logo: whatever is uploaded, what we keep is a picture that we drew ourselves."""

import hashlib
import io
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

LARGEST_BYTES = 2 * 1024 * 1024
#: A picture of a few kilobytes can unpack to gigabytes.
LARGEST_PIXELS = 20_000_000
KEPT_WITHIN = (800, 160)


class NoPicture(Exception):
    """It cannot be used. The text is fit to be shown."""


def keep(uploaded: "UploadedFile[Any]") -> str:
    """Draw the picture anew as PNG, without anything else that was in the file; return its name.

    Raises NoPicture.
    """
    if (uploaded.size or 0) > LARGEST_BYTES:
        raise NoPicture(_("This file is larger than 2 MB. Choose a smaller one."))
    drawn = io.BytesIO()
    _picture(uploaded).save(drawn, "PNG", optimize=True)
    content = drawn.getvalue()
    name = f"logo/{hashlib.sha256(content).hexdigest()[:16]}.png"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
    return name


def _picture(uploaded: "UploadedFile[Any]") -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(uploaded, formats=["PNG", "JPEG", "WEBP"])
            _refuse_bombs(opened)
            picture = opened.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture(_("This picture has too many pixels. 800 by 160 are enough.")) from None
    except (OSError, ValueError, SyntaxError):
        raise NoPicture(
            _("This is no PNG, JPEG or WebP picture. Save it as PNG and try again.")
        ) from None
    picture.thumbnail(KEPT_WITHIN)
    return picture


def _refuse_bombs(opened: Image.Image) -> None:
    if opened.width * opened.height > LARGEST_PIXELS:
        raise Image.DecompressionBombError
