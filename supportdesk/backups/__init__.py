"""Backups: the database first, the files second, read again and compared before they count.

A backup is one folder: ``manifest.json`` says what is in it and of when it
is, ``database.dump`` is pg_dump’s own format, ``files/`` holds the files
under their keys, and ``files.sha256`` names each with its checksum, as
``sha256sum -c`` reads it. Files are never rewritten, so those copied after
the dump are those that the dump means.
"""

from supportdesk.backups.errors import BackupRefused
from supportdesk.backups.manifest import Manifest
from supportdesk.backups.restoring import restore, try_out
from supportdesk.backups.writing import make

__all__ = ["BackupRefused", "Manifest", "make", "restore", "try_out"]
