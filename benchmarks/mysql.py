"""The time until a server answers a query, four ways, with the same server program."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.bare import Bare, end
from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings

CI_KIT = "ci-kit, password and database included"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mysqld", default="", help="the server program; the first one found by default")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    host = Host(Console(verbosity=-1))
    with tempfile.TemporaryDirectory() as project:
        settings = load_settings(Path(project), {}, {"mysqld": given.mysqld or None})

        def private() -> None:
            with ExitStack() as cleanup:
                PrivateServer(host, settings, "password").start(cleanup).ready()

        bare = Bare(given.mysqld or host.which("mysqld") or "mysqld")
        try:
            ways = {
                "bare server on an initialised datadir": lambda: end(bare.boot(bare.initialised)),
                CI_KIT: private,
                "initialise and boot": bare.initialise_and_boot,
                "the image's entrypoint: initialise, set up, boot": bare.entrypoint,
            }
            taken = measure(ways, given.rounds)
        finally:
            bare.remove()
    print(table(taken, CI_KIT))


if __name__ == "__main__":
    main()
