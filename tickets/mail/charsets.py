"""Turn bytes into text when their sender’s word for the alphabet cannot be trusted."""

import codecs

#: Names that people’s programs write for alphabets that Python knows by others.
_ALIASES = {
    "ansi_x3.110-1983": "latin-1",
    "cp-850": "cp850",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "us-ascii": "",
    "ascii": "",
    "unknown-8bit": "",
    "x-unknown": "",
    "x-gbk": "gb18030",
    "windows-874": "cp874",
}
#: Python takes these as alphabets. They unpack, compute or compress.
_NO_ALPHABETS = frozenset({
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7",
    "mbcs", "oem",
})  # fmt: skip


def decoded(content: bytes, charset: str) -> str:
    """Return the text. The named alphabet if it is one, else UTF-8, else Windows’ western one."""
    codec = _codec(charset)
    if codec:
        try:
            return codec.decode(content, "replace")[0]
        except (ValueError, LookupError):
            pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _codec(charset: str) -> codecs.CodecInfo | None:
    name = charset.strip().strip("\"'").lower()[:60]
    name = _ALIASES.get(name, name)
    if not name or not name.isascii():
        return None
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return codec if is_text and codec.name.replace("-", "_") not in _NO_ALPHABETS else None
