"""What a report shows of a text that may be long and contain secrets."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from ci_kit.redaction import Redactor

Kept: TypeAlias = Literal["beginning", "end", "both"]
"""Which part of a long text is kept."""

# In characters.
_LIMIT = 2000
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def excerpt(text: str, redactor: Redactor, *, kept: Kept = "beginning", limit: int = _LIMIT) -> str:
    """A part of a text, without secrets and with whole words. ``limit`` is in characters.

    Secrets are replaced first: a part of one is not recognised. The runner knows more secrets than ci-kit,
    so no word is cut either. Colours of a terminal are left out.
    """
    shown = redactor.redact(_COLOUR.sub("", text))
    if len(shown) <= limit:
        return shown
    match kept:
        case "beginning":
            return f"{_beginning(shown, limit)} …"
        case "end":
            return f"… {_end(shown, limit)}"
        case "both":
            return f"{_beginning(shown, limit // 2)}\n…\n{_end(shown, limit // 2)}"


def _beginning(text: str, limit: int) -> str:
    words = text[: limit + 1]
    return words[: len(words) - _first_space(words[::-1])].rstrip()


def _end(text: str, limit: int) -> str:
    words = text[-limit - 1 :]
    return words[_first_space(words) :].lstrip()


def _first_space(text: str) -> int:
    """The index of the first white space; the length of the text if it has none."""
    return next((index for index, one in enumerate(text) if one.isspace()), len(text))
