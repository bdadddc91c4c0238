"""Arbitrary text in Markdown: shown as it is, and spelled as it is.

The runner masks secrets in the page too, by their spelling. So no character may be escaped. Text is code
instead, and its delimiter is longer than any run of such characters in it: no text can end it.
Source: CommonMark 0.31, "Code spans" and "Fenced code blocks".
"""

from __future__ import annotations

import re

_SHORTEST_FENCE = 3


def code_span(text: str) -> str:
    """The text as code within a line; its line breaks become spaces. Empty for an empty text."""
    line = re.sub(r"[\r\n]+", " ", text)
    if not line.strip():
        return ""
    delimiter = "`" * (_longest_run(line) + 1)
    # One space at each end is removed, if both are there. A backtick would be part of the delimiter.
    padding = " " if line[0] in " `" or line[-1] in " `" else ""
    return f"{delimiter}{padding}{line}{padding}{delimiter}"


def code_block(text: str) -> str:
    """The text as a block of code, which is to begin at the start of a line."""
    fence = "`" * max(_SHORTEST_FENCE, _longest_run(text) + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def plain(text: str) -> str:
    """The words of a text. Markdown, and GitHub in a text, give other characters a meaning."""
    return re.sub(r"[\W_]+", " ", text).strip()


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
