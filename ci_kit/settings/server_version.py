"""The version of a server that a project asks for, as in ``8.4``, ``mariadb-11.4`` or ``mariadb``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ci_kit.settings.shapes import STRING, any_of, shaped

Flavour: TypeAlias = Literal["MySQL", "MariaDB"]

_FLAVOURS: dict[str, Flavour] = {"mysql": "MySQL", "mariadb": "MariaDB"}
_FORM = re.compile(r"(?:(mysql|mariadb)[-_:@= ]?)?v?(\d+(?:\.\d+){0,3})?", re.IGNORECASE)
# MySQL went from 9 to later majors of its own; these are MariaDB's.
_ONLY_MARIADB = range(10, 13)


@dataclass(frozen=True)
class WantedVersion:
    """A product, and the components of its release that have to be the same: ``(8, 4)`` fits 8.4.6."""

    flavour: Flavour
    number: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.flavour} {'.'.join(map(str, self.number))}".rstrip()

    @property
    def image(self) -> str:
        """The official image on Docker Hub; its tag ``lts`` is the newest long-term release."""
        return f"{self.flavour.lower()}:{'.'.join(map(str, self.number)) or 'lts'}"

    def fits(self, flavour: Flavour, number: Sequence[int]) -> bool:
        """Whether a server of this product and release is one that the project asks for."""
        return flavour == self.flavour and tuple(number[: len(self.number)]) == self.number


@shaped(any_of(STRING, {"type": "integer"}))
def wanted_version(value: object) -> WantedVersion | None:
    """A version; None for an empty string. A number alone means MySQL. Raises ValueError."""
    match value:
        case WantedVersion():
            return value
        case "":
            return None
        case float():
            raise ValueError("expected a string: write it in quotes, because the number 10.10 is 10.1")
        case bool():
            found = None
        case int() | str():
            found = _FORM.fullmatch(str(value).strip())
        case _:
            found = None
    if found is None or not any(found.groups()):
        raise ValueError("expected a version, such as 8.4, mysql-9, mariadb-11.4 or mariadb")
    product, digits = found.groups()
    number = tuple(map(int, digits.split("."))) if digits else ()
    if not product and number[0] in _ONLY_MARIADB:
        raise ValueError(f"a number alone means MySQL; for MariaDB, write mariadb-{digits}")
    return WantedVersion(_FLAVOURS[(product or "mysql").lower()], number)
