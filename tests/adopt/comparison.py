"""Runs a workflow of the corpus before and after its adoption, and compares the tests."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.adopt.adopting import Adoption, adopt
from tests.adopt.cases import Case
from tests.adopt.workplace import Outcome, Workplace


@dataclass(frozen=True)
class Comparison:
    """A workflow, what adopt made of it, and the two runs. Without a change there is no second run."""

    case: Case
    adoption: Adoption
    before: Outcome
    after: Outcome | None

    @property
    def problems(self) -> Iterator[str]:
        """One message for each thing that is wrong."""
        if not self.before.tests or not self.before.is_green:
            yield f"it is not green before:\n{self.before.log}"
        if self.after is None:
            if self.case.must_change:
                yield f"adopt has not changed it:\n{self.adoption.text}"
        elif not self.after.is_green or self.after.tests != self.before.tests:
            yield f"{counts(self.before)} before, {counts(self.after)} after:\n{self.after.log}"


def compare(case: Case, workplace: Workplace) -> Comparison:
    """Run the workflow, adopt it, and run it again if it has changed."""
    with tempfile.TemporaryDirectory() as folder:
        adoption = adopt(case, Path(folder))
    before = workplace.run(case, case.data)
    changed = adoption.data != case.data
    return Comparison(case, adoption, before, workplace.run(case, adoption.data) if changed else None)


def counts(outcome: Outcome) -> str:
    """The number of tests of each outcome, such as ``5 passed, 1 skipped``."""
    found = Counter(outcome.tests.values())
    return ", ".join(f"{number} {name}" for name, number in sorted(found.items())) or "no tests"
