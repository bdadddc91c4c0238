"""The time zone tables of a server, for zone names in ``CONVERT_TZ`` and ``SET time_zone``.

A new server has empty tables, and a program that fills them from the machine's zone files. Not every package
contains that program. It ignores the rule for the years after a file's last transition, and it writes one
statement for each zone. This module makes the same rows from the same files in a few statements.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from ci_kit.mysql.client.sql import literal

# The first and the last second, counted from 1970, that a server's own program writes into the tables.
_FIRST, _LAST = -(2**31), 2**31 - 1
# The header of a TZif file (RFC 9636, 3.1): magic number, version, and six counts. They are the numbers of
# UT/local indicators, standard/wall indicators, leap seconds, transitions and types, and the bytes of the
# abbreviations.
_HEADER = struct.Struct(">4sc15x6l")
_TYPE = struct.Struct(">lBB")
# While a server initialises a datadir, it reads statements of at most 20,000 bytes.
_ROWS_PER_STATEMENT = 400


@dataclass(frozen=True)
class _LocalTimeType:
    """A local time type: its offset in seconds east of UTC, whether it is summer time, its abbreviation."""

    offset: int
    summer: bool
    abbreviation: str


@dataclass(frozen=True)
class _Zone:
    """The local time types of a zone, and its transitions.

    A transition is a second since 1970, and the index of the type that is valid from then on.
    """

    types: tuple[_LocalTimeType, ...]
    transitions: tuple[tuple[int, int], ...]


def machine_zones() -> list[str]:
    """The names of all zones that this machine has files of."""
    return sorted(name for name in available_timezones() if _path(name))


def zone_files_version() -> str:
    """A text that changes when newer files replace the machine's zone files."""
    return " ".join(
        f"{folder} {Path(folder).stat().st_mtime_ns}" for folder in TZPATH if Path(folder).is_dir()
    )


def zone_statements(names: Iterable[str], *, first_id: int = 1) -> Iterator[str]:
    """The statements that add zones to a server's tables, and replace zones with the same names.

    ``first_id`` is the first free ``Time_zone_id``. Zones with the same content share an id. A name without
    a file on this machine is skipped.
    """
    ids: dict[_Zone, int] = {}
    name_rows = []
    for name in names:
        if (path := _path(name)) is not None:
            number = ids.setdefault(_read_zone(path, name), first_id + len(ids))
            name_rows.append((name, number))
    if not name_rows:
        return
    for chunk in _chunks([literal(name) for name, _ in name_rows]):
        yield f"DELETE FROM mysql.time_zone_name WHERE Name IN ({chunk})"  # noqa: S608  (quoted above)
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
    for chunk in _chunks(values):
        yield f"INSERT INTO mysql.{table} VALUES {chunk}"  # noqa: S608  (quoted above)


def _chunks(values: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(values), _ROWS_PER_STATEMENT):
        yield ", ".join(values[start : start + _ROWS_PER_STATEMENT])


def _path(name: str) -> Path | None:
    paths = (Path(folder, name) for folder in TZPATH)
    return next((path for path in paths if path.is_file()), None)


def _read_zone(path: Path, name: str) -> _Zone:
    """A zone from its TZif file (RFC 9636), with the transitions that its rule gives until 2038."""
    data = path.read_bytes()
    _, version, *counts = _HEADER.unpack_from(data)
    if version == b"\0":
        zone, _ = _read_block(data, 0, "l")
        return _in_table_range(zone)
    # From version 2 on, a block of 64-bit times follows the block of 32-bit times, which may be empty.
    zone, end = _read_block(data, _HEADER.size + _block_length(counts, 4), "q")
    rule = data[end:].strip(b"\n").decode()
    # A rule with summer time has a comma: EST5EDT,M3.2.0,M11.1.0
    return _in_table_range(_with_rule_transitions(zone, ZoneInfo(name)) if "," in rule else zone)


def _block_length(counts: Sequence[int], size: int) -> int:
    """The bytes of a block after its header; each time in it has ``size`` bytes."""
    ut, standard, leaps, times, types, characters = counts
    return times * (size + 1) + types * _TYPE.size + characters + leaps * (size + 4) + standard + ut


def _read_block(data: bytes, start: int, time: str) -> tuple[_Zone, int]:
    """The zone in the block at an offset, and the offset after the block.

    ``time`` is the ``struct`` format of one time.
    """
    _, _, *counts = _HEADER.unpack_from(data, start)
    _, _, _, times, types, characters = counts
    size = struct.calcsize(f">{time}")
    at = start + _HEADER.size
    seconds = struct.unpack_from(f">{times}{time}", data, at)
    indices = data[at + times * size : at + times * (size + 1)]
    at += times * (size + 1)
    names = data[at + types * _TYPE.size :][:characters]
    local_times = tuple(
        _LocalTimeType(offset, bool(summer), names[where : names.index(b"\0", where)].decode())
        for offset, summer, where in _TYPE.iter_unpack(data[at : at + types * _TYPE.size])
    )
    zone = _Zone(local_times, tuple(zip(seconds, indices, strict=True)))
    return zone, start + _HEADER.size + _block_length(counts, size)


def _in_table_range(zone: _Zone) -> _Zone:
    """The zone between the first and the last second of the tables."""
    earlier = [index for second, index in zone.transitions if second <= _FIRST]
    # Before its first transition, a zone has its first type.
    start = (_FIRST, earlier[-1] if earlier else 0)
    return _Zone(zone.types, (start, *(one for one in zone.transitions if _FIRST < one[0] <= _LAST)))


def _with_rule_transitions(zone: _Zone, rule: ZoneInfo) -> _Zone:
    """The zone with the transitions that its rule adds after the last one in the file.

    Python's ``zoneinfo`` evaluates the rule.
    """
    types, transitions = list(zone.types), list(zone.transitions)
    week = int(timedelta(weeks=1).total_seconds())
    second = transitions[-1][0] if transitions else _FIRST
    present = _local_time(second, rule)
    while (following := min(second + week, _LAST)) > second:
        # The changes of a rule are more than a week apart.
        if _local_time(following, rule) != present:
            change = _first_second(second, following, lambda at, was=present: _local_time(at, rule) != was)  # type: ignore[misc]
            present = _local_time(change, rule)
            if present not in types:
                types.append(present)
            transitions.append((change, types.index(present)))
        second = following
    return _Zone(tuple(types), tuple(transitions))


def _local_time(second: int, rule: ZoneInfo) -> _LocalTimeType:
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(rule)
    offset, summer = moment.utcoffset() or timedelta(), bool(moment.dst())
    return _LocalTimeType(int(offset.total_seconds()), summer, moment.tzname() or "")


def _first_second(low: int, high: int, changed: Callable[[int], bool]) -> int:
    """The first second after ``low`` with ``changed``, by bisection; ``high`` is one."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if changed(middle) else (middle, high)
    return high
