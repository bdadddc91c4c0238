"""The comparison of a run with the last runs, which then include it."""

from __future__ import annotations

from dataclasses import replace

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.history.folder import open_history
from ci_kit.history.kind import Kind, Kinds, kinds_of
from ci_kit.history.last_failed import failed_after
from ci_kit.history.past_run import PastRun
from ci_kit.history.revision import Revision, find_revision
from ci_kit.history.trend import only_parallel, trend_of
from ci_kit.redaction import Redactor
from ci_kit.report.run_report import RunReport
from ci_kit.settings.settings import Settings
from ci_kit.testing.results import Results, TestResult
from ci_kit.testing.selection.measured import Measured


def compare_with_history(
    report: RunReport,
    runner: Runner,
    settings: Settings,
    measured: Measured | None = None,
    *,
    kinds: Kinds | None = None,
) -> RunReport:
    """The report with its trend. A history that cannot be used is a warning, because the tests count.

    ``measured`` is what each test executed, if the run recorded it. ``kinds`` are those of the run if the
    settings do not tell them.
    """
    results = report.results
    if not settings.history or runner.host.dry or not results or not _ran(results):
        return report
    kinds = kinds or kinds_of(
        report.name, settings, runner, partial=report.is_partial, workers=report.workers.count
    )
    try:
        return _compare(report, results, runner, settings, measured, kinds)
    except UnavailableError as error:
        why = f" ({error.why})" if error.why else ""
        runner.host.console.warning(
            f"this run is not kept in the history: {error.what}{why}; the setting history names the folder"
        )
        return report


def _ran(results: Results) -> bool:
    """Whether any test ran, or may have: some commands report no counts."""
    return bool(results.ended or results.tests or results.uncounted)


def _compare(
    report: RunReport,
    results: Results,
    runner: Runner,
    settings: Settings,
    measured: Measured | None,
    kinds: Kinds,
) -> RunReport:
    redactor = runner.host.redactor
    revision = find_revision(runner, settings)
    run = _past_run(report, results, revision, runner, kinds.own)
    tests = _without_secrets(results.tests, redactor)
    # The tests may have removed the folder, and the lock would make it again.
    if not settings.root.is_dir():
        return report
    with open_history(runner.host, settings.root / settings.history) as history:
        runs, past = history.runs(), history.tests(run.kind)
        # The failures of a part of the tests are those of the whole, too.
        failed = failed_after(history.last_failed(kinds.whole), tests)
        past_alone = history.tests(kinds.alone) if kinds.alone != run.kind else past
        history.keep([*runs, run], run.kind, past.with_run(tests))
        history.keep_failed(kinds.whole, failed)
        if measured:
            history.keep_measured(kinds.whole, measured)
    for path in history.unread:
        runner.host.console.warning(f"the history in {path} cannot be read, so it begins anew")
    trend = trend_of(run, runs, tests, past, base=redactor.redact(revision.base))
    if kinds.alone != run.kind:
        serial = [one for one in runs if one.kind == kinds.alone]
        trend = replace(trend, parallel=only_parallel(serial, tests, past_alone))
    return replace(report, trend=trend)


def _past_run(report: RunReport, results: Results, revision: Revision, runner: Runner, kind: Kind) -> PastRun:
    redact = runner.host.redactor.redact
    known = results.counted
    name, command = kind
    ended = known and not results.interrupted and results.ended == results.selected
    return PastRun(
        began=report.began,
        commit=redact(revision.commit),
        branch=redact(revision.branch),
        event=redact(revision.event),
        outcome=report.outcome,
        name=name,
        command=command,
        seconds=round(report.seconds, 2),
        test_seconds=round(results.duration, 2) if ended else None,
        tests=results.ended if known else None,
        passed=results.passed if known else None,
        failed=results.failed + results.errors if known else None,
        skipped=results.skipped if known else None,
        coverage=report.coverage,
        patch=report.patch.percent if report.patch else None,
    )


def _without_secrets(tests: tuple[TestResult, ...], redactor: Redactor) -> list[tuple[str, TestResult]]:
    """The tests by node id. An id that has a secret, such as that of a parameter, is spelled without it."""
    # One call: the redactor prepares its search in each.
    nodes = redactor.redact("\n".join(test.node for test in tests)).split("\n")
    if len(nodes) != len(tests):
        nodes = [redactor.redact(test.node) for test in tests]
    return list(zip(nodes, tests, strict=True))
