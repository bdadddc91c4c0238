"""Measures the time until a server answers a query, in four ways, with the same server program."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.arguments import parse_arguments
from benchmarks.bare import BareServer, end
from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings

CI_KIT = "ci-kit, with password and database"


def main() -> None:
    arguments = parse_arguments(__doc__, products=["MySQL"])
    host = Host(Console(verbosity=-1))
    with tempfile.TemporaryDirectory() as project:
        settings = load_settings(Path(project), {}, {"mysqld": arguments.mysqld})

        def private() -> None:
            with ExitStack() as cleanup:
                PrivateServer(host, settings, "password").start(cleanup).ready()

        bare = BareServer(arguments.mysqld)
        try:
            ways = {
                "bare server on an initialised datadir": lambda: end(bare.boot(bare.initialised)),
                CI_KIT: private,
                "initialise and boot": bare.initialise_and_boot,
                "the steps of the image's entrypoint": bare.entrypoint,
            }
            times = measure(ways, arguments.rounds)
        finally:
            bare.remove()
    print(table(times, CI_KIT))


if __name__ == "__main__":
    main()
