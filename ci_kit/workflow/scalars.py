"""Strings as YAML scalars that every YAML parser reads as the same string.

GitHub reads workflows as YAML 1.2, most tools as YAML 1.1. A string is quoted if either version would read
it as a number, a boolean, a date or null.
"""

from __future__ import annotations

import re

# Characters that YAML forbids or reads as line breaks, and characters that a reviewer cannot see: controls,
# zero-width characters and direction marks. Not str.isprintable(), which depends on Python's Unicode version.
_HIDDEN = re.compile(
    r"[^\x20-\x7e\xa1-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NEEDS_QUOTES = re.compile(
    r"""
    | \s.*  | .*\s                                # a plain scalar loses spaces at its ends
    | [-?:,\[\]{}#&*!|>'"%@`<=] .*                # characters that mean something at the start
    | .* (?: :(?:\s.*)? | \s\#.* )                # a mapping, a comment
    | [-+.]* [0-9] .*                             # numbers, dates, 1:30; more than necessary
    | [-+]? \.(?:inf|nan) | ~
    | y | n | yes | no | on | off | true | false | null
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHORT_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def scalar(value: object) -> str:
    """The value on one line: plain if that is safe, otherwise in double quotes. Raises TypeError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value) if _HIDDEN.search(value) or _NEEDS_QUOTES.fullmatch(value) else value
    # For an undefined name, formatting the message raises Jinja's own error, which tells more.
    raise TypeError(f"expected a string, an integer or a boolean, not {value}")


def flow_scalar(value: str) -> str:
    """A string within braces or brackets, where more characters need quotes."""
    return _quoted(value) if set(value) & set("[]{},") else scalar(value)


def block(text: str, column: int) -> str:
    """The text as a literal block for a key at ``column`` (from 0), quoted if a block would change it."""
    script = text.removesuffix("\n")
    if not script or script != script.rstrip() or _HIDDEN.search(re.sub(r"[\n\t]", "", script)):
        return _quoted(text)
    # If the first line begins with a space, YAML needs the block's indentation as a number.
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
