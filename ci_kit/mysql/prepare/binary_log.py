"""The binary log of a running server."""

from __future__ import annotations

from contextlib import suppress

from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import statement


def forget_binary_log(session: Session) -> None:
    """Remove the binary log of what happened until now: a copy of the data does not need it."""
    # A server that writes no binary log refuses the second statement.
    with suppress(StatementError):
        session.execute(statement("FLUSH BINARY LOGS"))
        session.execute(statement("PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"))
