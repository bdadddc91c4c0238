"""Keeps secrets out of everything that ci-kit prints."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

MASK = "***"
SHORTEST_ANYWHERE = 4
"""A secret with fewer characters also occurs in ordinary words: it is masked only where it is a password."""
_ELLIPSIS = re.compile(r"(\.{3}|…)")


@dataclass
class Redactor:
    """Replaces known secrets in text, in each form in which output may contain them."""

    _secrets: list[str] = field(default_factory=list, repr=False)
    _replacements: dict[str, str] = field(default_factory=dict, repr=False)
    # Variables such as MYSQL_PASSWORD, and MYSQL_PWD, which the client programs read.
    _variables: list[str] = field(default_factory=lambda: ["PASSWORD", "MYSQL_PWD"])
    # Reports redact a hundred thousand texts: to compile the pattern takes longer than one search.
    _spellings: re.Pattern[str] | None = field(default=None, repr=False)

    def name_variables(self, names: Iterable[str]) -> None:
        """Take these variables for passwords too, in the secrets that are added from now on."""
        self._variables += names

    def add(self, secret: str) -> None:
        """Redact this secret from now on. ``Runner.hide`` also masks it in the log of the job."""
        if not secret:
            return
        self._spellings = None
        encoded = quote(secret, safe="")
        self._replacements[f":{encoded}@"] = f":{MASK}@"
        for name in self._variables:
            for form in (secret, shlex.quote(secret)):
                self._replacements[f"{name}={form}"] = f"{name}={MASK}"
        if len(secret) >= SHORTEST_ANYWHERE:
            self._secrets.append(secret)
            self._replacements |= dict.fromkeys(
                (
                    secret,
                    encoded,
                    json.dumps(secret)[1:-1],
                    shlex.quote(secret)[1:-1] if "'" in secret else secret,
                ),
                MASK,
            )

    def redact(self, text: str) -> str:
        """The text without the secrets. The longest spelling wins, and what replaces it is not searched."""
        if not self._replacements:
            return text
        if self._spellings is None:
            longest_first = sorted(self._replacements, key=len, reverse=True)
            self._spellings = re.compile("|".join(map(re.escape, longest_first)))
        return self._without_parts(self._spellings.sub(lambda found: self._replacements[found[0]], text))

    def _without_parts(self, text: str) -> str:
        """The text without the parts of secrets at an ellipsis: pytest abbreviates long values."""
        before, *rest = _ELLIPSIS.split(text)
        kept = [before]
        for ellipsis, after in zip(rest[::2], rest[1::2], strict=True):
            kept[-1] = self._without_end(kept[-1])
            kept += [ellipsis, self._without_beginning(after)]
        return "".join(kept)

    def _without_end(self, text: str) -> str:
        for secret in self._secrets:
            for size in range(len(secret) - 1, SHORTEST_ANYWHERE - 1, -1):
                if text.endswith(secret[:size]):
                    return text[:-size] + MASK
        return text

    def _without_beginning(self, text: str) -> str:
        for secret in self._secrets:
            for size in range(len(secret) - 1, SHORTEST_ANYWHERE - 1, -1):
                if text.startswith(secret[-size:]):
                    return MASK + text[size:]
        return text
