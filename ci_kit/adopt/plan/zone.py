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
    variable, zone = _variable(situation), _machine_zone(situation)
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


def conflicting_zones(situation: Situation) -> str:
    """Why the action cannot have the zones of a job: the machine's and that of TZ differ; empty if it can."""
    variable, zone = _variable(situation), _machine_zone(situation)
    if not (variable and zone) or variable == zone:
        return ""
    shown = situation.expressions.written
    return (
        f"the zone of the machine is {shown(zone)} and TZ is {shown(variable)}, and the action has one zone;"
        " remove one of them, and adopt again"
    )


def _variable(situation: Situation) -> str:
    return situation.scope.env.get("TZ", "").removeprefix(":")


def _machine_zone(situation: Situation) -> str:
    """The zone that commands give the machine; empty if there are none."""
    effects = [effect for unit in situation.before() for effect in unit.effects]
    names = [effect.name for effect in effects if isinstance(effect, Zone) and effect.name]
    return names[-1] if names else ""


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
