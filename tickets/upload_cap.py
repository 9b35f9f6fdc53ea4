"""Uploads stop growing at their limit, before they fill the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

#: Somebody who is told “50 MB” and sends four times as much is not choosing photos.
REQUEST_LIMIT_TIMES = 4


class Cap(FileUploadHandler):
    """Let a file through until it is just over its limit, and throw the rest away.

    Stands first among the handlers. What is too large arrives too large, and is
    refused by name where files are judged (``tickets.files``); the rest of the
    form arrives whole. A request far beyond a message’s limit is refused.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.taken += len(raw_data)
        if self.taken > REQUEST_LIMIT_TIMES * settings.MESSAGE_FILES_LIMIT_BYTES:
            raise RequestDataTooBig("far more files than a message can have")
        return raw_data if start <= settings.FILE_LIMIT_BYTES else None

    def file_complete(self, file_size: int) -> Any:
        return None
