"""Measures what runs tests in parallel, on both servers: workers, their kills, and shards.

It runs the benchmarks ``workers`` and ``shards`` one after another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.support import mariadb, mysql97


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20, help="of runs on each server")
    arguments = parser.parse_args()
    rounds, kills = f"--rounds={arguments.rounds}", f"--kills={arguments.kills}"
    mysql, maria = (f"--mysqld={path}" for path in (mysql97.mysqld(), mariadb.mariadbd()))
    for title, words in (
        ("MySQL", ("workers", mysql, rounds)),
        ("MySQL without its binary log", ("workers", mysql, rounds, "--no-binary-log")),
        ("MySQL, kills", ("workers", mysql, kills)),
        ("MariaDB", ("workers", maria, rounds)),
        ("MariaDB, kills", ("workers", maria, kills)),
        ("Shards", ("shards",)),
    ):
        print(f"\n{title}\n", flush=True)
        module, *flags = words
        subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *flags], check=True)


if __name__ == "__main__":
    main()
