"""A job with the step that runs its tests, seen from that step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ci_kit.adopt.document import Job, Step
from ci_kit.adopt.nodes import entries, value_at
from ci_kit.adopt.recognise.effects import TestRun
from ci_kit.adopt.units import StepReading, Unit
from ci_kit.adopt.values import Expressions, Scope, has_expression

_ALWAYS_TRUE = frozenset({"", "success()", "always()", "!cancelled()", "true"})


@dataclass(frozen=True)
class Part:
    """What becomes of a part of a job: ``inputs`` of the action, and the units that go."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Situation:
    """``blocked`` has the numbers of steps that cannot be changed, each with the reason."""

    job: Job
    readings: tuple[StepReading, ...]
    tests: StepReading
    blocked: Mapping[int, str] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """The variables that the tests have."""
        return self.tests.scope

    @property
    def expressions(self) -> Expressions:
        return self.scope.expressions

    @property
    def first(self) -> Unit:
        """The first command that runs tests."""
        return next(unit for unit in self.tests.units if unit.has(TestRun))

    @property
    def runs_on(self) -> str:
        """The label of the runner as it is written."""
        entry = self.job.entries.get("runs-on")
        return self.job.document.slice(entry.value) if entry else ""

    @property
    def number_of_services(self) -> int:
        return len(list(entries(value_at(self.job.node, "services"))))

    def before(self) -> Iterator[Unit]:
        """The commands before the tests, in their order."""
        for reading in self.readings:
            for unit in reading.units:
                if unit is self.first:
                    return
                yield unit

    def obstacle(self, unit: Unit) -> str:
        """Why a command before the tests cannot go; empty if it can."""
        step = unit.step
        if reason := self.blocked.get(step.number):
            return reason
        condition = plain_condition(step)
        if condition not in _ALWAYS_TRUE | {plain_condition(self.tests.step)}:
            return f"the step has the condition {condition}"
        return ""

    def value(self, text: str, *, prefer: str = "") -> str:
        """A value for an input. A variable that the tests have is preferred to its text.

        ``prefer`` is a part of the variable's name.
        """
        if prefer and not has_expression(text) and text:
            for name, value in self.scope.env.items():
                if value == text and prefer in name:
                    return self.expressions.stand_in(f"env.{name}")
        return text


def plain_condition(step: Step) -> str:
    """The condition of a step without the marks of an expression."""
    text = (step.text("if") or "").strip()
    if text.startswith("${{") and text.endswith("}}"):
        text = text[3:-2].strip()
    return text


def is_referenced(step: Step) -> bool:
    """Whether another step reads what this step has left."""
    name = step.text("id") or ""
    return bool(name) and re.search(rf"\bsteps\.{re.escape(name)}\b", step.document.text) is not None
