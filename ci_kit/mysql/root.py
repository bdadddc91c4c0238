"""Bringing root to a known password on a server that somebody else set up, from any state it may be in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.host import Completed, Host
from ci_kit.mysql.admin import ROOT, log_in_once, set_root_password
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.init_sql import client_environment, find_client
from ci_kit.mysql.login import LoginError, can_log_in, renew_password, try_login
from ci_kit.mysql.policy import set_password
from ci_kit.mysql.session import Session, open_session
from ci_kit.mysql.sql import Secret, Statement, account, statement

Restart = Callable[[tuple[Statement, ...]], None]
"""Restarts the server with statements that it carries out before it listens."""

# What a stock server may have: the runner images' password, or none.
_STOCK_PASSWORDS = ("root", "")
_TELLING_LINES = 6
# MySQL's hash of a password is no text. MariaDB, whose is, passes over the comment.
_SHOW = statement(
    f"SET /*!80017 print_identified_with_as_hex = ON, */ @shown = 1; SHOW CREATE USER {account(ROOT)}"
)
# A default role cannot stand in an ALTER USER beside the rest, and stays without it.
_DEFAULT_ROLE = re.compile(r" DEFAULT ROLE .*?(?= REQUIRE )")


def bring_root(
    host: Host, root: Endpoint, *, known: Sequence[str], note: Path, restart: Restart | None
) -> None:
    """See to it that root logs in by the endpoint's password, on a server that is up.

    ``known`` are passwords that root may have. The ways in that need no password of root's give it a random
    one that fulfils every rule for passwords, and plain SQL; the wanted one is then set as always. The file
    ``note`` holds the random one while nobody else knows it: a run that is killed locks nobody out.

    Without ``restart`` the server is somebody's own: no password is guessed there, for wrong ones may lock
    an account, and one that is not known stays. Raises UnavailableError.
    """
    noted = _read(note)
    spare = root.as_user(ROOT, noted or _random_password())
    for secret in (*known, spare.password):
        host.redactor.add(secret)
    candidates = [root.password, *known, *([noted] if noted else []), *(_STOCK_PASSWORDS if restart else ())]
    bring = _Bringing(host, root, spare, note)
    if not any(bring.by_password(password) for password in dict.fromkeys(candidates)):
        refusal = bring.by_system_root()
        if refusal and restart is None:
            raise UnavailableError(
                "root's password is not known",
                why="neither the wanted one nor the system's root is let in",
                details=refusal,
                todo="give the present one as mysql-password, or take a private server (mysql: private)",
            )
        if refusal and restart:
            restart(_all_rights(spare))
            bring.set_wanted(spare)
    if noted:
        host.remove(note)


@dataclass(frozen=True)
class _Bringing:
    """The ways from what root's login is to what it shall be, with ``spare`` for a step in between."""

    host: Host
    root: Endpoint
    spare: Endpoint
    note: Path

    def by_password(self, password: str) -> bool:
        """Whether root was let in by a password; it has the wanted one then."""
        login = self.root.as_user(ROOT, password)
        answer = try_login(self.host, login, assumed="refused" if login == self.root else "welcome")
        if answer == "expired":
            self._renew(login)
        elif answer == "welcome" and not (login == self.root and self._is_by_password(login)):
            self.set_wanted(login)
        return answer != "refused"

    def by_system_root(self) -> tuple[str, ...]:
        """Set the password as Debian's and Ubuntu's packages let root log in: by being the system's root.

        Gives what the client said if it was refused.
        """
        shown = self._ask_as_system_root(_SHOW)
        if not shown.ok:
            return _last_words(shown)

        def give_back(session: Session) -> None:
            session.execute(_as_it_was(shown.stdout))

        with self._noted(give_back):
            changed = self._ask_as_system_root(set_root_password(self.spare.password))
            if changed.ok:
                self.set_wanted(self.spare)
        return () if changed.ok else _last_words(changed)

    def set_wanted(self, login: Endpoint) -> None:
        with open_session(self.host, login) as session:
            change = set_root_password(self.root.password, address=_own_address(session))
            set_password(session, change, whose=ROOT)

    def _is_by_password(self, login: Endpoint) -> bool:
        """Whether it is the password that lets the login in.

        Over the socket, auth_socket and unix_socket let the system's user of that name in whatever it is.
        """
        if login.socket is None or log_in_once(self.host, login):
            return True
        return not can_log_in(self.host, login.as_user(ROOT, _random_password()))

    def _renew(self, login: Endpoint) -> None:
        """Set the password by way of another, the only change that a server takes from an expired login."""

        def give_back(session: Session) -> None:
            address = _own_address(session)
            set_password(session, set_root_password(login.password, address=address), whose=ROOT)
            session.execute(statement(f"ALTER USER {account(ROOT, address)} PASSWORD EXPIRE"))

        with self._noted(give_back):
            renew_password(self.host, login, self.spare.password)
            self.set_wanted(self.spare)

    def _ask_as_system_root(self, sql: Statement) -> Completed:
        client = find_client(self.host, None) or "mysql"
        socket = [f"--socket={self.root.socket}"] if self.root.socket else []
        options = ["--no-defaults", "--protocol=socket", "--host=localhost", *socket, "--user=root"]
        return self.host.run(
            self.host.as_root([client, *options, "--batch", "--raw", "--skip-column-names"]),
            env=client_environment(""),
            stdin=f"{sql.text};\n",
            shown_stdin=f"{sql.shown};",
            whole=True,
        )

    @contextmanager
    def _noted(self, give_back: Callable[[Session], None]) -> Iterator[None]:
        """A context in which root may have the spare password; an error brings back what it had before."""
        self.host.write(self.note, self.spare.password, mode=0o600, shown="")
        try:
            yield
        except BaseException:
            with self.host.undisturbed():
                if self._is_back(give_back):
                    self.host.remove(self.note)
                else:
                    self.host.console.warning(f"root has a password of ci-kit's own: it is in {self.note}")
            raise
        self.host.remove(self.note)

    def _is_back(self, give_back: Callable[[Session], None]) -> bool:
        """Whether root has the spare password no more, and what it had before instead."""
        try:
            with open_session(self.host, self.spare) as session:
                give_back(session)
        except LoginError as error:
            return error.refused
        except CiKitError:
            return False
        return True


def _own_address(session: Session) -> str:
    """Of several accounts of root's, the address of the one that is logged in."""
    rows = session.rows("SELECT CURRENT_USER()")
    return str(rows[0][0]).rpartition("@")[2] if rows else "localhost"


def _as_it_was(shown: str) -> Statement:
    """The change that brings an account back to what SHOW CREATE USER said, the hash of its password too."""
    made = _DEFAULT_ROLE.sub("", shown.splitlines()[0]).removeprefix("CREATE")
    return Statement(f"ALTER{made}", f"ALTER USER {account(ROOT)} ... as it was")


def _all_rights(login: Endpoint) -> tuple[Statement, ...]:
    """What makes a root of it, also where somebody dropped the account, locked it or took its rights."""
    who = account(ROOT)
    change = set_root_password(login.password)
    return (
        statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(login.password)),
        Statement(*(f"{text} REQUIRE NONE ACCOUNT UNLOCK" for text in (change.text, change.shown))),
        statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"),
    )


def _last_words(refused: Completed) -> tuple[str, ...]:
    return tuple(refused.stderr.splitlines()[-_TELLING_LINES:]) or ("no answer",)


def _random_password() -> str:
    """One with characters of every kind, none of which means anything in SQL."""
    return f"aA1-{secrets.token_urlsafe(32)}"


def _read(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8")
    except OSError:
        return ""
