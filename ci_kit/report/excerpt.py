"""What a report shows of a text that may be long and contain secrets."""

from __future__ import annotations

from ci_kit.redaction import Redactor

_LIMIT = 2000


def excerpt(text: str, redactor: Redactor, *, end: bool = False) -> str:
    """The beginning of a text, or its ``end``, without secrets and with whole words.

    Secrets are replaced first: a part of one is not recognised. The runner knows more secrets than ci-kit,
    so no word is cut either.
    """
    shown = redactor.redact(text)
    if len(shown) <= _LIMIT:
        return shown
    if end:
        words = shown[-_LIMIT - 1 :]
        return f"… {words[_first_space(words) :].lstrip()}"
    words = shown[: _LIMIT + 1]
    return f"{words[: len(words) - _first_space(words[::-1])].rstrip()} …"


def _first_space(text: str) -> int:
    """The index of the first white space; the length of the text if it has none."""
    return next((index for index, one in enumerate(text) if one.isspace()), len(text))
