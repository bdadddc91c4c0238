"""The actions that the steps of a workflow use, each pinned to the commit of a release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REMOTE = r"[\w.-]+/[\w./-]+@(?P<ref>[\w./-]+)"
_USES = re.compile(rf"(?P<action>\./[\w./-]*|{_REMOTE})(?: +# *(?P<version>[\w.-]+))?", re.ASCII)
_USES_LINE = re.compile(r"\s*(?:- +)?uses: *(?P<uses>.*?)\s*")


@dataclass(frozen=True)
class Uses:
    """An action that a step uses: ``owner/repository`` at a ref, or, without a ref, a local folder."""

    action: str
    ref: str = ""
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> Uses:
        """Read ``./folder`` or ``owner/repository@ref # version``; ValueError for anything else."""
        match = _USES.fullmatch(text)
        if not match:
            raise ValueError('expected "./" or "OWNER/REPOSITORY@REF"')
        action, ref, version = match.group("action", "ref", "version")
        return cls(action.partition("@")[0], ref or "", version or "")

    @property
    def local(self) -> bool:
        return not self.ref

    def inside(self, folder: str) -> Uses:
        """Another action of the same repository, in a folder of it."""
        return Uses(f"{self.action}/{folder}", self.ref, self.version)

    @property
    def label(self) -> str:
        """The version if there is one, otherwise the ref."""
        return self.version or self.ref

    def __str__(self) -> str:
        """The text after ``uses:``. It contains no character that needs quotes in YAML."""
        at = f"@{self.ref}" if self.ref else ""
        comment = f" # {self.version}" if self.version else ""
        return f"{self.action}{at}{comment}"


PINS: Mapping[str, Uses] = {
    uses.action: uses
    for uses in (
        Uses("actions/attest", "1e69f48acb82d1966a394da916b4c1698aa569d6", "v4.2.2"),
        Uses("actions/cache", "27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
        Uses("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
        Uses("actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
        Uses("actions/setup-python", "5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
        Uses("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
        Uses("astral-sh/setup-uv", "20cfd1bf945f4377ade1205e4dbc17946fc9a30d", "v10.0.1"),
        Uses("pypa/gh-action-pypi-publish", "dc37677b2e1c63e2034f94d8a5b11f265b73ba33", "v1.14.2"),
    )
}


def moved_pins(before: str, after: str) -> list[tuple[Uses, Uses]]:
    """The pins that differ between two workflow texts, as (old, new); empty if anything else differs."""
    old_lines, new_lines = before.splitlines(), after.splitlines()
    if len(old_lines) != len(new_lines):
        return []
    moved = []
    for old_line, new_line in zip(old_lines, new_lines, strict=True):
        if old_line == new_line:
            continue
        old, new = _uses(old_line), _uses(new_line)
        if not old or not new or old.action != new.action:
            return []
        moved.append((old, new))
    return moved


def _uses(line: str) -> Uses | None:
    match = _USES_LINE.fullmatch(line)
    try:
        return Uses.parse(match["uses"]) if match else None
    except ValueError:
        return None
