"""What init decides: the keys that it adds, what it found, and what it warns about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ci_kit.init.repository import Place

Value: TypeAlias = "str | int | bool | Sequence[str]"


@dataclass(frozen=True)
class Decision:
    """A key to add, with the path from its table, and the comment beside it."""

    key: tuple[str, ...]
    value: Value
    comment: str

    @property
    def name(self) -> str:
        return ".".join(self.key)


@dataclass(frozen=True)
class Finding:
    """A line of the list on the terminal: what was found, where, and what follows from it."""

    found: str
    place: Place | str
    became: str


@dataclass
class Decisions:
    """Collects the decisions about one project. The first decision about a key stays."""

    made: dict[tuple[str, ...], Decision] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def found(self, what: str, place: Place | str, became: str) -> None:
        self.findings.append(Finding(what, place, became))

    def set(
        self,
        key: str | tuple[str, ...],
        value: Value,
        place: Place | str,
        *,
        found: str,
        verb: str = "as in",
        shown: str = "",
    ) -> None:
        """Set a key. The comment beside it is ``verb`` with the place, or the text in ``place`` alone.

        ``shown`` replaces the value in the list, where it is a password.
        """
        path = (key,) if isinstance(key, str) else key
        if path in self.made:
            return
        comment = f"{verb} {place}" if isinstance(place, Place) else place
        self.made[path] = Decision(path, value, comment)
        self.found(found, place, f"{'.'.join(path)} = {shown or toml_text(value)}")


def toml_text(value: Value) -> str:
    """A value as pyproject.toml has it."""
    import tomlkit

    return str(tomlkit.item(value if isinstance(value, str | int | bool) else list(value)).as_string())
