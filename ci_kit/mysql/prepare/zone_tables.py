"""The zones a server knows by name, for ``CONVERT_TZ`` and ``SET time_zone``.

Servers come with empty zone tables and a program that fills them; that program is not in every package, reads
no rule for the years after a file's last transition, and writes a statement a zone. Here the same rows come
from the same files in a few statements.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from ci_kit.mysql.client.sql import literal

# The tables hold these seconds since 1970, as a server's own program writes them.
_FIRST, _LAST = -(2**31), 2**31 - 1
# The header of a TZif file (RFC 9636, 3.1): magic, version, then the numbers of UT/local and standard/wall
# indicators, leap seconds, transitions, types, and the bytes of the abbreviations.
_HEADER = struct.Struct(">4sc15x6l")
_TYPE = struct.Struct(">lBB")
# A server that initialises a datadir reads statements of at most 20,000 bytes.
_ROWS_A_STATEMENT = 400


@dataclass(frozen=True)
class _Type:
    """A local time type: seconds east of UTC, whether it is summer time, its abbreviation."""

    offset: int
    summer: bool
    abbreviation: str


@dataclass(frozen=True)
class _Zone:
    """Local time types, and from which second (since 1970) which of them holds."""

    types: tuple[_Type, ...]
    transitions: tuple[tuple[int, int], ...]


def known_zones() -> list[str]:
    """The names of all zones of this machine."""
    return sorted(name for name in available_timezones() if _path(name))


def zones_edition() -> str:
    """A text that changes when the machine's zone files are replaced by newer ones."""
    return " ".join(
        f"{folder} {Path(folder).stat().st_mtime_ns}" for folder in TZPATH if Path(folder).is_dir()
    )


def zone_statements(names: Iterable[str], *, first_id: int = 1) -> Iterator[str]:
    """Statements that add zones to a server's tables, in place of those of the same names.

    ``first_id`` is the first ``Time_zone_id`` that is free. Zones of one content share an id. Names of which
    this machine has no file are left out.
    """
    ids: dict[_Zone, int] = {}
    name_rows = []
    for name in names:
        if (path := _path(name)) is not None:
            number = ids.setdefault(_read(path, name), first_id + len(ids))
            name_rows.append((name, number))
    if not name_rows:
        return
    for some in _chunks([literal(name) for name, _ in name_rows]):
        yield f"DELETE FROM mysql.time_zone_name WHERE Name IN ({some})"  # noqa: S608  (quoted above)
    yield from _inserts("time_zone", ((number, "N") for number in ids.values()))
    yield from _inserts("time_zone_name", name_rows)
    yield from _inserts(
        "time_zone_transition_type",
        (
            (number, index, one.offset, int(one.summer), one.abbreviation)
            for zone, number in ids.items()
            for index, one in enumerate(zone.types)
        ),
    )
    yield from _inserts(
        "time_zone_transition",
        ((number, *transition) for zone, number in ids.items() for transition in zone.transitions),
    )


def _inserts(table: str, rows: Iterable[Sequence[int | str]]) -> Iterator[str]:
    values = [f"({', '.join(str(v) if isinstance(v, int) else literal(v) for v in row)})" for row in rows]
    for some in _chunks(values):
        yield f"INSERT INTO mysql.{table} VALUES {some}"  # noqa: S608  (quoted above)


def _chunks(values: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(values), _ROWS_A_STATEMENT):
        yield ", ".join(values[start : start + _ROWS_A_STATEMENT])


def _path(name: str) -> Path | None:
    paths = (Path(folder, name) for folder in TZPATH)
    return next((path for path in paths if path.is_file()), None)


def _read(path: Path, name: str) -> _Zone:
    """A zone from its TZif file (RFC 9636), with the transitions its rule gives for the years until 2038."""
    data = path.read_bytes()
    _, version, *counts = _HEADER.unpack_from(data)
    if version == b"\0":
        zone, _ = _block(data, 0, "l")
        return _within(zone)
    # The block of 32-bit times before it may be empty.
    zone, end = _block(data, _HEADER.size + _length(counts, 4), "q")
    rule = data[end:].strip(b"\n").decode()
    # One that names a summer time gives it with a comma: EST5EDT,M3.2.0,M11.1.0
    return _within(_prolonged(zone, ZoneInfo(name)) if "," in rule else zone)


def _length(counts: Sequence[int], size: int) -> int:
    ut, standard, leaps, times, types, characters = counts
    return times * (size + 1) + types * _TYPE.size + characters + leaps * (size + 4) + standard + ut


def _block(data: bytes, start: int, time: str) -> tuple[_Zone, int]:
    """The block at an offset, with its times of a ``struct`` type, and the offset of what follows it."""
    _, _, *counts = _HEADER.unpack_from(data, start)
    _, _, _, times, types, characters = counts
    size = struct.calcsize(f">{time}")
    at = start + _HEADER.size
    seconds = struct.unpack_from(f">{times}{time}", data, at)
    indices = data[at + times * size : at + times * (size + 1)]
    at += times * (size + 1)
    names = data[at + types * _TYPE.size :][:characters]
    kinds = tuple(
        _Type(offset, bool(summer), names[where : names.index(b"\0", where)].decode())
        for offset, summer, where in _TYPE.iter_unpack(data[at : at + types * _TYPE.size])
    )
    zone = _Zone(kinds, tuple(zip(seconds, indices, strict=True)))
    return zone, start + _HEADER.size + _length(counts, size)


def _within(zone: _Zone) -> _Zone:
    """The zone between the first and the last second that the tables hold."""
    earlier = [index for second, index in zone.transitions if second <= _FIRST]
    # Before its first transition, a zone has its first type.
    start = (_FIRST, earlier[-1] if earlier else 0)
    return _Zone(zone.types, (start, *(one for one in zone.transitions if _FIRST < one[0] <= _LAST)))


def _prolonged(zone: _Zone, rule: ZoneInfo) -> _Zone:
    """The zone with the transitions after its last one, by what Python knows of its rule."""
    types, transitions = list(zone.types), list(zone.transitions)
    week = int(timedelta(weeks=1).total_seconds())
    second = transitions[-1][0] if transitions else _FIRST
    present = _local(second, rule)
    while (following := min(second + week, _LAST)) > second:
        # No two changes of a rule are within a week.
        if _local(following, rule) != present:
            change = _first(second, following, lambda at, was=present: _local(at, rule) != was)  # type: ignore[misc]
            present = _local(change, rule)
            if present not in types:
                types.append(present)
            transitions.append((change, types.index(present)))
        second = following
    return _Zone(tuple(types), tuple(transitions))


def _local(second: int, rule: ZoneInfo) -> _Type:
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(rule)
    offset, summer = moment.utcoffset() or timedelta(), bool(moment.dst())
    return _Type(int(offset.total_seconds()), summer, moment.tzname() or "")


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first second after ``low`` for which something holds, as it does for ``high``."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
