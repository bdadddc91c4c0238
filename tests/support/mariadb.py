"""A real MariaDB server: the one on this machine, or the one of its distribution.

`python -m tests.support.mariadb` prints the path of mariadbd.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.support import apt_sources, apt_unpack
from tests.support.apt_unpack import Bundle, Program
from tests.support.unavailable import Unavailable

MARIADB = Bundle(
    name="mariadb",
    packages=("mariadb-server-core", "mariadb-client-core"),
    at_least="10.6",
    sources=apt_sources.own_suites,
    keep=(
        "sbin/mariadbd",
        "bin/mariadb",
        "bin/mariadb-install-db",
        "bin/my_print_defaults",
        "bin/resolveip",
        "lib/mysql/plugin/*.so",
        "lib/*/*.so.*",
        "share/mysql/*/*",
        "share/mysql/*.sql",
        "share/doc/mariadb-*/copyright",
    ),
    # For authentication services and telemetry that no test uses.
    drop=("lib/mysql/plugin/*_client.so", "lib/*/libperl.so.*"),
    programs=(
        Program(
            "sbin/mariadbd",
            ("--basedir=$root/usr", "--lc-messages-dir=$root/usr/share/mysql"),
            first_stays_first=True,
        ),
        Program("bin/mariadb"),
        Program("bin/my_print_defaults"),
        Program("bin/resolveip"),
        Program("bin/mariadb-install-db", ("--basedir=$root/usr",), first_stays_first=True, script=True),
    ),
)


def mariadbd() -> Path:
    """The path of the server: the machine's own if it has one, otherwise a downloaded one."""
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else downloaded()


def downloaded() -> Path:
    """The path of the server from the distribution's packages, in one folder with its other programs."""
    return apt_unpack.unpacked(MARIADB) / "bin" / "mariadbd"


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{mariadbd()}\n")
    except Unavailable as reason:
        sys.exit(str(reason))
