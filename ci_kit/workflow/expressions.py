"""Checks GitHub's expressions in settings, because GitHub rejects a workflow with a wrong one as a whole.

Sources: "Contexts reference" (which context is available where) and "Evaluate expressions in workflows and
actions" in GitHub's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_kit.settings.names import did_you_mean

_JOB = frozenset({"github", "inputs", "matrix", "needs", "strategy", "vars"})
RUNS_ON = _JOB
"""The contexts that ``runs-on`` of a job can use."""
JOB_ENV = _JOB | {"secrets"}
"""The contexts that ``env`` of a job can use."""
STEP = JOB_ENV | {"env", "job", "runner", "steps"}
"""The contexts that a step can use."""

_FUNCTIONS = frozenset(
    {"case", "contains", "endswith", "format", "fromjson", "hashfiles", "join", "startswith", "tojson"}
)
_LITERALS = frozenset({"true", "false", "null", "nan", "infinity"})
_TOKEN = re.compile(
    r"""
      (?P<text>'(?:[^']|'')*')
    | (?P<number>[-+]?(?:0x[0-9a-f]+|\.?\d[\d.]*(?:e[-+]?\d+)?))
    | (?P<name>[a-z_][\w-]*)
    | (?P<sign>\(|\)|\[|\]|\.\*?|,|!=?|[<>]=?|==|&&|\|\||\*)
    | \s+
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_CLOSING = {")": "(", "]": "["}


def require_expressions(text: str, contexts: frozenset[str]) -> None:
    """Raise ValueError if an expression in the text is wrong, or uses another context than ``contexts``."""
    for expression in _expressions(text):
        _require_valid(expression, contexts)


def _expressions(text: str) -> Iterator[str]:
    """What stands in each ``${{ }}``. A text in quotes may contain the end."""
    position = text.find("${{")
    while position >= 0:
        match = re.compile(r"((?:[^'}]|'(?:[^']|'')*'|\}(?!\}))*)\}\}").match(text, position + 3)
        if not match:
            raise ValueError("an expression begins with ${{ and does not end with }}")
        yield match[1]
        position = text.find("${{", match.end())


def _require_valid(expression: str, contexts: frozenset[str]) -> None:
    shown = f"${{{{{expression}}}}}"
    tokens = list(_tokens(expression, shown))
    if not tokens:
        raise ValueError(f"the expression {shown} is empty")
    opened: list[str] = []
    before = ""
    for number, (kind, word) in enumerate(tokens):
        after = tokens[number + 1][1] if number + 1 < len(tokens) else ""
        if kind == "name" and before != ".":
            _require_known(word, contexts, called=after == "(")
        if word in ("(", "["):
            opened.append(word)
        elif word in _CLOSING and (not opened or opened.pop() != _CLOSING[word]):
            raise ValueError(f"the expression {shown} has {word!r} without its counterpart")
        before = word
    if opened:
        raise ValueError(f"the expression {shown} has {opened[-1]!r} without its counterpart")


def _tokens(expression: str, shown: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if not match:
            raise ValueError(
                f"the expression {shown} has {expression[position]!r}, which means nothing there"
            )
        position = match.end()
        if match.lastgroup:
            yield match.lastgroup, match[0]


def _require_known(word: str, contexts: frozenset[str], *, called: bool) -> None:
    lower = word.lower()
    known = _FUNCTIONS if called else contexts | _LITERALS
    if lower not in known:
        what = "function" if called else "context"
        hint = (
            did_you_mean(word, sorted(known))
            or f"the {what}s here are {', '.join(sorted(known - _LITERALS))}"
        )
        raise ValueError(f"{word!r} is not a {what} that is available here: {hint}")
