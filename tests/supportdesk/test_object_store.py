"""Files in an object store: the same verbs, the same refusals."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone
from pytest_django import Settings

from supportdesk import backups
from supportdesk.backups import restoring
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.lib.addresses import file_storage
from tests.factories import make_ticket
from tickets import files
from tickets.models import Attachment


def test_an_address_says_where_the_files_are(tmp_path: Path) -> None:
    assert file_storage("", tmp_path)["OPTIONS"]["location"] == tmp_path
    there = file_storage("s3://key:se%2Fcret@store.example:9000/desk?region=eu", tmp_path)[
        "OPTIONS"
    ]
    assert (there["access_key"], there["secret_key"]) == ("key", "se/cret")
    assert (there["endpoint_url"], there["bucket_name"]) == ("https://store.example:9000", "desk")
    assert (there["region_name"], there["file_overwrite"], there["default_acl"]) == (
        "eu", False, None,
    )  # fmt: skip
    for wrong in ("s3://key:secret@store.example", "https://store.example/desk", "s3:///desk"):
        with pytest.raises(ValueError, match="STORAGE_URL is s3://"):
            file_storage(wrong, tmp_path)


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real server that speaks S3, on this machine. Needs requirements/s3.txt and moto[server]."""
    pytest.importorskip("storages")
    boto3 = pytest.importorskip("boto3")
    moto = pytest.importorskip("moto.server")
    port = free_port()
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=port)
    server.start()
    url = f"s3://key:secret@127.0.0.1:{port}/desk?region=us-east-1&tls=0"
    boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key="secret",
    ).create_bucket(Bucket="desk")  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "default": file_storage(url, Path())}
    yield
    server.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore")
def test_files_are_kept_given_out_backed_up_and_brought_back(store: None, tmp_path: Path) -> None:
    at = timezone.now()
    ticket = make_ticket()
    content = b"what the customer sent" * 200_000
    kept = files.store_bytes(content, "order.txt", at=at)
    Attachment.objects.filter(pk=kept.pk).update(message=ticket.messages.get())
    assert b"".join(files.as_download(kept)) == content
    orphan = default_storage.save("ab/" + "0" * 32, ContentFile("nobody’s".encode()))

    folder = backups.make(tmp_path)
    assert (folder / "files" / kept.storage_key).read_bytes() == content

    assert files.sweep(at=at) == 0
    assert files.sweep(at=at + timedelta(days=2)) == 1
    assert not default_storage.exists(orphan)
    assert default_storage.exists(kept.storage_key)

    default_storage.delete(kept.storage_key)
    with pytest.raises(Http404):
        files.as_download(kept)
    manifest = backups.Manifest.read(folder)
    for _twice in range(2):
        restoring._put_files_back(folder, manifest, lambda words: None)
    assert b"".join(files.as_download(kept)) == content
    default_storage.delete(kept.storage_key)
    default_storage.save(kept.storage_key, ContentFile(b"another"))
    with pytest.raises(backups.BackupRefused, match="another file under the key"):
        restoring._put_files_back(folder, manifest, lambda words: None)
