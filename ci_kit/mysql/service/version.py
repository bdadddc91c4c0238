"""The version of the machine's service, which need not be running."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.version import Version, ask_version
from ci_kit.mysql.service.manager import SystemdUnit, Unit
from ci_kit.settings.settings import Settings

# As `systemctl show` prints it: { path=/usr/sbin/mysqld ; argv[]=/usr/sbin/mysqld ; … }
_STARTS = re.compile(r"path=(\S*/(?:mysqld|mariadbd))\s")
# The programs that the packages with an init script install.
_USUAL = (Path("/usr/sbin/mariadbd"), Path("/usr/sbin/mysqld"), Path("/usr/libexec/mysqld"))


def service_version(host: Host, unit: Unit) -> Version | None:
    """The version of the program that the service starts; None if it is not found."""
    program = next((path for path in _programs(host, unit) if os.access(path, os.X_OK)), None)
    return ask_version(host, program)[0] if program else None


def require_version(host: Host, settings: Settings, unit: Unit) -> None:
    """Raise UnavailableError if the service is not of the version that the settings ask for."""
    wanted = settings.mysql_version
    version = service_version(host, unit) if wanted else None
    if version and not version.fits(wanted):
        raise UnavailableError(
            f"the service {unit.name} is {version}, not {wanted}",
            why=f"mysql-version came from {settings.source('mysql-version')},"
            f" and mysql is service by {settings.source('mysql')}",
            todo="remove one of the two: with mysql = auto, ci-kit looks for a server of that version",
        )


def _programs(host: Host, unit: Unit) -> list[Path]:
    if not isinstance(unit, SystemdUnit):
        return list(_USUAL)
    shown = host.ask(["systemctl", "show", "--property=ExecStart", unit.name]).stdout
    return [Path(path) for path in _STARTS.findall(shown)] or list(_USUAL)
