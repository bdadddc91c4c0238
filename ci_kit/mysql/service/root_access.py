"""Bringing root to a known password on a server that somebody else set up, from any state it may be in.

On a machine that is thrown away with the job, every way in is taken, and what is interrupted is done again by
the next run, whatever it left. On any other machine root's password is never changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import renew_password, try_login
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, statement
from ci_kit.mysql.prepare.accounts import ROOT, log_in_once, set_root_password
from ci_kit.mysql.prepare.init_sql import client_environment, find_client
from ci_kit.mysql.prepare.password_rules import set_password

Restart = Callable[[tuple[Statement, ...]], None]
"""Restarts the server with statements that it carries out before it listens."""

# What a stock server may have: the runner images' password, or none.
_STOCK_PASSWORDS = ("root", "")
# In seconds: the client may wait for a lock of somebody's.
_LONGEST_CHANGE = 60.0


def require_root(host: Host, root: Endpoint) -> None:
    """See whether root logs in by the endpoint's password. Raises UnavailableError if not.

    One login is tried and no password is guessed: wrong ones may lock an account.
    """
    answer = try_login(host, root)
    if answer != "welcome":
        raise UnavailableError(
            "root's password has expired" if answer == "expired" else "root's password is not known",
            why="root does not log in by mysql-password, and nothing is changed about root on this machine",
            todo="give the present one as mysql-password, or take a private server (mysql: private);"
            " CI_KIT_DISPOSABLE_MACHINE=true says that the machine may be changed",
        )


def bring_root(host: Host, root: Endpoint, *, known: Iterable[str], restart: Restart) -> None:
    """See to it that root logs in by the endpoint's password, on a server of a machine that may be changed.

    ``known`` are passwords that root may have. The ways in that need no password of root's give it a random
    one that fulfils every rule for passwords, and plain SQL; the wanted one is then set as always.
    """
    spare = root.as_user(ROOT, f"aA1-{secrets.token_urlsafe(32)}")
    for secret in (*known, spare.password):
        host.redactor.add(secret)
    bring = _Bringing(host, root, spare)
    passwords = dict.fromkeys((root.password, *known, *_STOCK_PASSWORDS))
    if any(map(bring.by_password, passwords)) or bring.by_system_root():
        return
    restart(_all_rights(spare))
    if not bring.by_password(spare.password):
        raise UnavailableError(
            f"root is not let in at {root.host}:{root.port}",
            why="its password was set while the server started, and the login is refused all the same",
            todo="look at skip-name-resolve, tls_version and the rights of the socket's folder",
        )


@dataclass(frozen=True)
class _Bringing:
    """The ways from what root's login is to what it shall be; each tells whether it led there."""

    host: Host
    root: Endpoint
    spare: Endpoint

    def by_password(self, password: str) -> bool:
        login = self.root.as_user(ROOT, password)
        answer = try_login(self.host, login, assumed="refused" if login == self.root else "welcome")
        if answer == "refused":
            return False
        if answer == "expired":
            renew_password(self.host, login, self.spare.password)
            login = self.spare
        # Over the socket, auth_socket and unix_socket let the system's root in by any password.
        return (login == self.root and log_in_once(self.host, login)) or self._set_wanted(login)

    def by_system_root(self) -> bool:
        """As Debian's and Ubuntu's packages let root log in: by being the system's root."""
        client = find_client(self.host, None) or "mysql"
        socket = [f"--socket={self.root.socket}"] if self.root.socket else []
        change = _unlocked(self.spare)
        done = self.host.run(
            self.host.as_root(
                [client, "--no-defaults", "--protocol=socket", "--host=localhost", *socket, "--user=root"]
            ),
            env=client_environment(""),
            stdin=f"{change.text};\n",
            shown_stdin=f"{change.shown};",
            seconds=_LONGEST_CHANGE,
        )
        return done.ok and self.by_password(self.spare.password)

    def _set_wanted(self, login: Endpoint) -> bool:
        with open_session(self.host, login) as session:
            user, _, address = _own_account(session).rpartition("@")
            if user != ROOT:
                # Where there is no root@localhost, an anonymous user may take the login.
                return False
            set_password(session, set_root_password(self.root.password, address=address), whose=ROOT)
        return True


def _own_account(session: Session) -> str:
    """Of several accounts of root's, the one that is logged in."""
    rows = session.rows("SELECT CURRENT_USER()")
    return str(rows[0][0]) if rows else f"{ROOT}@localhost"


def _unlocked(login: Endpoint) -> Statement:
    change = set_root_password(login.password)
    return Statement(*(f"{text} REQUIRE NONE ACCOUNT UNLOCK" for text in (change.text, change.shown)))


def _all_rights(login: Endpoint) -> tuple[Statement, ...]:
    """What makes a root of it, also where somebody dropped the account, locked it or took its rights."""
    who = account(ROOT)
    return (
        statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(login.password)),
        _unlocked(login),
        statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"),
    )
