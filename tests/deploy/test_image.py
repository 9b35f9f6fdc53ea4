"""The image’s own steps, outside of an image: nothing is written where the image is read-only."""

import fnmatch
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from supportdesk.bootstrap.redis_server import free_port

ROOT = Path(__file__).resolve().parents[2]
HOST = "help.example.com"
DATABASE = "supportdesk_image"


class Image:
    """What ``docker build`` would make, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.web_port = free_port()
        for name in ("data", "backups", "tmp"):
            (folder / name).mkdir(mode=0o700)
        place = urlsplit(os.environ["DATABASE_URL"])
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": "/nonexistent",
            "TMPDIR": str(folder / "tmp"),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
            "SUPPORTDESK_MODE": "production",
            "LOG_FORMAT": "json",
            "DATA_DIR": str(folder / "data"),
            "BACKUP_DIR": str(folder / "backups"),
            "STATIC_ROOT": str(folder / "static"),
            "SECRET_KEY": secrets.token_urlsafe(60),
            "PUBLIC_BASE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": f"{HOST} web",
            "DATABASE_URL": place._replace(path=f"/{DATABASE}").geturl(),
            "REDIS_URL": "redis://127.0.0.1:9/0",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "TRUSTED_PROXIES": "1",
            "METRICS_TOKEN": "watching",
            "WEB_BIND": f"127.0.0.1:{self.web_port}",
            "WEB_PROCESSES": "1",
            "WORKER_TMP": str(folder / "tmp"),
            # The age of this machine’s Python is not asked here.
            "SILENCED_SYSTEM_CHECKS": "supportdesk.W001",
        }

    def build(self) -> None:
        """COPY what .dockerignore lets through, RUN deploy/build.sh, and close the door behind."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        wanted = [line[1:] for line in lines if line.startswith("!")]
        left_out = [line.removeprefix("**/") for line in lines if line.startswith("**/")]
        for name in wanted:
            source, to = ROOT / name, self.folder / "desk" / name
            to.parent.mkdir(exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns(*left_out))
            else:
                shutil.copy2(source, to)
        assert not [each for each in wanted if fnmatch.fnmatch(each, "*test*")]
        self.run("deploy/build.sh")
        for place in (self.folder / "desk", self.folder / "static"):
            for each in (place, *place.rglob("*")):
                each.chmod(0o555 if each.is_dir() or os.access(each, os.X_OK) else 0o444)

    def run(self, *argv: str) -> str:
        ran = subprocess.run(
            argv, cwd=self.folder / "desk", env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def start(self, *argv: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "web.log").open("wb") as log:
            started = subprocess.Popen(
                argv, cwd=self.folder / "desk", env=self.environment, stdout=log, stderr=log
            )
        self.running.append(started)
        return started

    def written(self) -> dict[str, float]:
        """What is in the checkout and the styles, which are read-only in the image."""
        return {
            str(each): each.stat().st_mtime
            for place in ("desk", "static")
            for each in (self.folder / place).rglob("*")
        }

    def ask(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """As the proxy asks: with the name and the scheme that the browser used."""
        sent = {"Host": HOST, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.web_port}{path}", headers=sent | headers
        )
        opener = urllib.request.build_opener(_Stays)
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode(), dict(refused.headers)

    def wait_for(self, what: str) -> None:
        for _n in range(300):
            try:
                return self.ask(what) and None
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "web.log").read_text())


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


@pytest.fixture
def image(tmp_path: Path, transactional_db: None) -> Iterator[Image]:
    image = Image(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    try:
        yield image
    finally:
        for each in reversed(image.running):
            each.terminate()
            each.wait(timeout=20)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.mark.skipif(not os.environ.get("CI"), reason="takes half a minute: CI does it")
def test_the_image_migrates_starts_and_serves_behind_its_proxy(image: Image) -> None:
    image.build()
    before = image.written()
    assert "migrations applied" in image.run("deploy/run.sh", "upgrade")
    web = image.start("deploy/run.sh", "web")
    image.wait_for("/healthz")

    assert image.ask("/healthz")[:2] == (200, "ok\n")
    status, said, _headers = image.ask("/readyz")
    assert (status, '"degraded": ["redis", "beat"]' in said) == (200, True)
    # Without the proxy’s word that it was https, everything else is sent there.
    assert image.ask("/account/sign-in/", **{"X-Forwarded-Proto": "http"})[0] == 301
    assert image.ask("/healthz", Host="evil.example")[0] == 400
    status, page, headers = image.ask("/account/sign-in/")
    assert status == 200
    assert "Strict-Transport-Security" in headers
    assert "__Host-csrftoken" in headers["Set-Cookie"]
    stylesheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert image.ask(stylesheet)[0] == 200
    assert image.ask("/metrics")[0] == 404
    status, figures, _headers = image.ask("/metrics", Authorization="Bearer watching")
    assert 'supportdesk_up{what="postgres"} 1' in figures
    image.run("deploy/run.sh", "healthy")
    assert "/setup/first/" in image.run("deploy/run.sh", "manage", "walk_in")
    web.terminate()
    assert web.wait(timeout=20) == 0
    assert image.written() == before


def test_compose_asks_for_every_secret_and_has_none() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "EMAIL_URL"):
        assert f"${{{name}:?{name} is not set" in compose
        assert f"${{{name}:-" not in compose
        assert f"\n{name}=\n" in example


def test_the_proxy_lets_a_line_go_before_the_desk_does() -> None:
    """Otherwise a form is sent on a line that is just being closed, and is not tried again."""
    proxy = re.search(r"keepalive (\d+)s", (ROOT / "deploy" / "Caddyfile").read_text())
    desk = re.search(r"--keep-alive (\d+)", (ROOT / "deploy" / "run.sh").read_text())
    assert proxy
    assert desk
    assert int(proxy[1]) + 10 <= int(desk[1])
