"""The time zone of a disposable machine, set by /etc/localtime. A run's own processes get TZ."""

from __future__ import annotations

import zoneinfo
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.commands import Command, Input
from ci_kit.settings.settings import Settings

# The first bytes of a zone file (RFC 9636). Zone folders also hold other files, such as lists of zones.
_MAGIC = b"TZif"
_LOCALTIME, _NAME = Path("/etc/localtime"), Path("/etc/timezone")


def set_timezone(settings: Settings, runner: Runner) -> bool:
    """Set the machine's time zone if the run may. Returns whether the machine is in that zone.

    Raises UsageError for an unknown zone, UnavailableError if the zone cannot be set.
    """
    host = runner.host
    zone = _zone_file(settings)
    if not _may_set(settings, runner):
        return False
    if _LOCALTIME.exists() and _LOCALTIME.resolve() == zone.resolve():
        return True
    # Not timedatectl, which fails on some runner images (actions/runner-images#14478). `ln -sfn` replaces the
    # old link in one command, so the machine keeps a zone if it fails.
    for argv, stdin in (
        (["ln", "-sfn", str(zone), str(_LOCALTIME)], None),
        # Debian has the name here as well. Some libraries prefer it, and warn if the two differ.
        (["tee", str(_NAME)], Input(f"{settings.timezone}\n")),
    ):
        done = host.run(Command(host.as_root(argv), stdin=stdin))
        if not done.ok:
            raise UnavailableError(
                f"cannot set the machine's time zone to {settings.timezone}",
                why=done.stderr.strip() or f"`{' '.join(argv)}` exited with {done.code}",
                todo="allow sudo without a password, or set system-timezone to false",
            )
    return True


def _may_set(settings: Settings, runner: Runner) -> bool:
    if settings.system_timezone is None:
        return runner.machine_is_disposable
    # pyproject.toml reaches everyone who runs the tests. On a laptop, only the flag sets the zone.
    on_ci = runner.real or runner.machine_is_disposable
    return settings.system_timezone and (on_ci or settings.by_flag("system-timezone"))


def _zone_file(settings: Settings) -> Path:
    name = settings.timezone
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if _is_name(name) and _is_file(path) and path.read_bytes().startswith(_MAGIC):
            return path
    # Every set of zone files has UTC. Small images have the folder, but no files in it.
    if not any(_is_file(Path(folder, "UTC")) for folder in zoneinfo.TZPATH):
        raise UnavailableError(
            "this machine has no time zone files",
            why=f"none of these folders has them: {', '.join(zoneinfo.TZPATH)}",
            todo="install the package tzdata (apt-get install tzdata, apk add tzdata, dnf install tzdata)",
        )
    raise UsageError(
        f"unknown time zone {name!r}",
        why=f"it came from {settings.source('timezone')}",
        todo="use an IANA name such as Asia/Seoul; `timedatectl list-timezones` lists them",
    )


def _is_file(path: Path) -> bool:
    # A folder of PYTHONTZPATH may be closed to this user.
    with suppress(OSError):
        return path.is_file()
    return False


def _is_name(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and name == str(path) and not path.is_absolute() and ".." not in path.parts
