"""The time zone tables of a server, and its time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from ci_kit.host.machine import Host
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.sql import literal, statement
from ci_kit.mysql.prepare.time_zone import set_zone
from ci_kit.mysql.prepare.zone_tables import machine_zones
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings
from tests.support.private_server import running

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def session_of(host: Host, program: str, project: Path, **flags: str) -> Iterator[Session]:
    settings = load_settings(project, {}, {"mysqld": program, "timezone": "UTC"} | flags)
    with running(PrivateServer(host, settings, "a password")) as login, open_session(host, login) as session:
        yield session


@pytest.fixture(scope="module", params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def session(
    request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """A session at a server that has all zones from its template."""
    yield from session_of(host, request.getfixturevalue(request.param), tmp_path_factory.mktemp("project"))


@pytest.fixture(params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def bare_session(request: pytest.FixtureRequest, host: Host, tmp_path: Path) -> Iterator[Session]:
    """A session at a server with empty zone tables, like a new service of a machine."""
    program = request.getfixturevalue(request.param)
    yield from session_of(host, program, tmp_path, time_zone_tables="none")


def converted(session: Session, moments: list[datetime], zone: str) -> list[datetime | None]:
    listed = ", ".join(
        f"CONVERT_TZ('{moment:%Y-%m-%d %H:%M:%S}', '+00:00', {literal(zone)})" for moment in moments
    )
    return list(session.rows(f"SELECT {listed}")[0])


def test_all_zones_convert_times_like_python(session: Session) -> None:
    random = Random(20)
    first, last = datetime(1970, 1, 2, tzinfo=UTC), datetime(2037, 12, 30, tzinfo=UTC)
    span = int((last - first).total_seconds())
    for name in machine_zones():
        moments = [first + timedelta(seconds=random.randrange(span)) for _ in range(20)]
        expected = [moment.astimezone(ZoneInfo(name)).replace(tzinfo=None) for moment in moments]
        assert converted(session, moments, name) == expected, name


@pytest.mark.parametrize("name", ["Asia/Seoul", "America/New_York", "Europe/London"])
def test_times_around_each_change_of_a_zone_are_right(session: Session, name: str) -> None:
    zone = ZoneInfo(name)
    moment, last = datetime(1980, 1, 1, tzinfo=UTC), datetime(2037, 12, 30, tzinfo=UTC)
    near = []
    while moment < last:
        following = moment + timedelta(hours=6)
        if moment.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            near += [moment + timedelta(minutes=10 * step) for step in range(37)]
        moment = following
    assert near
    expected = [one.astimezone(zone).replace(tzinfo=None) for one in near]
    assert converted(session, near, name) == expected


def test_a_server_without_zones_gets_the_zone_of_the_run_and_utc(
    bare_session: Session, tmp_path: Path
) -> None:
    assert converted(bare_session, [NEW_YEAR], "Asia/Seoul") == [None]
    settings = load_settings(tmp_path, {}, {"timezone": "Asia/Seoul"})
    for _ in range(2):
        set_zone(bare_session, settings)
    assert converted(bare_session, [NEW_YEAR], "Asia/Seoul") == [datetime.fromisoformat("2026-01-01 09:00")]
    assert bare_session.rows("SELECT Name FROM mysql.time_zone_name ORDER BY Name") == [
        ("Asia/Seoul",),
        ("UTC",),
    ]
    assert bare_session.rows("SELECT @@GLOBAL.time_zone, TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(), NOW())") == [
        ("Asia/Seoul", 9)
    ]


def test_the_zone_utc_is_loaded_only_once(bare_session: Session, tmp_path: Path) -> None:
    set_zone(bare_session, load_settings(tmp_path, {}, {"timezone": "UTC"}))
    assert bare_session.rows("SELECT Name FROM mysql.time_zone_name") == [("UTC",)]


def test_a_server_without_zones_gets_all_zones_if_the_settings_ask_for_them(
    bare_session: Session, tmp_path: Path
) -> None:
    set_zone(bare_session, load_settings(tmp_path, {}, {"time_zone_tables": "all"}))
    found = bare_session.rows("SELECT Name FROM mysql.time_zone_name")
    assert {name for (name,) in found} == set(machine_zones())


def test_a_zone_with_the_same_time_only_in_winter_is_not_the_same(
    bare_session: Session, tmp_path: Path
) -> None:
    bare_session.execute(statement("SET GLOBAL time_zone = '+00:00'"))
    bare_session.execute(statement("SET SESSION time_zone = '+00:00'"))
    set_zone(bare_session, load_settings(tmp_path, {}, {"timezone": "Europe/London"}))
    assert bare_session.rows("SELECT @@GLOBAL.time_zone") == [("Europe/London",)]


def test_without_zone_tables_a_server_gets_the_current_offset_of_the_zone(
    bare_session: Session, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, {}, {"timezone": "Asia/Kolkata", "time_zone_tables": "none"})
    set_zone(bare_session, settings)
    assert bare_session.rows("SELECT @@GLOBAL.time_zone") == [("+05:30",)]
