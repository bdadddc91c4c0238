"""What the use of the machine's service requires, and the errors if something is missing."""

from __future__ import annotations

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.service.drop_in import DropIn
from ci_kit.mysql.service.manager import Unit, find_unit
from ci_kit.mysql.service.option_files import included_folder
from ci_kit.settings.settings import Settings

USE_PRIVATE = "use a private server (mysql = private)"
"""The advice that always works."""


def require_unit(host: Host) -> Unit:
    """The machine's service. Raises UnavailableError if it has none."""
    unit = find_unit(host)
    if unit is None:
        raise UnavailableError(
            "this machine has no MySQL service",
            why="neither systemd nor /etc/init.d has a service named mysql, mysqld or mariadb",
            todo=f"{USE_PRIVATE}, or install a service",
        )
    return unit


def require_drop_in() -> DropIn:
    """The place for ci-kit's settings of the service. Raises UnavailableError."""
    folder = included_folder()
    if folder is None:
        raise UnavailableError(
            "ci-kit has no place for its settings of the service",
            why="neither /etc/my.cnf nor /etc/mysql/my.cnf includes a folder that exists",
            todo=f"add a line `!includedir /etc/mysql/conf.d` and create the folder, or {USE_PRIVATE}",
        )
    return DropIn(folder)


def require_permission(settings: Settings, runner: Runner) -> None:
    """Raise UsageError if ci-kit may not use the service of this machine.

    On a laptop, only the command line allows it. If ci-kit may not change root's password, the settings must
    contain it.
    """
    if not (runner.real or runner.machine_is_disposable or settings.by_flag("mysql")):
        raise UsageError(
            "ci-kit does not use the service of this machine",
            why=f"mysql = service came from {settings.source('mysql')}, and this is not a runner",
            todo="remove mysql to get a private server, or give --mysql service on the command line",
        )
    if not (runner.machine_is_disposable or settings.mysql_password):
        raise UsageError(
            "the service of this machine needs root's password",
            why=f"mysql = service came from {settings.source('mysql')}, and the service outlives the job",
            todo=f"set mysql-password to the password that root has, or {USE_PRIVATE}",
        )


def in_use(unit: Unit) -> UnavailableError:
    return UnavailableError(
        f"another run of ci-kit uses the service {unit.name}",
        why="both runs would set root's password",
        todo=f"wait until it has ended, or {USE_PRIVATE}",
    )
