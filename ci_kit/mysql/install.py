"""The command ``ci-kit mysql install``: a server program for a machine without one."""

from __future__ import annotations

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.mysql.private.program import find_server_program, require_server_program
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.settings import Settings

# Only the server programs: the full packages would also start a service on port 3306.
# MariaDB initialises a datadir with a program from its client package.
_APT_PACKAGES = (
    ("mysql-server-core",),
    ("mysql-server-core-8.4",),
    ("mysql-server-core-8.0",),
    ("mariadb-server-core", "mariadb-client-core"),
)


def install(host: Host, settings: Settings) -> None:
    """Install a server program, unless the machine has one.

    Raises UnavailableError without apt-get and brew, or if the installation fails.
    """
    if program := find_server_program(host, settings):
        host.console.step("mysql", f"{program.version} is already installed: {program.path}")
        return
    wanted = settings.mysql_version
    missing = f"no {wanted or 'server'} on this machine: installing one"
    if host.which("apt-get"):
        host.console.step("mysql", f"{missing} with apt-get (without a service)")
        _install_by_apt(host, wanted)
    elif host.which("brew"):
        host.console.step("mysql", f"{missing} with brew (without a service)")
        _install(host, ["brew", "install", wanted.flavour.lower() if wanted else "mysql"])
    else:
        raise UnavailableError(
            "this machine has neither apt-get nor brew",
            todo="install MySQL or MariaDB by hand; ci-kit can use any mysqld or mariadbd",
        )
    if host.dry:
        return
    program = require_server_program(host, settings) if wanted else find_server_program(host, settings)
    if program is None:
        raise UnavailableError(
            "the package was installed, but ci-kit finds no server program",
            todo="set mysqld to the path of the server program",
        )
    host.console.step("mysql", f"{program.version} is installed: {program.path}")


def _install_by_apt(host: Host, wanted: WantedVersion | None) -> None:
    _install(host, host.as_root(["apt-get", "update", "-qq"]))
    known = [
        names for names in _APT_PACKAGES if wanted is None or names[0].startswith(wanted.flavour.lower())
    ]
    packages = next((names for names in known if _has_candidate(host, names[0])), known[-1])
    options = ["-y", "-qq", "--no-install-recommends"]
    _install(
        host,
        host.as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *options, *packages]),
    )


def _has_candidate(host: Host, package: str) -> bool:
    policy = host.ask(Command(["apt-cache", "policy", package], env={"LC_ALL": "C"})).stdout
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def _install(host: Host, command: list[str]) -> None:
    """Run an installer; its long output is shown only if it fails."""
    with host.console.progress("mysql", " ".join(command)):
        done = host.run(command)
    if not done.ok:
        raise UnavailableError(
            "cannot install the server",
            why=f"`{' '.join(command)}` ended with {done.code}",
            details=tuple((done.stdout + done.stderr).splitlines()[-5:]),
            todo="fix the cause that the lines above name, or install MySQL or MariaDB by hand",
        )
