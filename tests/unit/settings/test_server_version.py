"""The version that a project asks for: how it is written, what fits it, and its image."""

from __future__ import annotations

from typing import Any

import pytest

from ci_kit.mysql.client.version import Version
from ci_kit.settings.server_version import Flavour, WantedVersion, wanted_version


@pytest.mark.parametrize(
    ("written", "flavour", "number", "image"),
    [
        ("8.4", "MySQL", (8, 4), "mysql:8.4"),
        ("9", "MySQL", (9,), "mysql:9"),
        (9, "MySQL", (9,), "mysql:9"),
        ("9.7.4", "MySQL", (9, 7, 4), "mysql:9.7.4"),
        ("mysql-8.4", "MySQL", (8, 4), "mysql:8.4"),
        ("mysql8.0", "MySQL", (8, 0), "mysql:8.0"),
        ("MySQL 8.0.36", "MySQL", (8, 0, 36), "mysql:8.0.36"),
        ("mysql", "MySQL", (), "mysql:lts"),
        ("mariadb-11.4", "MariaDB", (11, 4), "mariadb:11.4"),
        ("mariadb:10.11", "MariaDB", (10, 11), "mariadb:10.11"),
        ("MariaDB", "MariaDB", (), "mariadb:lts"),
        (" v8.4 ", "MySQL", (8, 4), "mysql:8.4"),
    ],
)
def test_a_version_is_a_product_and_the_components_that_are_given(
    written: object, flavour: Flavour, number: tuple[int, ...], image: str
) -> None:
    version = wanted_version(written)
    assert version == WantedVersion(flavour, number)
    assert version.image == image


@pytest.mark.parametrize(
    ("wanted", "flavour", "number", "fits"),
    [
        ("8.4", "MySQL", (8, 4, 6), True),
        ("8.4", "MySQL", (8, 40, 1), False),
        ("8.0.4", "MySQL", (8, 0, 40), False),
        ("8", "MySQL", (8, 0, 36), True),
        ("9", "MySQL", (8, 4, 6), False),
        ("9.7.4", "MySQL", (9, 7, 4), True),
        ("9.7.4", "MySQL", (9, 7), False),
        ("8.4", "MariaDB", (8, 4, 1), False),
        ("mysql", "MySQL", (5, 7, 44), True),
        ("mysql", "MariaDB", (11, 4, 2), False),
        ("mariadb", "MariaDB", (10, 11, 19), True),
        ("mariadb-10.1", "MariaDB", (10, 11, 19), False),
        ("mariadb-10", "MariaDB", (10, 11, 19), True),
        ("mariadb-11.4", "MySQL", (11, 4), False),
    ],
)
def test_the_given_components_decide_whether_a_server_fits(
    wanted: str, flavour: Flavour, number: tuple[int, ...], fits: bool
) -> None:
    assert Version(flavour, number).fits(wanted_version(wanted)) is fits


def test_every_server_fits_without_a_version() -> None:
    assert wanted_version("") is None
    assert Version("MariaDB", (10, 11, 19)).fits(None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (8.4, "write it in quotes"),
        ("11.4", "for MariaDB, write mariadb-11.4"),
        ("10.11.6", "for MariaDB, write mariadb-10.11.6"),
        ("latest", "expected a version"),
        ("8.x", "expected a version"),
        ("percona-8.0", "expected a version"),
        ("8.4-debian", "expected a version"),
        (True, "expected a version"),
        (["8.4"], "expected a version"),
        ("-", "expected a version"),
    ],
)
def test_what_is_not_a_version_is_refused(written: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        wanted_version(written)
