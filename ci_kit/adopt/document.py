"""A workflow as its author wrote it: jobs, steps and keys, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from ci_kit.adopt.nodes import AliasNode, compose, content_end, entries, items, scalar_text, value_at
from ci_kit.adopt.splices import Splice, whole_lines

# The dash of an item, and what may be between it and the item: blanks, comments and an anchor.
_DASH = re.compile(r"-(?:[ \t]+|\r?\n|(?<=\s)#[^\n]*|&\S+)*\Z")


@dataclass(frozen=True)
class Entry:
    """A key and its value."""

    key: yaml.Node
    value: yaml.Node


@dataclass(frozen=True)
class Document:
    """The text of a workflow and its node."""

    text: str
    root: yaml.Node = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Document:
        """Read a text that is a workflow. Raises yaml.YAMLError."""
        root = compose(text)
        if root is None:
            raise yaml.YAMLError("the document is empty")
        return cls(text, root)

    @property
    def newline(self) -> str:
        """The line break of the file, by its first one."""
        end = self.text.find("\n")
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"

    @property
    def jobs(self) -> list[Job]:
        """The jobs that have steps."""
        found = [Job(self, str(key.value), key, node) for key, node in entries(value_at(self.root, "jobs"))]
        return [job for job in found if job.steps]

    def line(self, position: int) -> int:
        """The number of a line, from 1."""
        return self.text.count("\n", 0, position) + 1

    def column(self, position: int) -> int:
        """The column of a position, from 0. A byte order mark has no column."""
        return len(self.text[self.text.rfind("\n", 0, position) + 1 : position].lstrip("\ufeff"))

    def slice(self, node: yaml.Node) -> str:
        """A node as it is written."""
        return self.text[node.start_mark.index : content_end(node, self.text)]


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    document: Document
    name: str
    key: yaml.Node = field(repr=False)
    node: yaml.Node = field(repr=False)

    @property
    def entries(self) -> Mapping[str, Entry]:
        return {str(key.value): Entry(key, value) for key, value in entries(self.node)}

    @property
    def steps(self) -> list[Step]:
        found = items(value_at(self.node, "steps"))
        return [Step(self, number, node) for number, node in enumerate(found)]

    @property
    def line(self) -> int:
        return int(self.key.start_mark.line) + 1

    def default(self, name: str) -> str | None:
        """``shell`` or ``working-directory`` of the job's steps, by ``defaults``."""
        for node in (self.node, self.document.root):
            if (found := scalar_text(value_at(node, "defaults", "run", name))) is not None:
                return found
        return None


@dataclass(frozen=True)
class Step:
    """One step of a job."""

    job: Job
    number: int
    node: yaml.Node = field(repr=False)

    @property
    def document(self) -> Document:
        return self.job.document

    @property
    def entries(self) -> Mapping[str, Entry]:
        return {str(key.value): Entry(key, value) for key, value in entries(self.node)}

    def text(self, key: str) -> str | None:
        """The text of a key, None if the step does not have it, or if it is not text."""
        return scalar_text(value_at(self.node, key))

    @property
    def shell(self) -> str:
        """The shell of its script; empty for the default."""
        return self.text("shell") or self.job.default("shell") or ""

    @property
    def folder(self) -> str:
        """The folder of its script as it is written; empty for the repository."""
        return self.text("working-directory") or self.job.default("working-directory") or ""

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def last_line(self) -> int:
        return self.document.line(self.end)

    @property
    def start(self) -> int:
        """Where it begins, without the dash."""
        return int(self.node.start_mark.index)

    @property
    def end(self) -> int:
        return content_end(self.node, self.document.text)

    @property
    def is_flow(self) -> bool:
        """Whether it is written with braces."""
        return isinstance(self.node, yaml.MappingNode) and bool(self.node.flow_style)

    @property
    def is_alias(self) -> bool:
        return isinstance(self.node, AliasNode)

    @property
    def dash(self) -> int:
        """The position of its dash; -1 if it is an item of a sequence in brackets."""
        previous = self.job.steps[self.number - 1].end if self.number else 0
        found = _DASH.search(self.document.text[: self.start], previous)
        return found.start() if found else -1

    @property
    def comment_line(self) -> int:
        """The number of the comment line right above its dash, in the same column; 0 if there is none."""
        line = self.document.line(self.dash) - 1 if self.dash >= 0 else 0
        if line < 1:
            return 0
        above = self.document.text.splitlines()[line - 1].lstrip("\ufeff")
        indent = len(above) - len(above.lstrip(" "))
        return line if above[indent:].startswith("#") and indent == self.document.column(self.dash) else 0

    def removal(self) -> Splice | None:
        """The splice that removes the step, with its dash or comma; None if it cannot be removed alone."""
        text = self.document.text
        if self.dash >= 0:
            return whole_lines(text, self.dash, self.end)
        comma = _after(text, self.end, ",")
        if comma < 0:
            before = _before(text, self.start, ",")
            return Splice(before, self.end) if before >= 0 else None
        lines = whole_lines(text, self.start, comma)
        # Other items may follow on the same line.
        rest = text[comma + 1 : lines.end].strip() if lines else "x"
        return lines if lines and (not rest or rest.startswith("#")) else Splice(self.start, comma + 1)


def remove_entry(document: Document, parent: yaml.Node, name: str) -> Splice | None:
    """The splice that removes a key and its value from a mapping; None if it cannot be removed alone."""
    found = [Entry(key, value) for key, value in entries(parent)]
    index = next((number for number, one in enumerate(found) if one.key.value == name), -1)
    if index < 0 or isinstance(parent, AliasNode):
        return None
    entry, text = found[index], document.text
    start, end = int(entry.key.start_mark.index), content_end(entry.value, text)
    following = found[index + 1] if index + 1 < len(found) else None
    if parent.flow_style:  # type: ignore[attr-defined]
        if following:
            return Splice(start, int(following.key.start_mark.index))
        before = _before(text, start, ",")
        return Splice(before, end) if before >= 0 else None
    if lines := whole_lines(text, start, end):
        return lines
    # The first key beside the dash of its item.
    return Splice(start, int(following.key.start_mark.index)) if following else None


def _before(text: str, position: int, char: str) -> int:
    """The position of ``char`` if only blanks are between it and ``position``, otherwise -1."""
    before = text[:position].rstrip(" \t\r\n")
    return len(before) - 1 if before.endswith(char) else -1


def _after(text: str, position: int, char: str) -> int:
    rest = text[position:]
    blanks = len(rest) - len(rest.lstrip(" \t\r\n"))
    return position + blanks if rest[blanks : blanks + 1] == char else -1
