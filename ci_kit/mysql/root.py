"""Bringing root to a known password on a server that somebody else set up, from any state it may be in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.host import Host
from ci_kit.mysql.admin import ROOT, set_root_password
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.init_sql import client_environment, find_client
from ci_kit.mysql.login import renew_password, try_login
from ci_kit.mysql.policy import set_password
from ci_kit.mysql.session import open_session
from ci_kit.mysql.sql import Secret, Statement, account, statement

Restart = Callable[[tuple[Statement, ...]], None]
"""Restarts the server with statements that it carries out before it listens."""

# What a stock server may have: the runner images' password, or none.
_STOCK_PASSWORDS = ("root", "")
_TELLING_LINES = 6


def bring_root(host: Host, root: Endpoint, *, restart: Restart | None) -> None:
    """See to it that root logs in by the endpoint's password, on a server that is up.

    The ways in that need no password of root's give it a random one that fulfils every rule for passwords,
    and plain SQL; the wanted one is then set as always. Without ``restart``, a password that is not known
    stays: raises UnavailableError.
    """
    spare = root.as_user(ROOT, _spare_password(host))
    for password in (root.password, *_STOCK_PASSWORDS):
        login = root.as_user(ROOT, password)
        answer = try_login(host, login, assumed="refused" if login == root else "welcome")
        if answer == "expired":
            renew_password(host, login, spare.password)
            login = spare
        if answer != "refused":
            if login != root:
                _set_wanted(host, login, root)
            return
    if refusal := _set_as_system_root(host, spare):
        if restart is None:
            raise UnavailableError(
                "root's password is not known",
                why="neither the wanted one, nor `root`, nor an empty one, nor the system's root is let in",
                details=refusal,
                todo="give the present one as mysql-password, or take a private server (mysql: private)",
            )
        restart(_all_rights(spare))
        _set_wanted(host, spare, root)
        return
    try:
        _set_wanted(host, spare, root)
    except CiKitError:
        with suppress(CiKitError):
            _give_back(host, spare)
        raise


def _set_wanted(host: Host, login: Endpoint, root: Endpoint) -> None:
    with open_session(host, login) as session:
        set_password(session, set_root_password(root.password), whose=ROOT)


def _set_as_system_root(host: Host, spare: Endpoint) -> tuple[str, ...]:
    """Set the password as Debian's and Ubuntu's packages let root log in: by being the system's root.

    Gives what the client said if it was refused.
    """
    change = _unlocked(spare)
    place = ["--host=localhost", *([f"--socket={spare.socket}"] if spare.socket else [])]
    client = find_client(host, None) or "mysql"
    done = host.run(
        host.as_root([client, "--no-defaults", "--protocol=socket", *place, "--user=root"]),
        env=client_environment(""),
        stdin=f"{change.text};\n",
        shown_stdin=f"{change.shown};",
    )
    return () if done.ok else tuple(done.stderr.splitlines()[-_TELLING_LINES:]) or ("no answer",)


def _give_back(host: Host, spare: Endpoint) -> None:
    """Let root log in by being the system's root again, who would else know no password."""
    with open_session(host, spare) as session:
        version = session.version()
        by = "VIA unix_socket" if version and version.flavour == "MariaDB" else "WITH auth_socket"
        session.execute(statement(f"ALTER USER {account(ROOT)} IDENTIFIED {by}"))


def _unlocked(login: Endpoint) -> Statement:
    change = set_root_password(login.password)
    return Statement(f"{change.text} ACCOUNT UNLOCK", f"{change.shown} ACCOUNT UNLOCK")


def _all_rights(login: Endpoint) -> tuple[Statement, ...]:
    """What makes a root of it, also where somebody dropped the account or took its rights."""
    who = account(ROOT)
    return (
        statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(login.password)),
        _unlocked(login),
        statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"),
    )


def _spare_password(host: Host) -> str:
    """A random password with characters of every kind, none of which means anything in SQL."""
    password = f"aA1-{secrets.token_urlsafe(32)}"
    host.redactor.add(password)
    return password
