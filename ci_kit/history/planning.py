"""What a run does about its tests, by what the history has of earlier runs."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import ci_kit
from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.history.folder import open_history
from ci_kit.history.kind import run_kind
from ci_kit.history.usual import median
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.settings import Settings
from ci_kit.testing.patch.repository import Repository, find_repository
from ci_kit.testing.selection.affected import find_affected
from ci_kit.testing.selection.measured import Measured
from ci_kit.testing.selection.plan import NO_PLAN, Change, Plan
from ci_kit.testing.selection.snapshot import take_snapshot

# Events whose run is not the last word: the branch has a run of all tests after it.
_FOR_CHANGES = ("pull_request", "pull_request_target")
# They decide which tests run, where they run, or what happens after them.
_WITHOUT_EFFECT = frozenset(
    {"fail-under", "patch-fail-under", "patch-base", "min-tests", "changed", "failed-first"}
    | {
        "changed-ignore",
        "measure-tests",
        "keep-mysql",
        "boot-timeout",
        "python",
        "workers",
        "one-server",
        "shard",
    }
)


def plan_tests(runner: Runner, settings: Settings, *, name: str, versions: str) -> Plan:
    """The plan of a run. ``name`` is that of the run; ``versions`` are those of its servers and Python.

    If nothing can be planned, all tests run in their usual order.
    """
    if runner.host.dry or not (settings.changed or settings.failed_first or settings.measure_tests):
        return NO_PLAN
    try:
        failed, measured = _remembered(runner, settings, name)
        plan = _plan(runner, settings, measured, frozenset(failed), versions)
    except UnavailableError as error:
        return Plan(everything=error.what if settings.changed else "")
    return replace(plan, first=frozenset(failed) if settings.failed_first else frozenset())


def usual_seconds(
    runner: Runner, settings: Settings, kinds: Sequence[tuple[str, str]]
) -> Mapping[str, float]:
    """The usual duration of each test by its node id, from the first kind of run that the history has.

    Empty without a history, or if it cannot be read.
    """
    if runner.host.dry or not settings.history:
        return {}
    try:
        with open_history(runner.host, settings.root / settings.history) as history:
            found = next((past.tests for kind in kinds if (past := history.tests(kind)).tests), {})
    except UnavailableError:
        return {}
    return {node: median(test.seconds) for node, test in found.items() if test.seconds}


def _remembered(runner: Runner, settings: Settings, name: str) -> tuple[tuple[str, ...], Measured | None]:
    if not settings.history:
        return (), None
    kind = run_kind(name, settings, runner)
    with open_history(runner.host, settings.root / settings.history) as history:
        failed = history.last_failed(kind)
        measured = history.measured(kind) if settings.changed else None
    for path in history.unread:
        runner.host.console.warning(f"the history in {path} cannot be read, so it begins anew")
    return failed, measured


def _plan(
    runner: Runner, settings: Settings, measured: Measured | None, failed: frozenset[str], versions: str
) -> Plan:
    """The plan without the failed tests. Raises UnavailableError if git cannot tell the files."""
    if not (settings.changed or settings.measure_tests):
        return NO_PLAN
    repository = find_repository(runner.host, settings.root)
    if repository is None:
        raise UnavailableError("the project is not in a git repository, or git is missing")
    plan = Plan(
        environment=_environment(settings, versions),
        files=snapshot_of(repository, settings, untracked=not runner.present),
        top=repository.top,
        # A shard runs a part of the tests.
        record=_records(runner, settings) and not settings.shard,
    )
    if not settings.changed:
        return plan
    reason = _why_everything(runner, settings, measured, plan.environment)
    if reason or measured is None:
        return replace(plan, everything=reason)
    affected = find_affected(measured, plan.files, reader(repository.top), ignored=settings.changed_ignore)
    if affected.everything:
        return replace(plan, everything=affected.everything)
    again = failed & measured.tests.keys()
    changes = [Change(what, len(tests)) for what, tests in affected.by_change.items()]
    if again:
        changes.append(Change("failed last time", len(again)))
    return replace(plan, record=False, measured=measured, run=affected.tests | again, changes=tuple(changes))


def _why_everything(runner: Runner, settings: Settings, measured: Measured | None, environment: str) -> str:
    """Why all tests run, whatever changed; empty if the change decides."""
    if settings.measure_tests:
        return "measure-tests measures all of them"
    if runner.present and runner.event not in _FOR_CHANGES:
        return f"the event {runner.event or 'of the workflow'} is not a pull request"
    if not settings.history:
        return "the run has no history"
    if measured is None:
        return "the history has no measured run of this kind"
    if measured.environment != environment:
        return "the measured run had other settings, versions of the server or of Python, or another ci-kit"
    return ""


def _records(runner: Runner, settings: Settings) -> bool:
    """Whether a run of all tests records what each test executes, for the next run."""
    if not settings.history or not settings.coverage:
        return False
    if settings.measure_tests is not None:
        return settings.measure_tests
    # A pull request on GitHub saves no history.
    return settings.changed and not (runner.present and runner.event in _FOR_CHANGES)


def snapshot_of(repository: Repository, settings: Settings, *, untracked: bool) -> Mapping[str, str]:
    """The files of a repository with their digests, without the history and the reports of ci-kit.

    A file that a job on a runner has made is not part of a change, so it does not count as ``untracked``.
    """
    top = os.path.realpath(repository.top)
    named = [settings.value(option) for option in OPTIONS if option.metavar in ("FILE", "FOLDER")]
    own = [
        os.path.relpath(os.path.realpath(settings.root / one), top).replace(os.sep, "/")
        for one in named
        if isinstance(one, str) and one
    ]
    return {
        path: digest
        for path, digest in take_snapshot(repository, untracked=untracked).items()
        if not any(path == one or path.startswith(f"{one}/") for one in own)
    }


def _environment(settings: Settings, versions: str) -> str:
    """A digest of what decides how tests end, besides the files of the repository."""
    decisive = [
        f"{option.name}={settings.value(option)!r}"
        for option in OPTIONS
        if option.group != "Reports" and not option.secret and option.name not in _WITHOUT_EFFECT
    ]
    # The digests of blocks depend on the Python of ci-kit.
    own = f"ci-kit {ci_kit.__version__}, Python {platform.python_version()}"
    return hashlib.sha256("\n".join([own, versions, *decisive]).encode(errors="replace")).hexdigest()[:12]


def reader(top: Path) -> Callable[[str], str]:
    """A function that gives the text of a file of the repository, empty if it cannot be read."""

    def read(path: str) -> str:
        try:
            return (top / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    return read
