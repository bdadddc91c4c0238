"""The login of root on a server that ci-kit did not set up.

On a machine that is thrown away with the job, ci-kit sets root's password, whatever it was before. After an
interrupt, the next run does it again. On any other machine, ci-kit never changes root's password.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.host.commands import Command, Input
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import ROOT, Endpoint
from ci_kit.mysql.client.login import replace_expired_password, try_login
from ci_kit.mysql.client.program import client_environment, find_client
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, statement
from ci_kit.mysql.prepare.accounts import log_in_once, set_root_password
from ci_kit.mysql.prepare.password_rules import set_password

Restart = Callable[[tuple[Statement, ...]], None]
"""Restarts the server with statements that it runs before it accepts connections."""

# The password on GitHub's runner images, and no password.
_STOCK_PASSWORDS = ("root", "")
# In seconds: the client may wait for a lock that another session holds.
_LONGEST_CHANGE = 60.0


def require_root(host: Host, root: Endpoint) -> None:
    """Raise UnavailableError unless root can log in with the endpoint's password.

    It tries one login and guesses no password: wrong passwords may lock an account.
    """
    answer = try_login(host, root)
    if answer != "accepted":
        raise UnavailableError(
            "root's password has expired" if answer == "expired" else "root's password is unknown",
            why="root cannot log in with mysql-password, and ci-kit does not change root on this machine",
            todo="set mysql-password to the current one, or use a private server (mysql = private);"
            " CI_KIT_DISPOSABLE_MACHINE=true allows ci-kit to change the machine",
        )


def set_root_login(runner: Runner, root: Endpoint, *, known: Iterable[str], restart: Restart) -> None:
    """Make sure that root can log in with the endpoint's password, on a machine that ci-kit may change.

    ``known`` are passwords that root may have. If no known password works, ci-kit logs in without one. Then
    it first sets a random password, which fits every password rule and needs no escaping in SQL. After that,
    it sets the wanted one.
    """
    spare = root.as_user(ROOT, f"aA1-{secrets.token_urlsafe(32)}")
    runner.hide(spare.password)
    login = _RootLogin(runner.host, root, spare)
    passwords = dict.fromkeys((root.password, *known, *_STOCK_PASSWORDS))
    if any(map(login.by_password, passwords)) or login.by_system_root():
        return
    restart(_full_rights(spare))
    if not login.by_password(spare.password):
        raise UnavailableError(
            f"root cannot log in at {root.host}:{root.port}",
            why="ci-kit set the password while the server started, and the server still refuses the login",
            todo="check skip-name-resolve, tls_version and the permissions of the socket's folder",
        )


@dataclass(frozen=True)
class _RootLogin:
    """The ways to root's login; each gives whether it succeeded. ``spare`` has the random password."""

    host: Host
    root: Endpoint
    spare: Endpoint

    def by_password(self, password: str) -> bool:
        login = self.root.as_user(ROOT, password)
        answer = try_login(self.host, login, assumed="refused" if login == self.root else "accepted")
        if answer == "refused":
            return False
        if answer == "expired":
            replace_expired_password(self.host, login, self.spare.password)
            login = self.spare
        # Over the socket, auth_socket and unix_socket accept any password from the system's root.
        return (login == self.root and log_in_once(self.host, login)) or self._set_wanted(login)

    def by_system_root(self) -> bool:
        """Log in as the system's root, which the packages of Debian and Ubuntu allow."""
        client = find_client(self.host) or "mysql"
        socket = [f"--socket={self.root.socket}"] if self.root.socket else []
        change = _unlocked(self.spare)
        argv = [client, "--no-defaults", "--protocol=socket", "--host=localhost", *socket, "--user=root"]
        stdin = Input(f"{change.text};\n", shown=f"{change.shown};")
        command = Command(self.host.as_root(argv), env=client_environment(""), stdin=stdin)
        done = self.host.run(command, seconds=_LONGEST_CHANGE)
        return done.ok and self.by_password(self.spare.password)

    def _set_wanted(self, login: Endpoint) -> bool:
        with open_session(self.host, login) as session:
            user, _, address = _own_account(session).rpartition("@")
            if user != ROOT:
                # Without an account root@localhost, an anonymous account may match the login.
                return False
            set_password(session, set_root_password(self.root.password, address=address), account=ROOT)
        return True


def _own_account(session: Session) -> str:
    """The account of the session: there may be several with the name root."""
    rows = session.rows("SELECT CURRENT_USER()")
    return str(rows[0][0]) if rows else f"{ROOT}@localhost"


def _unlocked(login: Endpoint) -> Statement:
    change = set_root_password(login.password)
    return Statement(*(f"{text} REQUIRE NONE ACCOUNT UNLOCK" for text in (change.text, change.shown)))


def _full_rights(login: Endpoint) -> tuple[Statement, ...]:
    """The statements that give root all rights, even if the account was dropped, locked or restricted."""
    who = account(ROOT)
    return (
        statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(login.password)),
        _unlocked(login),
        statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"),
    )
