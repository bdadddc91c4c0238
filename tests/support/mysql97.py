"""A real MySQL 9.7 server from Debian's unstable suite, also if this machine has another one.

`python -m tests.support.mysql97` prints the path of mysqld.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support import apt_sources, apt_unpack
from tests.support.apt_unpack import Bundle, Program
from tests.support.unavailable import Unavailable

MYSQL = Bundle(
    name="mysql",
    packages=("mysql-server-core", "mysql-client-core"),
    at_least="9.7",
    sources=lambda: [apt_sources.debian("sid")],
    keep=(
        "sbin/mysqld",
        "bin/mysql",
        "bin/mysql_tzinfo_to_sql",
        "lib/mysql/plugin/*.so",
        "lib/*/*.so.*",
        "lib/*/libdb-*.so",
        "share/mysql/*/*",
        "share/doc/mysql-*/copyright",
    ),
    # For authentication services and telemetry that no test uses.
    drop=("lib/mysql/plugin/*_client.so", "lib/*/libperl.so.*"),
    programs=(
        Program(
            "sbin/mysqld",
            ("--basedir=$root/usr", "--lc-messages-dir=$root/usr/share/mysql"),
            first_stays_first=True,
        ),
        Program("bin/mysql"),
        Program("bin/mysql_tzinfo_to_sql"),
    ),
)


def mysqld() -> Path:
    """The path of the server; mysql and mysql_tzinfo_to_sql are in the same folder."""
    return apt_unpack.unpacked(MYSQL) / "bin" / "mysqld"


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{mysqld()}\n")
    except Unavailable as reason:
        sys.exit(str(reason))
