"""Which server it is, by what real ones say of themselves."""

from __future__ import annotations

import pytest

from ci_kit.mysql.client.version import Version, parse_version

SAID = {
    # SELECT VERSION()
    "8.0.46-0ubuntu0.24.04.1": "MySQL 8.0.46",
    "8.4.3": "MySQL 8.4.3",
    "9.7.4-2": "MySQL 9.7.4",
    "26.7.0": "MySQL 26.7.0",
    "5.7.44-log": "MySQL 5.7.44",
    "8.0.36-28": "MySQL 8.0.36",
    "5.5.5-10.11.19-MariaDB-0+deb12u1": "MariaDB 10.11.19",
    "10.11.19-MariaDB-0+deb12u1": "MariaDB 10.11.19",
    "11.8.3-MariaDB-ubu2404": "MariaDB 11.8.3",
    "5.5.5-10.4.34-MariaDB-log": "MariaDB 10.4.34",
    "11.4.8-MariaDB": "MariaDB 11.4.8",
    # The line of --version, from "Ver" on
    "8.0.46-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))": "MySQL 8.0.46",
    "9.7.4-2 for Linux on x86_64 (MySQL Community Server - GPL)": "MySQL 9.7.4",
    "10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)": "MariaDB 10.11.19",
    # All of that line
    "mysqld  Ver 8.0.46-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))": "MySQL 8.0.46",
    "/usr/sbin/mysqld  Ver 26.7.0 for Linux on x86_64 (MySQL Community Server - GPL)": "MySQL 26.7.0",
    "mariadbd  Ver 11.8.3-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64"
    " (-- Please help get to 10k stars at https://github.com/MariaDB/Server)": "MariaDB 11.8.3",
}


@pytest.mark.parametrize(("text", "expected"), SAID.items(), ids=range(len(SAID)))
def test_a_server_is_known_by_what_it_says(text: str, expected: str) -> None:
    assert str(parse_version(text)) == expected


@pytest.mark.parametrize("text", ["", "mysqld", "Ver", "version 8", "MariaDB", "8-0-46"])
def test_a_text_without_a_version_has_none(text: str) -> None:
    assert parse_version(text) is None


def test_versions_are_compared_by_number() -> None:
    older, newer = parse_version("9.7.4"), parse_version("26.7.0")
    assert older is not None
    assert newer is not None
    assert older.number < newer.number


def test_a_version_has_its_release_alone() -> None:
    assert Version("MySQL", (9, 7, 4)).text == "9.7.4"
