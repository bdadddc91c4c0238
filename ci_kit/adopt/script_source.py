"""Where the characters of a ``run`` script are in the text of its workflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from ci_kit.adopt.document import Document
from ci_kit.adopt.nodes import AliasNode, content_end, resolved
from ci_kit.adopt.splices import Splice


@dataclass(frozen=True)
class ScriptSource:
    """A script and its place. ``node`` is the value of ``run``."""

    document: Document
    node: yaml.Node = field(repr=False)

    @property
    def script(self) -> str:
        return str(resolved(self.node).value)

    @cached_property
    def places(self) -> tuple[int, ...] | None:
        """The position in the document of every character of the script, and of its end.

        None if the document does not have the script character by character: a folded scalar, an escape, an
        alias.
        """
        if isinstance(self.node, AliasNode) or not isinstance(self.node, yaml.ScalarNode):
            return None
        if self.node.style == "|":
            return self._literal_places()
        quotes = 1 if self.node.style in {"'", '"'} else 0
        start = int(self.node.start_mark.index) + quotes
        end = int(self.node.end_mark.index) - quotes
        same = self.document.text[start:end] == self.script and self.node.style != ">"
        return tuple(range(start, end + 1)) if same else None

    def line(self, offset: int) -> int:
        """The number of the line in the document, of a character of the script."""
        if self.places:
            return self.document.line(self.places[min(offset, len(self.places) - 1)])
        return int(self.node.start_mark.line) + 1

    def removal(self, start: int, end: int) -> Splice:
        """The splice that removes a part of the script. Whole lines of a block go with their indentation.

        Only for a script that has ``places``.
        """
        if self.places is None:
            raise ValueError("the script is not in the document as it is")
        first, last = self.places[start], self.places[end]
        if self.node.style == "|" and (start == 0 or self.script[start - 1] == "\n"):  # type: ignore[attr-defined]
            first = self.document.text.rfind("\n", 0, first) + 1
            if end and self.script[end - 1] == "\n":
                last = self.document.text.find("\n", self.places[end - 1]) + 1
        return Splice(first, last)

    def _literal_places(self) -> tuple[int, ...] | None:
        text, script = self.document.text, self.script
        start = int(self.node.start_mark.index)
        position = text.find("\n", start) + 1
        end = content_end(self.node, text)
        indentation = self._indentation(text[position:end])
        places: list[int] = []
        for line in script.split("\n"):
            newline = text.find("\n", position)
            stop = len(text) if newline < 0 else newline
            source = text[position:stop].removesuffix("\r")
            begin = position + min(indentation, len(source))
            if len(places) == len(script):
                # The end of the script: the beginning of the line after it.
                return (*places, min(position, len(text)))
            if source[indentation:] != line:
                return None
            places += [*range(begin, begin + len(line)), begin + len(line)]
            position = stop + 1
        # The script does not end with a line break.
        return tuple(places) if len(places) == len(script) + 1 else None

    def _indentation(self, block: str) -> int:
        header = self.document.text[self.node.start_mark.index :].partition("\n")[0]
        if given := re.match(r"\|[+-]?([1-9])", header):
            parent = self.document.text[: self.node.start_mark.index].rpartition("\n")[2]
            key = re.match(r"(?:[ ]*-)*[ ]*", parent)
            return (len(key[0]) if key else 0) + int(given[1])
        first = next((line for line in block.split("\n") if line.strip()), "")
        return len(first) - len(first.lstrip(" "))
