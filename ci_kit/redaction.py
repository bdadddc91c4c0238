"""Secrets, and what is shown in their place."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from urllib.parse import quote

MASK = "***"
# A shorter secret would blot out half of every line it happens to stand in; it is masked only where it
# stands as a password for sure.
_SHORTEST_ANYWHERE = 4


@dataclass
class Redactor:
    """Replaces every known secret, in the spellings it may take, in text that is about to be shown."""

    _shown: dict[str, str] = field(default_factory=dict, repr=False)

    def add(self, secret: str) -> None:
        if not secret:
            return
        encoded = quote(secret, safe="")
        self._shown[f":{encoded}@"] = f":{MASK}@"
        # MYSQL_PASSWORD and its like, and the variable of the client programs.
        for name in ("PASSWORD", "MYSQL_PWD"):
            for spelling in (secret, shlex.quote(secret)):
                self._shown[f"{name}={spelling}"] = f"{name}={MASK}"
        if len(secret) >= _SHORTEST_ANYWHERE:
            self._shown |= dict.fromkeys(
                (
                    secret,
                    encoded,
                    json.dumps(secret)[1:-1],
                    shlex.quote(secret)[1:-1] if "'" in secret else secret,
                ),
                MASK,
            )

    def redact(self, text: str) -> str:
        for spelling in sorted(self._shown, key=len, reverse=True):
            text = text.replace(spelling, self._shown[spelling])
        return text
