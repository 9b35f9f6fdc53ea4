"""What a file is, by its first bytes. What its name or sender says is not asked."""

#: How much of a file is enough to know it.
HEAD_BYTES = 4096
UNKNOWN = "application/octet-stream"

#: (offset, bytes, type). The first that fits decides.
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
#: Bytes that text does not have: control characters but tab, line feed, form feed, return, escape.
_NOT_TEXT = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def type_of(head: bytes) -> str:
    """Return the media type of a file that begins with ``head``.

    HTML, SVG and scripts are text here: nothing of ours runs or draws them.
    """
    for offset, mark, media_type in _SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return media_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    return "text/plain" if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if not head or head.translate(None, _NOT_TEXT) != head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as broken:
        # The last character may be cut in two where the head ends.
        return broken.start >= HEAD_BYTES - 3
    return True
