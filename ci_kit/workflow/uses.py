"""The actions that the steps of a workflow use, as the text after ``uses:`` names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_REMOTE = r"[\w.-]+/[\w./-]+@(?P<ref>[\w./-]+)"
_USES = re.compile(rf"(?P<action>\./[\w./-]*|{_REMOTE})(?: +# *(?P<version>[\w.-]+))?", re.ASCII)
_USES_LINE = re.compile(r"\s*(?:- +)?uses: *(?P<uses>.*?)\s*")
# SHA-1, or SHA-256.
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


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

    @property
    def pinned(self) -> bool:
        """Whether the ref is a full commit, which nobody can move."""
        return bool(_COMMIT.fullmatch(self.ref))

    @property
    def repository(self) -> str:
        """``owner/repository``, without the folder of the action."""
        return "/".join(self.action.split("/")[:2])

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


def uses_in(text: str) -> Iterator[Uses]:
    """The actions in the text of a workflow, in their order, without local ones and images of containers."""
    for line in text.splitlines():
        uses = _uses(line)
        if uses and not uses.local:
            yield uses


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
