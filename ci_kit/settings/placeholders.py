"""Placeholders in texts of the user, such as ``{host}``, for what is known only when the server is up."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from urllib.parse import quote

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean

_NAME = r"[a-z][a-z0-9_.-]*"
# All other braces are text: those of JSON, of a shell, of ``{}``.
_PLACEHOLDER = re.compile(rf"{{{{(?P<literal>{_NAME})}}}}|{{(?P<name>{_NAME})}}")
# What is before a placeholder within a URL, such as --dburi=mysql+pymysql://root:
_IN_URL = re.compile(r"""[A-Za-z][\w+.-]*://[^\s"'<>]*\Z""")


def placeholder(server: str, field: str) -> str:
    """The name of a placeholder; the first server has no name."""
    return f"{server}.{field}" if server else field


def placeholders(text: str) -> Iterator[tuple[str, int]]:
    """The names of the placeholders in a text, each with its line, from 1."""
    for found in _PLACEHOLDER.finditer(text):
        if found["name"]:
            yield found["name"], text.count("\n", 0, found.start()) + 1


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The names of the placeholders in texts."""
    return frozenset(name for text in texts for name, _ in placeholders(text))


def can_fill(text: str, known: Collection[str]) -> bool:
    """Whether each placeholder of a text is known."""
    return names_in([text]) <= set(known)


def fill(text: str, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """The text with the values of its placeholders. ``{{host}}`` becomes ``{host}``.

    In a URL, values are percent-encoded; a value that is a URL stays as it is. ``escape`` is for all others.
    """

    def value(found: re.Match[str]) -> str:
        if found["literal"]:
            return f"{{{found['literal']}}}"
        given = values[found["name"]]
        if not _IN_URL.search(text, 0, found.start()):
            return escape(given)
        # The host of a URL is an IPv6 address only in brackets.
        return f"[{given}]" if found["name"].endswith("host") and ":" in given else quote(given, safe="")

    return _PLACEHOLDER.sub(value, text)


def wrong_placeholder(text: str, known: Collection[str], *, source: str) -> UsageError | None:
    """The error for the first unknown placeholder in a text; None if there is none.

    ``known`` is empty if the run has no server. ``source`` is where the text came from.
    """
    for name, line in placeholders(text):
        if name in known:
            continue
        place = f"{source}, line {line}" if "\n" in text else source
        if not known:
            return UsageError(
                f"the placeholder {{{name}}} has no value, because the run has no server",
                why=f"it is in {place}, and mysql is off",
                todo=f"remove the placeholder or mysql = off; write {{{{{name}}}}} for the text {{{name}}}",
            )
        near = did_you_mean(name, known) or f"the placeholders are {', '.join(sorted(known))}"
        return UsageError(
            f"unknown placeholder {{{name}}}",
            why=f"it is in {place}",
            todo=f"{near}; write {{{{{name}}}}} for the text {{{name}}}",
        )
    return None
