"""The machine's own MySQL or MariaDB, started by hand."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import Neutral, ServerStart
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_UNIT = re.compile(r"(mysql|mariadb)d?(?:\.service)?")
_STARTS = frozenset({"start", "restart"})
_LOOKS = frozenset({"status", "is-active", "enable", "unmask", "daemon-reload"})


def recognise_service(pipeline: Pipeline, scope: Scope) -> ServerStart | Neutral | None:
    """``systemctl start mysql``, ``service mysql start``, ``/etc/init.d/mysql start``."""
    command = pipeline.only
    if not isinstance(command, Simple):
        return None
    argv = argv_of(command, scope)
    words = [word for word in argv.known if not word.startswith("-")]
    if not argv.words:
        return None
    match argv.program:
        case "systemctl" if len(words) == 2:  # noqa: PLR2004
            verb, unit = words
        case "service" if len(words) == 2:  # noqa: PLR2004
            unit, verb = words
        case "invoke-rc.d" if len(words) == 2:  # noqa: PLR2004
            unit, verb = words
        case _ if (argv.words[0] or "").startswith("/etc/init.d/") and len(words) == 1:
            unit, verb = argv.program, words[0]
        case _:
            return None
    found = _UNIT.fullmatch(unit)
    if not found:
        return None
    if verb in _STARTS or (verb == "enable" and "--now" in argv.known):
        return ServerStart(found[1])
    return Neutral() if verb in _LOOKS else None
