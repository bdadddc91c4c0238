"""Getting a server program onto the machine."""

from __future__ import annotations

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.mysql.private.program import find_server_program
from ci_kit.settings.settings import Settings

# The server programs alone: the full packages would start a service on port 3306 as well.
# MariaDB's initialises a datadir with a program of its client package.
_APT_PACKAGES = (
    ("mysql-server-core",),
    ("mysql-server-core-8.4",),
    ("mysql-server-core-8.0",),
    ("mariadb-server-core", "mariadb-client-core"),
)


def install(host: Host, settings: Settings) -> None:
    """Install a server if there is none. Raises UnavailableError where neither apt nor brew can."""
    if program := find_server_program(host, settings):
        host.console.step("mysql", f"{program.version} is there already: {program.path}")
        return
    if host.which("apt-get"):
        _install_by_apt(host)
    elif host.which("brew"):
        host.console.step("mysql", "no server on this machine: installing it by brew (no service is started)")
        _install(host, ["brew", "install", "mysql"])
    else:
        raise UnavailableError(
            "this machine has neither apt-get nor brew",
            todo="install MySQL or MariaDB by your system's own means; ci-kit runs any mysqld or mariadbd",
        )
    if host.dry:
        return
    program = find_server_program(host, settings)
    if program is None:
        raise UnavailableError("the package was installed and brought no server program that ci-kit finds")
    host.console.step("mysql", f"{program.version} is installed: {program.path}")


def _install_by_apt(host: Host) -> None:
    host.console.step(
        "mysql", "no server on this machine: installing its program by apt-get (no service is set up)"
    )
    _install(host, host.as_root(["apt-get", "update", "-qq"]))
    packages = next((names for names in _APT_PACKAGES if _has_candidate(host, names[0])), _APT_PACKAGES[-1])
    options = ["-y", "-qq", "--no-install-recommends"]
    _install(
        host,
        host.as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *options, *packages]),
    )


def _has_candidate(host: Host, package: str) -> bool:
    policy = host.ask(Command(["apt-cache", "policy", package], env={"LC_ALL": "C"})).stdout
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def _install(host: Host, command: list[str]) -> None:
    """Run an installer, which takes a while and has much to say; it is heard if it fails."""
    with host.console.progress("mysql", " ".join(command)):
        done = host.run(command)
    if not done.ok:
        raise UnavailableError(
            "the server could not be installed",
            why=f"`{' '.join(command)}` ended with {done.code}",
            details=tuple((done.stdout + done.stderr).splitlines()[-5:]),
            todo="mend what it says above, or install MySQL or MariaDB by hand",
        )
