"""The product and the release of a server, from the text that it reports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.commands import Completed
from ci_kit.host.machine import Host
from ci_kit.settings.server_version import Flavour, WantedVersion


@dataclass(frozen=True)
class Version:
    """A server's product and release, as in ``MySQL 9.7.4``."""

    flavour: Flavour
    number: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.flavour} {self.text}"

    @property
    def text(self) -> str:
        """The release alone, as in ``9.7.4``."""
        return ".".join(map(str, self.number))

    def fits(self, wanted: WantedVersion | None) -> bool:
        """Whether it is the version that a project asks for; any version is, if it asks for none."""
        return wanted is None or wanted.fits(self.flavour, self.number)


def parse_version(text: str) -> Version | None:
    """The version in the output of ``mysqld --version`` or ``SELECT VERSION()``; None if it names none.

    Before release 11, MariaDB puts ``5.5.5-`` before its number, for clients that expect one of MySQL.
    """
    match = re.search(r"(?:5\.5\.5-)?(\d+(?:\.\d+){1,3})", text)
    if match is None:
        return None
    number = tuple(int(part) for part in match[1].split("."))
    return Version("MariaDB" if "mariadb" in text.lower() else "MySQL", number)


def ask_version(host: Host, program: Path) -> tuple[Version | None, Completed]:
    """The version of a server program, and the answer that has it."""
    answer = host.ask([str(program), "--version"])
    # The path before it may contain digits: ".../mysql-9.7/bin/mysqld  Ver 9.7.4 for Linux".
    _, _, text = answer.stdout.partition("  Ver ")
    return parse_version(text) if answer.ok else None, answer
