"""The arguments of the benchmarks that run a server program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from pathlib import Path

from ci_kit.console import Console
from ci_kit.errors import CiKitError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.version import ask_version
from tests.support import mysql97
from tests.support.unavailable import Unavailable


def parse_arguments(
    description: str | None, *, products: Collection[str] = ("MySQL", "MariaDB")
) -> argparse.Namespace:
    """The arguments: ``mysqld``, the path of a server program of one of the products, and ``rounds``.

    Without a path, it is the MySQL of the tests, which is downloaded once.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--mysqld", help="path of the server program (default: the MySQL of the tests)")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    try:
        arguments.mysqld = arguments.mysqld or str(mysql97.mysqld())
        version, _ = ask_version(Host(Console(verbosity=-1)), Path(arguments.mysqld))
    except (CiKitError, Unavailable) as problem:
        sys.exit(f"{problem}\nName a server program with --mysqld.")
    if version is None or version.flavour not in products:
        found = version or "not a server program"
        parser.error(f"--mysqld: expected {' or '.join(products)}, but {arguments.mysqld} is {found}")
    return arguments
