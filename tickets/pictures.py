"""Our own small pictures of pictures that people send.

Only pixels pass: the re-encoded copy has no place where it was taken, no
comment and no second file hidden behind the first.
"""

import io
import logging
import struct
import warnings
from collections.abc import Callable
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

log = logging.getLogger(__name__)

#: Larger pictures are kept and not drawn: 25 million pixels are 100 MB of memory.
MOST_PIXELS = 25_000_000
#: An honest photo has up to some ten pixels a byte; a bomb hundreds.
MOST_PIXELS_PER_BYTE = 100
LONGEST_SIDE = 1600

#: What is drawn, and who reads it. Reading the header by itself checks no limit.
_READERS: dict[str, Callable[[IO[bytes]], ImageFile]] = {
    "image/png": PngImageFile,
    "image/jpeg": JpegImageFile,
    "image/gif": GifImageFile,
    "image/webp": WebPImageFile,
}
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
)

# Pillow warns at the limit and refuses at twice the limit: here the limit is one.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Bomb(Exception):
    """A small file that unpacks to a huge picture."""

    def __init__(self, pixels: int) -> None:
        super().__init__(f"{pixels} pixels")
        self.pixels = pixels


def preview_of(
    content: IO[bytes], content_type: str, *, size_bytes: int
) -> tuple[bytes | None, int | None, int | None]:
    """Return a WebP of the picture, and the width and height of the picture itself.

    Nothing for what is no picture, is broken, or is honest and too large to
    draw (a photo of 48 million pixels). Raises Bomb for a small file that
    unpacks to more than ``MOST_PIXELS``. At most about half a second and 150 MB.
    """
    if content_type not in _READERS:
        return None, None, None
    width, height = _size(content, content_type)
    if width * height > MOST_PIXELS:
        if width * height > size_bytes * MOST_PIXELS_PER_BYTE:
            raise Bomb(width * height)
        return None, width, height
    if not width * height:
        return None, None, None
    try:
        return _drawn(content), width, height
    except _BROKEN as reason:
        log.info("No preview of a %s: %s", content_type, type(reason).__name__)
        return None, None, None


def _size(content: IO[bytes], content_type: str) -> tuple[int, int]:
    """Read the size from the header alone, however large. (0, 0) if it cannot be read."""
    content.seek(0)
    try:
        with _READERS[content_type](content) as image:
            return image.size
    except _BROKEN:
        return 0, 0


def _drawn(content: IO[bytes]) -> bytes:
    content.seek(0)
    with Image.open(content, formats=_FORMATS) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        flat = upright.convert("RGBA" if has_alpha else "RGB")
    flat.info.clear()
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=82, method=3)
    return out.getvalue()
