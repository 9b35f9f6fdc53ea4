"""One stylesheet out of many files, and names that change when the content does."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: What pages ask for, and the file that lists its parts.
NAME = "css/supportdesk.css"
LIST = "css/index.css"

_IMPORT = re.compile(r'@import url\("([^"]+)"\);\n?')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*\n\s*")


def bundle(source: Path) -> str:
    """Return the stylesheet with its imports in their places, comments and indentation gone.

    The files that it lists import nothing themselves. 30 small files take
    about 3 ms.
    """
    text = _IMPORT.sub(lambda found: (source.parent / found[1]).read_text(), source.read_text())
    return _SPACE.sub("\n", _COMMENT.sub("", text)).strip() + "\n"


class StylesheetFinder(BaseFinder):
    """Serve the bundle, which is in no folder, as if it were.

    It stands first among the finders, so pages ask for one file with or
    without ``collectstatic``. The bundle is kept in ``DATA_DIR`` and written
    again when a file of it has changed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.source = Path(settings.ROOT) / "static" / LIST
        self.storage = FileSystemStorage(Path(settings.DATA_DIR) / "assets")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != NAME:
            return []
        found = str(self._written())
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        self._written()
        yield NAME, self.storage

    def _written(self) -> Path:
        target = Path(self.storage.path(NAME))
        content = bundle(self.source)
        if target.exists() and target.read_text() == content:
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may start together: each writes its own file, the last one wins whole.
        draft = target.with_suffix(f".{os.getpid()}")
        draft.write_text(content)
        draft.replace(target)
        return target


class HashedAssets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Every file under a name with its hash, compressed; imports between our modules follow.

    Modules of others are left as they are: a comment in one of them reads like
    an import of a file that isn't there, and ``collectstatic`` would stop. In
    our own, import a file before exporting from it, and don't do both.
    """

    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: Any, template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda found: found[0]
        convert: Callable[[re.Match[str]], str] = super().url_converter(
            name, hashed_files, template
        )
        return convert
