"""Reads a here-document: the lines after a command up to a given one."""

from __future__ import annotations

import re
from dataclasses import replace

from ci_kit.adopt.script.commands import Redirect, Statement, Text, Word
from ci_kit.adopt.script.scanner import Scanner
from ci_kit.adopt.script.words import UnsureError, WordReader


def read_here_document(scanner: Scanner, operator: str, target: Word) -> Redirect:
    """The redirection with its body. The scanner goes on after it at the end of the line."""
    if target.plain is None:
        raise UnsureError("the end of a here-document is not known", target.start)
    text, line_end = scanner.text, scanner.text.find("\n", scanner.position)
    if line_end < 0:
        raise UnsureError("a here-document has no body", target.start)
    start = position = scanner.bodies.get(line_end, line_end + 1)
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if (line.lstrip("\t") if operator == "<<-" else line) == target.plain:
            scanner.bodies[line_end] = min(end + 1, len(text))
            quoted = any(isinstance(part, Text) and part.quoted for part in target.parts)
            return Redirect(
                operator, target, "", _body(text[start:position], start, operator, quoted=quoted), end
            )
        position = end + 1
    raise UnsureError(f"the here-document does not end with {target.plain}", target.start)


def _body(text: str, start: int, operator: str, *, quoted: bool) -> Word:
    end = start + len(text)
    if operator == "<<-":
        text = re.sub(r"^\t+", "", text, flags=re.MULTILINE)
    if quoted:
        return Word((Text(text, quoted=True),), start, end)
    inner = WordReader(text, lambda _: _no_substitution(start), lambda _: _no_substitution(start)[0])
    return replace(inner.body(0, len(text)), start=start, end=end)


def _no_substitution(position: int) -> tuple[tuple[Statement, ...], int]:
    raise UnsureError("a command within a here-document is not supported", position)
