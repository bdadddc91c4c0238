"""Servers that other processes left: whether they are up, their end, and the cleaning up after the killed.

What to look for depends on the kind of server: the module of each kind answers ``is_up`` and ``end``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.records import store
from ci_kit.mysql.records.store import Record


class Kind(Protocol):
    """The module of a kind of server."""

    def is_up(self, host: Host, record: Record) -> bool:
        """Whether the server is running."""

    def end(self, host: Host, record: Record) -> None:
        """End it, and leave nothing of it but its record."""


def is_up(host: Host, record: Record) -> bool:
    return _kind(record).is_up(host, record)


def end(host: Host, record: Record) -> None:
    """End a server by what is written down of it, and leave nothing of it."""
    _kind(record).end(host, record)
    store.forget(host, record.token)


def make_way(host: Host, root: Path) -> None:
    """End what was left running for a project, before another server is left in its place."""
    for record in reversed(store.kept_records(host, root)):
        end(host, record)


def sweep(host: Host) -> None:
    """Clean up after processes that were killed, and only after those."""
    for record in list(store.records(host)):
        # What a runner ended with the job before has left its folder; somebody else's server is not asked.
        if record.kept and (not record.ours or is_up(host, record)):
            continue
        with store.hold(host, record.token) as free:
            # Between the look and the lock, the owner may have ended properly, or let the server go on.
            if free and record in store.records(host):
                try:
                    end(host, record)
                except UnavailableError as error:
                    # It is for a later run. An engine that is not up now is nothing to worry about.
                    say = host.console.warning if record.kind == "service" else host.console.detail
                    say("\n".join(error.lines()))


_MODULES = {
    "private": "private.server",
    "service": "service.server",
    "docker": "container.server",
    "external": "external",
}


def _kind(record: Record) -> Kind:
    return cast("Kind", import_module(f"ci_kit.mysql.{_MODULES[record.kind]}"))
