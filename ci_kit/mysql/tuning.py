"""Server settings for a server whose data nobody needs after the tests.

Each trades safety across a power cut for speed, or leaves out what no test reads. ``loose_`` lets a server
that does not know a setting pass it over, so that one list serves MySQL and MariaDB.
"""

from __future__ import annotations

FAST: tuple[str, ...] = (
    "loose_skip_log_bin",
    "innodb_flush_log_at_trx_commit=0",
    "innodb_doublewrite=OFF",
    "loose_innodb_flush_method=nosync",
    "performance_schema=OFF",
)


def server_settings(*, durable: bool) -> tuple[str, ...]:
    """The lines of a my.cnf for a test run; none if the server is to stay durable."""
    return () if durable else FAST


def as_flags(settings: tuple[str, ...]) -> list[str]:
    return [f"--{setting}" for setting in settings]
