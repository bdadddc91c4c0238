"""Compares the machine's service alone with the service as ci-kit uses it.

Boots a machine like GitHub's (see tests/runner) whose data is on a disk, as on a GitHub-hosted runner.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.side_by_side import measure, table
from benchmarks.tuning import suite
from ci_kit.console import Console
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.service.server import ServiceServer
from ci_kit.settings.loading import load_settings

ROOT = Path(__file__).parents[1]
DATA, PRISTINE = "/var/lib/mysql", "/mnt/pristine"
STOCK = "systemctl start mysql"


def run_on_a_machine(rounds: int) -> str:
    """Boot a machine, copy this benchmark into it, and return what it prints there."""
    from tests.runner.machine import Machine
    from tests.runner.packages import installed

    home = "/home/runner"
    with (
        tempfile.TemporaryDirectory() as disk,
        Machine.boot(Machine.build_image(), disk=Path(disk)) as machine,
    ):
        machine.copy_in(installed(), f"{home}/packages")
        for name in ("benchmarks", "ci_kit"):
            machine.copy_in(ROOT / name, f"{home}/{name}")
        machine.run(
            f"cp -a {DATA} {PRISTINE} && mkdir /mnt/data && mount --bind /mnt/data {DATA}", user="root"
        )
        command = ["python3", "-m", "benchmarks.service", "--here", f"--rounds={rounds}"]
        env = {"PYTHONPATH": f"{home}:{home}/packages", "MYSQL_PASSWORD": "password"}
        env |= {"CI_KIT_DISPOSABLE_MACHINE": "true", "CI_KIT_SYSTEM_TIMEZONE": "false"}
        return machine.run(command, env=env, timeout=900).stdout


def run_here(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as project:
        settings = load_settings(Path(project), {})

        def ready() -> None:
            runner = Runner(Host(Console(verbosity=-1)))
            with ExitStack() as cleanup:
                ServiceServer(runner, settings, "password").start(cleanup).ready().keep()

        def command() -> None:
            ci_kit("mysql", "up", "-q", "-C", project)

        def stock() -> None:
            as_root("systemctl", "start", "mysql")

        print("Until the database is ready, with a service that has never run\n")
        ways = {STOCK: stock, "ci-kit, with password and database": ready, "ci-kit mysql up": command}
        print(table(measure(ways, rounds, before=reset), STOCK))

        print("\nA suite with many table changes (DDL) and commits\n")
        reset()
        ready()
        password = {"unix_socket": "/run/mysqld/mysqld.sock", "user": "root", "password": "password"}
        times: dict[str, list[float]] = {}
        # Not in turn: each change of settings needs a restart.
        for name in ("ci-kit's settings", "the service's own settings"):
            times |= measure({name: lambda: suite(**password)}, rounds)
            ci_kit("mysql", "down", "-q", "-C", project)
            stock()
        print(table(times, "ci-kit's settings"))


def reset() -> None:
    """Stop the service, restore its first data, and remove all files of ci-kit."""
    as_root("systemctl", "stop", "mysql")
    as_root(
        "sh", "-c", f"rm -rf {DATA}/* /etc/mysql/*/zz-ci-kit* ~runner/.cache; cp -a {PRISTINE}/. {DATA}; sync"
    )


def as_root(*words: str) -> None:
    subprocess.run(["sudo", "-n", *words], check=True)


def ci_kit(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "ci_kit", *words], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--here", action="store_true", help="run on this machine; this changes its MySQL")
    arguments = parser.parse_args()
    if arguments.here:
        run_here(arguments.rounds)
    else:
        print(run_on_a_machine(arguments.rounds), end="")


if __name__ == "__main__":
    main()
