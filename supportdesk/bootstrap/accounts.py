"""Postgres refuses to run as root: which account it runs as then, and what that account can reach."""

import os
import pwd
import subprocess
from pathlib import Path

from supportdesk.bootstrap.processes import Account
from supportdesk.bootstrap.say import Refusal

#: Accounts that most systems have and that own nothing worth taking.
CANDIDATES = ("postgres", "nobody", "_postgres")


def for_postgres() -> Account | None:
    """Return the account to run Postgres as, or None when it is the one we are.

    Raises Refusal when we are root and there is no account to drop to.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(name, found.pw_uid, found.pw_gid)
    raise Refusal(
        "Postgres refuses to run as root, and this machine has no account “nobody” to run it as.",
        "Run ./desk as an ordinary user, or set DATABASE_URL to a Postgres of yours.",
    )


def our_name() -> str:
    """Return the name that the system gives the account we are."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Refusal(
            f"The account with the number {os.geteuid()} has no name on this machine, "
            "and Postgres needs one.",
            "Add it to /etc/passwd, or set DATABASE_URL to a Postgres of yours.",
        ) from None


def can_reach(account: Account | None, path: Path, *, test: str = "-x") -> bool:
    """Whether ``account`` may pass through every folder to ``path``: asked of the kernel."""
    asked = subprocess.run(
        ["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        check=False,
    )
    return asked.returncode == 0
