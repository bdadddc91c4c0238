"""The time zone of a job."""

from __future__ import annotations

from ci_kit.adopt.explanation import Advice, Change, Kept, Notes
from ci_kit.adopt.plan.situation import Part, Situation
from ci_kit.adopt.recognise.effects import ServerStart, Unknown, Zone
from ci_kit.adopt.units import Unit


def plan_zone(situation: Situation, notes: Notes, *, server_stays: bool) -> Part:
    """The input ``timezone``, and the commands that set the zone.

    ``server_stays``: the server is started by hand, and takes its zone from the machine.
    """
    units = [unit for unit in situation.before() if unit.has(Zone) and not unit.has(Unknown)]
    variable = situation.scope.env.get("TZ", "").removeprefix(":")
    names = [effect.name for unit in units for effect in unit.effects if isinstance(effect, Zone)]
    zone = next((name for name in reversed(names) if name), "")
    if any(unit.has(Zone) and unit.has(Unknown) for unit in situation.before()):
        notes.kept.append(Kept(situation.tests.step.line, "the time zone", "a command does more than that"))
    gone = []
    for unit in units:
        if why := _obstacle(situation, unit, server_stays=server_stays):
            notes.kept.append(Kept(unit.lines[0], "the time zone", why))
        else:
            gone.append(unit)
    zone = variable or zone
    for unit in gone:
        notes.changes.append(Change(unit.lines, "the time zone", f"timezone: {_shown(zone, situation)}"))
    if variable:
        notes.advice.append(
            Advice(situation.tests.step.line, f"TZ stays in env; timezone is {_shown(zone, situation)} too")
        )
    return Part({"timezone": zone or "UTC"}, tuple(gone))


def _obstacle(situation: Situation, unit: Unit, *, server_stays: bool) -> str:
    if server_stays and _before_server(situation, unit):
        return "the server is started by hand after it, and takes its zone from the machine"
    return situation.obstacle(unit)


def _before_server(situation: Situation, unit: Unit) -> bool:
    units = list(situation.before())
    starts = [number for number, one in enumerate(units) if one.has(ServerStart)]
    return bool(starts) and units.index(unit) < starts[-1]


def _shown(zone: str, situation: Situation) -> str:
    return situation.expressions.written(zone or "UTC")
