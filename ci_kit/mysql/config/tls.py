"""TLS of a server: whether the settings ask for it, and the error if the server could not set it up.

With a wrong certificate, MySQL starts without TLS and writes a warning. MariaDB does not start.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ci_kit.errors import UsageError
from ci_kit.mysql.client.session import Session
from ci_kit.settings.my_cnf import option_name, option_value
from ci_kit.settings.placeholders import placeholder
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import TLS_FIELDS

_ABOUT_TLS = re.compile(r"\[(?:ERROR|Warning)\].*(?:SSL|TLS)", re.IGNORECASE)
_SHOWN_LINES = 4


def require_tls(session: Session, settings: Settings, log: Callable[[], str]) -> None:
    """Raise UsageError if the settings ask for TLS, and the server has it off. ``log`` gives its log."""
    if session.dry or not _asking(settings) or _is_on(session):
        return
    raise _off(settings, log())


def tls_failure(log: str, settings: Settings) -> UsageError | None:
    """The error for a server that did not start because of TLS; None if its log does not show that."""
    asked = _asking(settings) and any("[ERROR]" in line for line in _about_tls(log))
    return _off(settings, log) if asked else None


def _off(settings: Settings, log: str) -> UsageError:
    lines, source = _lines(settings), settings.source("mysql-settings")
    asking = _asking(settings)
    return UsageError(
        "the server cannot set up TLS" if lines else "the server has no TLS",
        why=f"{', '.join(lines)} came from {source}" if lines else f"{asking} needs it",
        details=_about_tls(log)[:_SHOWN_LINES],
        todo="check that each file is a certificate or a key, and that the key is the one of the certificate"
        if lines
        else "give it a certificate: ssl-ca, ssl-cert and ssl-key in mysql-settings",
    )


def _about_tls(log: str) -> tuple[str, ...]:
    return tuple(line for line in log.splitlines() if _ABOUT_TLS.search(line))


def _lines(settings: Settings) -> list[str]:
    """The lines of the project that give the server a certificate or a key."""
    return [
        line
        for line in settings.mysql_settings
        if option_name(line).startswith("ssl_") and option_value(line)
    ]


def _asking(settings: Settings) -> str:
    """What asks for TLS, for a message; empty if nothing does."""
    named = [f"the variable {one.name}" for one in settings.variables if one.field in TLS_FIELDS]
    values = {placeholder(settings.name, field) for field in TLS_FIELDS}
    named += [f"the placeholder {{{one}}}" for one in sorted(values & settings.used_placeholders)]
    return next(iter((*_lines(settings), *named)), "")


def _is_on(session: Session) -> bool:
    """Whether the server accepts logins with TLS. Newer releases of MySQL have no ``have_ssl``."""
    for query in ("SHOW GLOBAL VARIABLES LIKE 'have_ssl'", "SHOW GLOBAL STATUS LIKE 'Ssl_server_not_after'"):
        if rows := session.rows(query):
            return rows[0][1] not in {"", "NO", "DISABLED"}
    return False
