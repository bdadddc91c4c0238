"""The step that uses the action, in the style of the workflow around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from ci_kit.adopt.document import Document, Step, remove_entry
from ci_kit.adopt.nodes import content_end, entries
from ci_kit.adopt.splices import Splice
from ci_kit.workflow import scalars
from ci_kit.workflow.uses import Uses

_NAME = "Run the tests"
_LOCAL_COMMENT = "zizmor: ignore[self-repository]"
_NOT_FOR_ACTIONS = ("shell", "working-directory")


@dataclass(frozen=True)
class ActionStep:
    """The step of the tests, the action for it, and the inputs as a workflow has them."""

    step: Step
    action: Uses
    inputs: Mapping[str, str]
    passes_anyway: bool = False

    @property
    def document(self) -> Document:
        return self.step.document

    def in_place(self) -> Iterator[Splice]:
        """The splices that make the step itself use the action. Its other keys stay."""
        entry = self.step.entries["run"]
        start, text = int(entry.key.start_mark.index), self.document.text
        has_name = "name" in self.step.entries
        keys = self._keys(named=has_name, tolerant="continue-on-error" in self.step.entries)
        if self.step.is_flow:
            yield Splice(start, content_end(entry.value, text), self._flow(keys, start))
        else:
            column = self.document.column(start)
            yield Splice(start, content_end(entry.value, text), self._block(keys, column))
        for name in _NOT_FOR_ACTIONS:
            if splice := remove_entry(self.document, self.step.node, name):
                yield splice

    def as_new_step(self, copied: list[str]) -> str:
        """The step as a text without its dash, with keys of the old step as they are written."""
        column = self.document.column(self.step.start)
        tolerant = any(key.startswith("continue-on-error") for key in copied)
        newline = self.document.newline
        first, rest = self._keys(named=False, tolerant=tolerant)[0], self._keys(named=True, tolerant=tolerant)
        return newline.join(
            (first, *(f"{' ' * column}{key}" for key in copied), " " * column + self._block(rest, column))
        )

    def separate(self, step: str) -> str:
        """A step with its dash, to stand after this one; steps keep their distance."""
        text, newline = self.document.text, self.document.newline
        dash = self.step.dash
        margin = text[text.rfind("\n", 0, dash) + 1 : dash]
        gap = " " * (self.document.column(self.step.start) - self.document.column(dash) - 1)
        blank = newline if self._has_blank_line_before() else ""
        ends = "" if text.endswith("\n") or text.find("\n", self.step.end) >= 0 else newline
        return f"{ends}{blank}{margin}-{gap}{step.rstrip(chr(10)).rstrip(chr(13))}{newline}"

    def _has_blank_line_before(self) -> bool:
        before = self.document.text[: self.step.dash].rstrip(" ").removesuffix("\n").rstrip("\r")
        return before.endswith("\n")

    def _keys(self, *, named: bool, tolerant: bool) -> list[str]:
        """The keys before ``with``, each on a line."""
        comment = _LOCAL_COMMENT if self.action.local else ""
        uses = f"uses: {self.action}{f' # {comment}' if comment else ''}"
        keys = [] if named else [f"name: {_NAME}"]
        keys += ["continue-on-error: true"] if self.passes_anyway and not tolerant else []
        return [*keys, uses]

    def _block(self, keys: list[str], column: int) -> str:
        newline, margin = self.document.newline, " " * column
        inner = column + self._width()
        lines = [*keys, "with:"] if self.inputs else keys
        text = f"{newline}{margin}".join(lines)
        for name, value in self.inputs.items():
            shown = scalars.block(value, inner) if "\n" in value else scalars.scalar(value)
            text += f"{newline}{' ' * inner}{name}: {shown.replace(chr(10), newline)}"
        return text

    def _flow(self, keys: list[str], start: int) -> str:
        """The keys between braces. A comment there ends its line."""
        margin = f"{self.document.newline}{' ' * self.document.column(start)}"
        inputs = ", ".join(f"{name}: {scalars.flow_scalar(value)}" for name, value in self.inputs.items())
        text = ""
        for key in keys:
            value, hash_, comment = key.partition(" #")
            text += f"{value},{hash_}{comment}" + (margin if hash_ else " ")
        return f"{text}with: {{{inputs}}}"

    def _width(self) -> int:
        """The indentation of a mapping in a step of this workflow, in columns."""
        for job in self.document.jobs:
            for step in job.steps:
                for key, value in entries(step.node):
                    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
                        first = value.value[0][0].start_mark.column - key.start_mark.column
                        if first > 0:
                            return int(first)
        return 2
