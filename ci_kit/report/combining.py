"""``ci-kit combine``: all shards of a suite as one run, from their documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ci_kit.errors import CiKitError, ShardsError, UnfinishedRunError, UsageError
from ci_kit.github import Runner
from ci_kit.history.kind import Kinds, stable_name
from ci_kit.report.command import find_problem, publish_runs, read_runs
from ci_kit.report.excerpt import one_line
from ci_kit.report.matrix import merge_runs
from ci_kit.report.past_runs import compare_with_history
from ci_kit.report.publishing import show_errors
from ci_kit.report.report_files import report_paths
from ci_kit.report.run_report import RunReport
from ci_kit.report.shard_report import ShardReport
from ci_kit.settings.settings import Settings
from ci_kit.settings.shard import MOST_SHARDS
from ci_kit.testing.results import Results, number_of_tests

_SHOWN = 10


def combine_shards(settings: Settings, runner: Runner, documents: Sequence[str]) -> int:
    """Publish the shards in the documents as one run; gives 1 if one of them failed, else 0.

    The shards of each run of a matrix belong together by the name of the run. Raises ShardsError,
    UnfinishedRunError, UsageError, UnavailableError, and the errors of the thresholds.
    """
    files = report_paths(settings)
    shards = _newest(read_runs(settings, runner, documents, files), runner)
    problem = _unfit(shards)
    names = tuple(dict.fromkeys(one.suite for one in shards))
    suites = []
    for name in names:
        parts = [one for one in shards if one.suite == name]
        suite = _one_suite(parts, named=len(names) > 1)
        suites.append(suite if problem else _compared(suite, parts, settings, runner))
    report = merge_runs(suites)
    problem = problem or find_problem(report, settings)
    if problem and report.outcome == "failed":
        # Failed tests keep their exit code.
        show_errors([problem], runner)
        problem = None
    return publish_runs(report, problem, settings, runner, files)


class _Part(NamedTuple):
    """The report of a shard, which shard it is, and the name of the run that it is a part of."""

    report: RunReport
    shard: ShardReport
    suite: str


def _newest(reports: Iterable[RunReport], runner: Runner) -> list[_Part]:
    """The newest document of each shard, in their order. Raises UsageError for a run that is no shard.

    A job that runs again leaves a second document.
    """
    found: dict[tuple[str, int, int], _Part] = {}
    for report in _with_known_names(list(reports), runner):
        shard = report.shard
        if shard is None:
            raise UsageError(
                f"a document is not that of a shard: {one_line(report.name)}",
                why="the run had no setting shard",
                todo="report whole runs by `ci-kit report`",
            )
        if not 1 <= shard.number <= shard.of <= MOST_SHARDS:
            raise UsageError(
                f"a document has a shard that cannot be: {shard.shard} of {one_line(report.name)}",
                why=f"a suite has at most {MOST_SHARDS} shards",
                todo="name the documents that `ci-kit run --shard` has written",
            )
        # Two runners may have other patch releases of the server and of Python.
        suite = stable_name(report.name, runner)
        key = (suite, shard.of, shard.number)
        before = found.get(key)
        if before and before.shard.attempt == shard.attempt:
            raise ShardsError(
                f"two documents are of the shard {shard.shard} of {one_line(report.name)}",
                why=f"both are of attempt {shard.attempt} of their job",
                todo="give the runs of a matrix different names by run-name, or remove old documents",
            )
        if not before or before.shard.attempt < shard.attempt:
            found[key] = _Part(report, shard, suite)
    return [found[key] for key in sorted(found)]


def _with_known_names(reports: list[RunReport], runner: Runner) -> list[RunReport]:
    """The reports. A run that ended before it had a name gets that of the others, if there is only one."""
    named = [report.name for report in reports if report.shard and report.shard.kind]
    names = {stable_name(name, runner) for name in named}
    if len(names) != 1:
        return reports
    name = named[0]
    return [replace(one, name=name) if one.shard and not one.shard.kind else one for one in reports]


def _unfit(parts: Sequence[_Part]) -> CiKitError | None:
    """Why the shards of a run are not all of its tests, each once; None if they are."""
    for name in dict.fromkeys(part.suite for part in parts):
        shards = [part.shard for part in parts if part.suite == name]
        if len(sizes := sorted({one.of for one in shards})) > 1:
            return ShardsError(
                f"the shards of {one_line(name)} are parts of {' and of '.join(map(str, sizes))}",
                why=f"as in {', '.join(str(one.shard) for one in shards[:_SHOWN])}",
                todo="combine the documents of one workflow run, whose jobs have the same number of shards",
            )
        if missing := sorted({*range(1, sizes[0] + 1)} - {one.number for one in shards}):
            shown = [f"{number}/{sizes[0]}" for number in missing[:_SHOWN]]
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            verb = "is" if len(missing) == 1 else "are"
            return UnfinishedRunError(
                f"{len(missing)} of {sizes[0]} shards {verb} missing: {', '.join(shown)}{more}",
                why=f"they have no document; the others are of {one_line(name)}",
                todo="look at their jobs: a job that was cancelled, or ended before its tests, leaves none",
            )
        known = [one for one in shards if one.digest]
        if differing := next((one for one in known if one.digest != known[0].digest), None):
            return ShardsError(
                f"the shards {known[0].shard} and {differing.shard} have split different tests",
                why=_difference(known[0], differing),
                todo="give all shards the same code and the same history, and collect the same tests in each",
            )
    return None


def _difference(one: ShardReport, other: ShardReport) -> str:
    if one.tests != other.tests:
        return f"{one.shard} found {number_of_tests(one.tests)}, and {other.shard} {other.tests}"
    return f"both found {number_of_tests(one.tests)}, but with other ids or other durations"


def _one_suite(parts: Sequence[_Part], *, named: bool) -> RunReport:
    """The shards of one run as a report of several runs. With ``named``, each has the name of the run too."""
    name = parts[0].report.name
    shards = [
        replace(
            report,
            name=f"{name}, shard {shard.shard}" if named else f"shard {shard.shard}",
            covered=shard.covered,
            patch=shard.patch,
            shard=None,
        )
        for report, shard, _ in parts
    ]
    merged = merge_runs(shards)
    results = merged.results
    suite = replace(merged, results=results and _each_once(results, shards))
    # In a report of several suites, the names of the shards stay.
    return suite if named else replace(suite, name=name)


def _each_once(total: Results, shards: Sequence[RunReport]) -> Results:
    """The results of all shards, without what each of them had: it collects all files.

    That is a test that was deselected, a file that skips itself, and an error of collecting.
    """
    deselected = max((one.results.deselected for one in shards if one.results), default=0)
    skipped = Counter(
        test.node for test in total.tests if "::" not in test.node and test.outcome == "skipped"
    )
    broken = Counter(failure.node for failure in total.failures if failure.stage == "collection")
    again = sum(skipped.values()) - len(skipped)
    return replace(
        total,
        deselected=deselected,
        collected=total.collected - total.deselected + deselected,
        skipped=max(0, total.skipped - again),
        errors=max(0, total.errors - sum(broken.values()) + len(broken)),
    )


def _compared(suite: RunReport, parts: Sequence[_Part], settings: Settings, runner: Runner) -> RunReport:
    """The report compared with earlier runs of all shards, which then include it."""
    shard = next((part.shard for part in parts if part.shard.kind), None)
    if shard is None or suite.is_partial:
        return suite
    name = parts[0].suite
    whole = (name, shard.whole_kind)
    return compare_with_history(suite, runner, settings, kinds=Kinds((name, shard.kind), whole, whole))
