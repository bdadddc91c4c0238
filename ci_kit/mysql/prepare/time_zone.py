"""The time zone of a running server, and the named zones in its tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ci_kit.mysql.client.session import Session
from ci_kit.mysql.client.sql import literal, statement
from ci_kit.mysql.prepare.zone_tables import machine_zones, zone_statements
from ci_kit.settings.settings import Settings

_UTC = "UTC"


def set_zone(session: Session, settings: Settings) -> None:
    """Load the zones that the settings name into the server's tables, and set its time zone to the run's.

    A dry run does nothing here: it assumes a server with this time zone.
    """
    if session.dry:
        return
    _load_tables(session, settings)
    if _keeps_time_of(session, settings.timezone):
        return
    named = _has_zone(session, settings.timezone)
    value = literal(settings.timezone if named else _offset(settings.timezone))
    for scope in ("GLOBAL", "SESSION"):
        session.execute(statement(f"SET {scope} time_zone = {value}"))


def _load_tables(session: Session, settings: Settings) -> None:
    if settings.time_zone_tables == "none":
        return
    wanted = machine_zones() if settings.time_zone_tables == "all" else sorted({settings.timezone, _UTC})
    present = {name for (name,) in session.rows("SELECT Name FROM mysql.time_zone_name")}
    missing = [name for name in wanted if name not in present]
    if not missing:
        return
    rows = session.rows("SELECT MAX(Time_zone_id) FROM mysql.time_zone")
    for text in zone_statements(missing, first_id=(rows[0][0] or 0) + 1):
        session.execute(statement(text, shown=f"{text[:60]} …"))


def _has_zone(session: Session, zone: str) -> bool:
    """Whether the server's tables have the zone."""
    rows = session.rows(f"SELECT CONVERT_TZ('2000-01-01', '+00:00', {literal(zone)}) IS NOT NULL")
    return bool(rows[0][0])


def _keeps_time_of(session: Session, zone: str) -> bool:
    """Whether the server's time is the time of the zone, in summer and in winter."""
    now = datetime.now(UTC).replace(microsecond=0)
    moments = [now, now + timedelta(days=91), now + timedelta(days=182)]
    listed = ", ".join(f"FROM_UNIXTIME({int(moment.timestamp())})" for moment in moments)
    rows = session.rows(f"SELECT {listed}")
    expected = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    return list(rows[0]) == expected


def _offset(zone: str) -> str:
    """The current UTC offset of a zone, for example ``+09:00``, for a server without the zone."""
    text = datetime.now(ZoneInfo(zone)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
