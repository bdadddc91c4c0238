"""Which server it is, by what it says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Flavour: TypeAlias = Literal["MySQL", "MariaDB"]


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


def parse_version(text: str) -> Version | None:
    """The version in ``mysqld --version``'s line or in ``SELECT VERSION()``; None if there is none.

    MariaDB before 11 puts ``5.5.5-`` before its own number for clients that compare it to MySQL's.
    """
    match = re.search(r"(?:5\.5\.5-)?(\d+(?:\.\d+){1,3})", text)
    if match is None:
        return None
    number = tuple(int(part) for part in match[1].split("."))
    return Version("MariaDB" if "mariadb" in text.lower() else "MySQL", number)
