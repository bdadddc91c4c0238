"""What a run does about its tests, and what pytest made of it.

The plugin ``lent/ci_kit_selection`` reads the plan, and leaves its facts beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ci_kit.host.machine import Host
from ci_kit.testing.selection.measured import Measured

_FILE = "selection.json"


@dataclass(frozen=True)
class Change:
    """Something that changed, as in ``app/users.py:10-14 rename``, and the number of tests it affects."""

    what: str
    tests: int


@dataclass(frozen=True)
class Selection:
    """What a run did about the setting changed, or about failed tests.

    ``everything`` is why all tests ran although ``changed`` is on; empty if they did not, or if it is off.
    ``skipped`` tests were left out, because no change affects them; ``ran`` were not. ``new`` ones of these
    had not been measured. ``failed`` is the number of tests that failed last time and came first. ``notes``
    are more messages for the user.
    """

    everything: str = ""
    ran: int = 0
    skipped: int = 0
    new: int = 0
    changes: tuple[Change, ...] = ()
    failed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether tests were left out."""
        return self.skipped > 0


def total_selection(selections: Iterable[Selection | None]) -> Selection | None:
    """What several runs did together; None if none of them left out tests."""
    partial = [one for one in selections if one and one.partial]
    if not partial:
        return None
    changes = Counter[str]()
    for one in partial:
        changes.update({change.what: change.tests for change in one.changes})
    return Selection(
        ran=sum(one.ran for one in partial),
        skipped=sum(one.skipped for one in partial),
        new=sum(one.new for one in partial),
        changes=tuple(Change(what, tests) for what, tests in changes.items()),
        notes=tuple(dict.fromkeys(note for one in partial for note in one.notes)),
    )


@dataclass(frozen=True)
class Plan:
    """What pytest is to do. Without ``measured``, all tests run.

    ``first`` are tests that come first, and ``run`` those that a change affects; all others that were
    ``measured`` are left out. ``everything`` is why none is. With ``record``, pytest records what each test
    executes; ``files`` are then the digests of all files of the repository, and ``environment`` is a digest
    of what decides besides them.
    """

    first: frozenset[str] = frozenset()
    measured: Measured | None = None
    run: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    everything: str = ""
    record: bool = False
    environment: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    top: Path = Path()

    @property
    def empty(self) -> bool:
        """Whether pytest has nothing to do about it."""
        return not self.first and self.measured is None and not self.record


NO_PLAN = Plan()


def selection_arguments(host: Host, plan: Plan, folder: Path) -> list[str]:
    """The arguments that make pytest follow a plan; ``folder`` is for the files of this command."""
    if plan.empty:
        return []
    known = plan.measured
    document = {
        "first": sorted(plan.first),
        "known": sorted(known.tests) if known else None,
        "run": sorted(plan.run),
        "packages": known.packages if known else "",
        "record": plan.record,
    }
    host.write(folder / _FILE, json.dumps(document), shown="")
    return ["-p", "ci_kit_selection", f"--ci-kit-selection={folder / _FILE}"]


def nothing_affected(folder: Path) -> bool:
    """Whether the command with this folder ran no test, because no change affects one."""
    found = list(_facts(folder))
    return any(one.get("skipped") for one in found) and not any(one.get("ran") for one in found)


def packages_of(run_folder: Path) -> str:
    """The digest of the installed packages that the plugin found; empty if it differs or is unknown."""
    found = {str(one["packages"]) for one in _all_facts(run_folder) if "packages" in one}
    return found.pop() if len(found) == 1 else ""


def imported_at_startup(run_folder: Path) -> frozenset[str]:
    """The paths of the Python files that pytest had imported before it collected the tests."""
    return frozenset(str(path) for one in _all_facts(run_folder) for path in one.get("startup", ()))


def with_processes(run_folder: Path) -> frozenset[str]:
    """The contexts in which another process started."""
    return frozenset(str(name) for one in _all_facts(run_folder) for name in one.get("processes", ()))


def unrecorded(run_folder: Path) -> str:
    """Why what the tests execute could not be recorded; empty if it could."""
    return next((str(one["problem"]) for one in _all_facts(run_folder) if one.get("problem")), "")


def read_selection(plan: Plan, run_folder: Path) -> Selection:
    """What the commands of a run made of the plan."""
    numbers = dict.fromkeys(("ran", "skipped", "new", "first"), 0)
    everything, notes = plan.everything, dict[str, None]()
    for folder in _folders(run_folder):
        found = list(_facts(folder))
        for name in numbers:
            # Each worker of pytest-xdist collects all tests.
            numbers[name] += max((int(one.get(name, 0)) for one in found), default=0)
        for one in found:
            everything = everything or str(one.get("everything", ""))
            if rival := one.get("rival"):
                notes[f"failed-first had no effect, because pytest's option {rival} orders the tests"] = None
    return Selection(
        everything,
        numbers["ran"],
        numbers["skipped"],
        numbers["new"],
        () if everything else plan.changes,
        numbers["first"],
        tuple(notes),
    )


def _folders(run_folder: Path) -> list[Path]:
    return sorted(path.parent for path in run_folder.glob(f"*/{_FILE}"))


def _all_facts(run_folder: Path) -> Iterator[dict[str, Any]]:
    for folder in _folders(run_folder):
        yield from _facts(folder)


def _facts(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{_FILE}.*")):
        if not path.name.endswith("~"):
            yield json.loads(path.read_text(encoding="utf-8"))
