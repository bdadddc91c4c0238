"""The time zone of the machine, set by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.effects import Neutral, Zone
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_ZONE_FILE = re.compile(r"(?:\.\./|/)usr/share/zoneinfo/(?:posix/|right/)?(.+)")
_LOCALTIME = "/etc/localtime"
_FILES = frozenset({_LOCALTIME, "/etc/timezone"})


def recognise_zone(pipeline: Pipeline, scope: Scope) -> Zone | Neutral | None:
    """``rm`` and ``ln`` of /etc/localtime, ``ln -sf``, ``cp``, ``timedatectl``, ``tee /etc/timezone``."""
    commands = [argv_of(one, scope) for one in pipeline.commands if isinstance(one, Simple)]
    if pipeline.negated or len(commands) != len(pipeline.commands) or not all(one.words for one in commands):
        return None
    match commands:
        case [argv]:
            return _command(argv)
        case [Argv(program="echo" | "printf") as echo, Argv(program="tee") as tee] if set(tee.known) & _FILES:
            return Zone(_last(echo))
    return None


def zone_of_action(uses: str, inputs: Mapping[str, str]) -> str:
    """The zone that an action of others sets, such as szenius/set-timezone; empty if it is none of them."""
    if "timezone" not in uses.partition("@")[0].lower().replace("-", ""):
        return ""
    return inputs.get("timezoneLinux") or inputs.get("timezone") or ""


def _command(argv: Argv) -> Zone | Neutral | None:
    paths = [word for word in argv.known if not word.startswith("-")]
    match argv.program, paths:
        case (("rm" | "unlink"), [_, *_]) if set(paths) <= _FILES:
            return Zone("")
        case (("ln" | "cp"), [source, str(target)]) if target == _LOCALTIME:
            found = _ZONE_FILE.fullmatch(source)
            return Zone(found[1]) if found else None
        case "timedatectl", _:
            return _timedatectl(paths)
        case "dpkg-reconfigure", [*_, "tzdata"]:
            return Zone("")
        case "echo", _ if argv.output == "/etc/timezone":
            return Zone(_last(argv))
    return None


def _timedatectl(words: list[str]) -> Zone | Neutral | None:
    match words:
        case ["set-timezone", zone]:
            return Zone(zone)
        case [] | ["status"] | ["show"]:
            return Neutral()
    return None


def _last(echo: Argv) -> str:
    return (echo.known or ("",))[-1].strip()
