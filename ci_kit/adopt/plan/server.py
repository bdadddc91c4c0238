"""The server of a job: what sets it up, and whether the action can do the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.adopt.explanation import Change, Kept, Notes
from ci_kit.adopt.nodes import value_at
from ci_kit.adopt.plan.login import login_inputs
from ci_kit.adopt.plan.services import Service, services_of
from ci_kit.adopt.plan.set_up import SETS_UP, SetUp
from ci_kit.adopt.plan.situation import Part, Situation
from ci_kit.adopt.recognise.effects import Container, Sql, Unknown, Wait
from ci_kit.adopt.units import Unit

_PART = "the server"


@dataclass(frozen=True)
class ServerPlan:
    """The part, the service containers that go, and whether the server stays outside the action."""

    part: Part
    services: tuple[Service, ...] = ()
    stays: bool = False


@dataclass(frozen=True)
class _Reason:
    """Why the server is started by hand as before. A ``user`` needs it early, and changes nothing in it."""

    kept: Kept
    is_user: bool = False


def plan_server(situation: Situation, notes: Notes) -> ServerPlan:
    """What becomes of the server of a job."""
    set_up = _set_up(situation)
    reasons = list(_reasons(situation, set_up))
    if not (set_up.exists or reasons):
        return ServerPlan(Part({"mysql": "off"}))
    if reasons:
        notes.kept += [reason.kept for reason in reasons]
        # The action can use a service that is up, with what other commands have put into it.
        if all(reason.is_user for reason in reasons) and set_up.starts and not set_up.containers:
            return ServerPlan(Part({"mysql": "service", **login_inputs(set_up)}))
        return ServerPlan(Part({"mysql": "off"}), stays=True)
    inputs = {**set_up.product_inputs, **login_inputs(set_up), **set_up.data_inputs}
    _explain(set_up, inputs, notes)
    return ServerPlan(Part(inputs, set_up.units), set_up.services)


def _set_up(situation: Situation) -> SetUp:
    services = tuple(services_of(situation.job, situation.scope))
    before = list(situation.before())
    is_there = bool(services) or any(unit.has(*SETS_UP) for unit in before)
    # A pause may be for another container.
    others = len(services) < situation.number_of_services
    waits = [unit for unit in before if is_there and unit.has(Wait) and (_is_sure(unit) or not others)]
    units = tuple(unit for unit in before if unit.has(*SETS_UP) or unit in waits)
    return SetUp(situation, units, services)


def _is_sure(unit: Unit) -> bool:
    return all(effect.sure for effect in unit.effects if isinstance(effect, Wait))


def _reasons(situation: Situation, set_up: SetUp) -> Iterator[_Reason]:
    for unit in set_up.units:
        if why := situation.obstacle(unit):
            yield _because(unit, why)
    for one in set_up.services:
        if one.problem:
            yield _Reason(Kept(one.lines[0], _PART, f"the service container {one.name}: {one.problem}"))
    started = bool(set_up.services)
    for unit in situation.before():
        started = started or unit.has(*SETS_UP)
        for effect in unit.effects:
            if isinstance(effect, Unknown) and (effect.is_server or started):
                why = effect.why or "it may need the server before the tests"
                yield _because(unit, why, is_user=not effect.is_server)
    for problem in _contradictions(situation, set_up):
        yield _Reason(Kept(situation.tests.step.line, _PART, problem))


def _because(unit: Unit, why: str, *, is_user: bool = False) -> _Reason:
    return _Reason(Kept(unit.lines[0], _PART, f"`{unit.shown}`: {why}"), is_user)


def _contradictions(situation: Situation, set_up: SetUp) -> Iterator[str]:
    """Why the values of a set-up cannot be carried over."""
    if len(set_up.containers) + bool(set_up.starts) > 1:
        yield "the job starts several servers"
    yield from set_up.contradictions()
    if unset := set_up.unset_variables:
        yield f"the job sets no {', '.join(unset)}{_elsewhere(situation, unset[0])}"


def _elsewhere(situation: Situation, name: str) -> str:
    """Where else a variable has a value: the env of another job."""
    for job in situation.job.document.jobs:
        if (node := value_at(job.node, "env", name)) is not None:
            return f"; the env of the job {job.name} has it, line {node.start_mark.line + 1}: move it"
    return ""


def _explain(set_up: SetUp, inputs: dict[str, str], notes: Notes) -> None:
    written = set_up.situation.expressions.written
    names = [name if "password" in name else f"{name}: {written(value)}" for name, value in inputs.items()]
    became = ", ".join(names) or "the action, with the values of env"
    for one in set_up.services:
        notes.changes.append(Change(one.lines, f"the service container {one.name}", became))
    for unit in set_up.units:
        notes.changes.append(
            Change(unit.lines, unit.name, became if unit.has(Sql, Container) else "the action")
        )
