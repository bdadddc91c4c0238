"""Reads one word of a script: its quotes, variables, substitutions and GitHub's expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ci_kit.adopt.script.commands import (
    Expression,
    Opaque,
    Part,
    Statement,
    Substitution,
    Text,
    Variable,
    Word,
)

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*|[?$#@*!0-9-])|\{([A-Za-z_]\w*|[?$#@*!0-9-])\})", re.ASCII)
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_ENDS_A_WORD = frozenset(" \t\n;&|<>()")
_ESCAPED_IN_QUOTES = frozenset('$`"\\')


class UnsureError(Exception):
    """The reader does not understand the script at a position."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


@dataclass
class WordReader:
    """Reads words from ``text``. ``read_inner`` reads the statements of ``$(…)`` and gives their end."""

    text: str
    read_inner: Callable[[int], tuple[tuple[Statement, ...], int]]
    read_text: Callable[[str], tuple[Statement, ...]]
    _parts: list[Part] = field(default_factory=list)

    def word(self, start: int) -> Word:
        """The word at a position; it has no parts if none is there. Raises UnsureError."""
        self._parts = []
        position = start
        while position < len(self.text):
            char = self.text[position]
            if _EXPRESSION.match(self.text, position):
                position = self._special(position)
            elif char in _ENDS_A_WORD:
                break
            elif char == "'":
                position = self._single(position)
            elif char == '"':
                position = self._double(position + 1, '"')
            elif char == "\\":
                position = self._backslash(position)
            elif char in "$`":
                position = self._special(position)
            else:
                self._add(char)
                position += 1
        return Word(tuple(self._parts), start, position)

    def body(self, start: int, end: int) -> Word:
        """The text of a here-document, in which variables have their values."""
        self._parts = []
        self._double(start, "", end)
        return Word(tuple(self._parts), start, end)

    def _add(self, text: str, *, quoted: bool = False) -> None:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Text) and last.quoted == quoted:
            self._parts[-1] = Text(last.text + text, quoted)
        else:
            self._parts.append(Text(text, quoted))

    def _single(self, start: int) -> int:
        end = self.text.find("'", start + 1)
        if end < 0:
            raise UnsureError("a quote is not closed", start)
        position = start + 1
        self._add("", quoted=True)
        while found := _EXPRESSION.search(self.text, position, end):
            self._add(self.text[position : found.start()], quoted=True)
            self._parts.append(Expression(found[1].strip(), "'"))
            position = found.end()
        self._add(self.text[position:end], quoted=True)
        return end + 1

    def _double(self, start: int, quote: str, end: int | None = None) -> int:
        stop = len(self.text) if end is None else end
        position = start
        self._add("", quoted=True)
        while position < stop:
            char = self.text[position]
            if quote and char == quote:
                return position + 1
            if char == "\\" and self.text[position + 1 : position + 2] == "\n":
                position += 2
            elif char == "\\" and self.text[position + 1 : position + 2] in _ESCAPED_IN_QUOTES:
                self._add(self.text[position + 1], quoted=True)
                position += 2
            elif char in "$`":
                position = self._special(position, quoted=True)
            else:
                self._add(char, quoted=True)
                position += 1
        if quote:
            raise UnsureError("a quote is not closed", start - 1)
        return stop

    def _backslash(self, position: int) -> int:
        following = self.text[position + 1 : position + 2]
        if not following:
            raise UnsureError("a backslash ends the script", position)
        if following != "\n":
            self._add(following, quoted=True)
        return position + 2

    def _special(self, position: int, *, quoted: bool = False) -> int:
        """Read what begins with ``$`` or a backtick; gives the position after it."""
        text = self.text
        if text[position] == "`":
            return self._backticks(position)
        if text.startswith("$(", position):
            return self._in_parentheses(position)
        if found := _EXPRESSION.match(text, position):
            self._parts.append(Expression(found[1].strip(), '"' if quoted else ""))
        elif found := _VARIABLE.match(text, position):
            self._parts.append(Variable(found[1] or found[2], quoted))
        elif text.startswith("${", position):
            return self._opaque(position, "}")
        elif text.startswith(("$'", '$"'), position) and not quoted:
            raise UnsureError("$'…' is not supported", position)
        else:
            self._add("$", quoted=quoted)
        return found.end() if found else position + 1

    def _in_parentheses(self, position: int) -> int:
        """``$((1 + 1))`` or ``$(command)``."""
        if self.text.startswith("$((", position):
            return self._opaque(position, "))")
        kept = self._parts
        statements, end = self.read_inner(position + 2)
        self._parts = [*kept, Substitution(statements)]
        return end

    def _backticks(self, position: int) -> int:
        end = self.text.find("`", position + 1)
        inner = self.text[position + 1 : end]
        if end < 0 or "\\" in inner:
            raise UnsureError("backticks are not closed, or contain a backslash", position)
        kept = self._parts
        statements = self.read_text(inner)
        self._parts = [*kept, Substitution(statements)]
        return end + 1

    def _opaque(self, position: int, closing: str) -> int:
        end = self.text.find(closing, position)
        if end < 0 or "{" in self.text[position + 2 : end] or "$(" in self.text[position + 2 : end]:
            raise UnsureError("an expansion is too complicated", position)
        end += len(closing)
        self._parts.append(Opaque(self.text[position:end]))
        return end
