"""The embedded Postgres and Redis: ours alone, and started again whatever state they are in."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from supportdesk.bootstrap import catalogues, postgres, redis_server, servers
from supportdesk.bootstrap.places import site_packages
from supportdesk.bootstrap.supervisor import Supervisor


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Postgres’ account can reach; pytest’s own are closed to it."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def signals() -> Iterator[None]:
    """A supervisor takes the signals; give pytest its own back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ask(server: postgres.Postgres, question: str, *, account: str | None = None) -> str:
    arguments = ("-h", str(server.socket), "-U", postgres.ROLE, "-d", postgres.DATABASE)
    ran = subprocess.run(
        [str(server.binaries / "psql"), "-XAtq", *arguments, "-c", question],
        capture_output=True,
        text=True,
        cwd="/",
        user=account,
        extra_groups=[] if account else None,
        check=False,
    )
    return (ran.stdout or ran.stderr).strip()


@pytest.mark.usefixtures("signals")
def test_postgres_keeps_what_was_written_through_a_kill_and_lets_nobody_else_in(
    base: Path,
) -> None:
    with Supervisor() as supervisor:
        servers.start_postgres(supervisor, base)
        server = postgres.prepare(site_packages(), base)
        assert ask(server, "create table kept as select 'here' as word") == ""
        assert ask(server, "show listen_addresses") == ""
        (child,) = supervisor.children
        assert child.process
        first = child.process.pid

        if os.geteuid() == 0:
            stranger = next(one.pw_name for one in pwd.getpwall() if one.pw_name == "daemon")
            assert "Permission denied" in ask(server, "select 1", account=stranger)

        os.kill(first, signal.SIGKILL)
        supervisor.wait_until(
            lambda: (
                child.process is not None
                and child.process.pid != first
                and server.is_ready(child.process.pid)
            ),
            seconds=15,
        )
        assert ask(server, "select word from kept") == "here"
    assert not (server.data / "postmaster.pid").exists()


@pytest.mark.usefixtures("signals")
def test_redis_wants_the_password_and_starts_empty_when_its_file_is_unreadable(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unreadable = base / "redis" / "appendonlydir"
    unreadable.mkdir(parents=True)
    (unreadable / "appendonly.aof.manifest").write_text("not a manifest\n")

    with Supervisor() as supervisor:
        url = servers.start_redis(supervisor, base)
        port = int(url.rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"PING\r\n")
            assert line.recv(100).startswith(b"-NOAUTH")

    assert "started empty: its file was unreadable" in capsys.readouterr().out
    assert (base / "redis.unreadable" / "appendonlydir" / "appendonly.aof.manifest").exists()
    assert redis_server.find_binary(site_packages())


def test_a_catalogue_is_compiled_when_it_was_edited(tmp_path: Path) -> None:
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n')
    with source.open("a") as file:
        file.write('msgid "It is solved"\nmsgstr "Es ist gelöst"\n')
    assert catalogues.stale(tmp_path) == [source]

    catalogues.compile_catalogue(source)

    assert catalogues.stale(tmp_path) == []
    (entry,) = polib.mofile(str(source.with_suffix(".mo")))
    assert (entry.msgid, entry.msgstr) == ("It is solved", "Es ist gelöst")
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert catalogues.stale(tmp_path) == [source]
