"""Compile the translations: bare machines have no ``msgfmt``, so polib does it.

Run by the ``.venv``’s Python as a script; prints how many catalogues it compiled.
"""

import os
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def stale(locale: Path = LOCALE) -> list[Path]:
    """Return the catalogues that were edited after they were last compiled."""

    def is_stale(source: Path) -> bool:
        compiled = source.with_suffix(".mo")
        return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime

    return [source for source in sorted(locale.glob("*/LC_MESSAGES/*.po")) if is_stale(source)]


def compile_catalogue(source: Path) -> None:
    # Imported here: ``stale`` is asked by ./desk before there is a polib.
    import polib

    half = source.with_suffix(f".mo.{os.getpid()}")
    polib.pofile(str(source)).save_as_mofile(str(half))
    half.replace(source.with_suffix(".mo"))


if __name__ == "__main__":
    for each in stale():
        compile_catalogue(each)
