"""Texts as YAML scalars that every YAML reader takes for the same text.

GitHub reads workflows as YAML 1.2, most tools as YAML 1.1: what either would take for a number, a truth
value, a date or nothing is quoted.
"""

from __future__ import annotations

import re

# What YAML forbids in a stream or folds as a line break, and what hides from a reader: controls, zero-width
# and direction marks. Ranges rather than str.isprintable(), which follows the Python's Unicode version.
_HIDDEN = re.compile(
    r"[^\x20-\x7e\xa1-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NEEDS_QUOTES = re.compile(
    r"""
    | \s.*  | .*\s                                # spaces at an end are not part of a plain scalar
    | [-?:,\[\]{}#&*!|>'"%@`<=] .*                # characters with a meaning at the start
    | .* (?: :(?:\s.*)? | \s\#.* )                # a mapping, a comment
    | [-+.]* [0-9] .*                             # numbers, dates, 1:30 and the like, generously
    | [-+]? \.(?:inf|nan) | ~
    | y | n | yes | no | on | off | true | false | null
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHORT_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def scalar(value: object) -> str:
    """A value on one line: plain where that is safe, else in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value) if _HIDDEN.search(value) or _NEEDS_QUOTES.fullmatch(value) else value
    # Formatting a value that a template has not defined raises Jinja's own, better error.
    raise TypeError(f"a text, a whole number or a truth value is wanted, not {value}")


def block(text: str, column: int) -> str:
    """Lines as the literal block of a key at ``column``; quoted where a block cannot hold them exactly."""
    script = text.removesuffix("\n")
    if not script or script != script.rstrip() or _HIDDEN.search(re.sub(r"[\n\t]", "", script)):
        return _quoted(text)
    # Without the indicator, a reader takes the first line's own indentation for the block's.
    indentation = "2" if script[0].isspace() else ""
    chomping = "" if text.endswith("\n") else "-"
    margin = " " * (column + 2)
    lines = (margin + line if line else "" for line in script.split("\n"))
    return "\n".join((f"|{indentation}{chomping}", *lines))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{_HIDDEN.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _SHORT_ESCAPES.get(char) or f"\\u{ord(char):04x}"
