"""The time zone of a run: of its processes by TZ, of a runner's machine by /etc/localtime."""

from __future__ import annotations

import os
import zoneinfo
from pathlib import Path, PurePosixPath

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.settings.loading import Settings

# RFC 9636: what a file of a zone begins with. Its folder holds lists of zones as well.
_MAGIC = b"TZif"
_LOCALTIME, _NAME = Path("/etc/localtime"), Path("/etc/timezone")


def set_timezone(host: Host, settings: Settings, runner: Runner) -> bool:
    """Set the machine's zone where the run is to; gives whether it did. The run itself has TZ anyway.

    Raises UsageError for a zone that does not exist, UnavailableError if it cannot be set.
    """
    zone = _zone_file(settings)
    if settings.system_timezone is None:
        wanted = runner.owns_machine
    else:
        # A project's settings do not set the clock of everybody who runs its tests.
        told = runner.real or runner.owns_machine or settings.by_flag("system-timezone")
        wanted = settings.system_timezone and told
    if not wanted:
        return False
    if _LOCALTIME.exists() and _LOCALTIME.resolve() == zone.resolve():
        return True
    # A link put in place whole: timedatectl is refused on some runner images (actions/runner-images#14478),
    # and removing the old one first would leave a machine without a zone if the rest failed.
    for command, stdin in (
        (["ln", "-sfn", str(zone), str(_LOCALTIME)], None),
        # Debian's second place, which some libraries prefer and complain of when the two differ.
        (["tee", str(_NAME)], f"{settings.timezone}\n"),
    ):
        done = host.run(host.as_root(command), stdin=stdin)
        if not done.ok:
            raise UnavailableError(
                f"cannot set the machine's zone to {settings.timezone}",
                why=done.stderr.strip() or f"`{' '.join(command)}` ended with {done.code}",
                todo="allow sudo without a password, or set system-timezone to false",
            )
    return True


def _is_name(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and name == str(path) and not path.is_absolute() and ".." not in path.parts


def _zone_file(settings: Settings) -> Path:
    name = settings.timezone
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if _is_name(name) and path.is_file() and path.read_bytes().startswith(_MAGIC):
            return path
    if not any(os.path.isdir(folder) for folder in zoneinfo.TZPATH):  # noqa: PTH112
        raise UnavailableError(
            "this machine has no time zone files",
            why=f"none of {', '.join(zoneinfo.TZPATH)} exists",
            todo="install the package tzdata",
        )
    raise UsageError(
        f"there is no time zone {name!r}",
        why=f"it came from {settings.source('timezone')}",
        todo="use an IANA name such as Asia/Seoul; `timedatectl list-timezones` lists them",
    )
