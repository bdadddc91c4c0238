"""The time zone of the machine, set by hand."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import Neutral, Zone
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_ZONE_FILE = re.compile(r"(?:\.\./|/)usr/share/zoneinfo/(?:posix/|right/)?(.+)")
_FILES = frozenset({"/etc/localtime", "/etc/timezone"})


def recognise_zone(pipeline: Pipeline, scope: Scope) -> Zone | Neutral | None:
    """``rm`` and ``ln`` of /etc/localtime, ``ln -sf``, ``cp``, ``timedatectl``, ``tee /etc/timezone``."""
    if pipeline.negated:
        return None
    commands = [argv_of(one, scope) for one in pipeline.commands if isinstance(one, Simple)]
    if len(commands) != len(pipeline.commands) or not all(one.words for one in commands):
        return None
    *before, last = commands
    if before:
        # echo "Asia/Seoul" | sudo tee /etc/timezone
        is_echo = len(before) == 1 and before[0].program in {"echo", "printf"}
        if is_echo and last.program == "tee" and set(last.known) & _FILES:
            return Zone((before[0].known or ("",))[-1].strip())
        return None
    paths = [word for word in last.known if not word.startswith("-")]
    match last.program:
        case "rm" | "unlink" if paths and set(paths) <= _FILES:
            return Zone("")
        case "ln" | "cp" if len(paths) == 2 and paths[1] == "/etc/localtime":  # noqa: PLR2004
            found = _ZONE_FILE.fullmatch(paths[0])
            return Zone(found[1]) if found else None
        case "timedatectl" if paths[:1] == ["set-timezone"] and len(paths) == 2:  # noqa: PLR2004
            return Zone(paths[1])
        case "timedatectl" if not paths or paths[0] in {"status", "show"}:
            return Neutral()
        case "dpkg-reconfigure" if paths[-1:] == ["tzdata"]:
            return Zone("")
        case "echo" if last.output == "/etc/timezone":
            return Zone((last.known or ("",))[-1].strip())
    return None


def zone_of_action(uses: str, inputs: dict[str, str]) -> str:
    """The zone that an action of others sets, such as szenius/set-timezone; empty if it is none of them."""
    if "timezone" not in uses.partition("@")[0].lower().replace("-", ""):
        return ""
    return inputs.get("timezoneLinux") or inputs.get("timezone") or ""
