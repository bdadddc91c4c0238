"""What a report shows of a text that may be long and contain secrets."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from ci_kit.columns import COLOUR
from ci_kit.redaction import Redactor

Kept: TypeAlias = Literal["beginning", "end", "both"]
"""Which part of a long text is kept."""

# In characters.
_LIMIT = 2000
# Those of the terminal: ISO 6429, "C0" and "C1".
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def excerpt(text: str, redactor: Redactor, *, kept: Kept = "beginning", limit: int = _LIMIT) -> str:
    """A part of a text, without secrets and with whole words. ``limit`` is in characters.

    Secrets are replaced first: a part of one is not recognised. The runner knows more secrets than ci-kit,
    so no word is cut either. Colours of a terminal are left out.
    """
    shown = redactor.redact(COLOUR.sub("", text))
    if len(shown) <= limit:
        return shown
    match kept:
        case "beginning":
            return f"{_beginning(shown, limit)} …"
        case "end":
            return f"… {_end(shown, limit)}"
        case "both":
            return f"{_beginning(shown, limit // 2)}\n…\n{_end(shown, limit // 2)}"


def one_line(text: str) -> str:
    """The text in one line. A character that could move the cursor of a terminal becomes \ufffd."""
    line = " ".join(text.splitlines())
    return line if line.isprintable() else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", line)


def _beginning(text: str, limit: int) -> str:
    words = text[: limit + 1]
    return words[: len(words) - _first_space(words[::-1])].rstrip()


def _end(text: str, limit: int) -> str:
    words = text[-limit - 1 :]
    return words[_first_space(words) :].lstrip()


def _first_space(text: str) -> int:
    """The index of the first white space; the length of the text if it has none."""
    return next((index for index, one in enumerate(text) if one.isspace()), len(text))
