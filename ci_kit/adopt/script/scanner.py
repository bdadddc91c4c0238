"""A position in a script, and what can be read there without knowing the grammar."""

from __future__ import annotations

import re

from ci_kit.adopt.script.words import UnsureError

_BARE_WORD = re.compile(r"[^\s;&|<>()'\"$`\\]+")


class Scanner:
    """Reads from ``position``. ``bodies`` has the here-documents: the newline before each, and its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.bodies: dict[int, int] = {}

    def skip_blanks(self) -> None:
        text = self.text
        while self.position < len(text):
            if text[self.position] in " \t":
                self.position += 1
            elif text.startswith("\\\n", self.position):
                self.position += 2
            elif text[self.position] == "#":
                # A comment: a word that begins with #, because words are read from their start.
                end = text.find("\n", self.position)
                self.position = len(text) if end < 0 else end
            else:
                break

    def skip_lines(self) -> None:
        """Skip blanks, newlines and the bodies of here-documents."""
        self.skip_blanks()
        while self.text.startswith("\n", self.position):
            self.skip_newline()
            self.skip_blanks()

    def skip_newline(self) -> None:
        self.position = self.bodies.pop(self.position, self.position + 1)

    def at(self, operator: str) -> bool:
        self.skip_blanks()
        return self.text.startswith(operator, self.position)

    def require(self, operator: str) -> None:
        if not self.at(operator):
            raise UnsureError(f"{operator!r} is missing", self.position)
        self.position += len(operator)

    def keyword(self) -> str:
        """The bare word at the position, if it is one."""
        self.skip_blanks()
        found = _BARE_WORD.match(self.text, self.position)
        end = found.end() if found else self.position
        return found[0] if found and self.text[end : end + 1] in {"", *" \t\n;&|<>()"} else ""

    def require_word(self, word: str) -> None:
        self.skip_lines()
        if self.keyword() != word:
            raise UnsureError(f"{word!r} is missing", self.position)
        self.position += len(word)
