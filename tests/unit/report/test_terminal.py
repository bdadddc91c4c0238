"""The last lines of a run on the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ci_kit.github import Runner
from ci_kit.history.trend import Trend
from ci_kit.history.usual import Slower
from ci_kit.report.run_report import RunReport
from ci_kit.report.terminal import print_result
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, TestResult
from tests.unit.report.making import PATCH, REPORT, RESULTS, flaky_report, report_of
from tests.unit.support import SELF_HOSTED, console_text, make_host


def printed(report: RunReport, *, dry: bool = False) -> str:
    host = make_host({}, dry=dry)
    print_result(report, Runner(host))
    return console_text(host)


def test_the_result_has_counts_coverage_and_time() -> None:
    counts = "2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected"
    assert printed(REPORT) == f"result     Tests failed: {counts}, coverage 87.7 %, 1.5 s\n"


def test_the_coverage_comes_with_its_change() -> None:
    for before, change in ((87.25, " (+0.4 since main)"), (87.67, " (-0.02 since main)"), (87.654, "")):
        report = replace(REPORT, results=None, trend=Trend(base="main", coverage_before=before))
        assert printed(report) == f"result     Tests failed: coverage 87.7 %{change}, 1.5 s\n"


def test_what_took_longer_than_usual_is_listed_with_figures() -> None:
    tests = tuple(Slower(f"test_a.py::test_{n}", 3.2, 0.9, 8) for n in range(7))
    trend = Trend(slower_run=Slower("", 41.0, 28.0, 6), slower_tests=tests)
    lines = printed(replace(REPORT, results=None, coverage=None, trend=trend)).splitlines()[1:]
    assert lines == [
        "slower     all tests: 41.0 s, usually 28.0 s (median of 6 runs)",
        *(f"           test_a.py::test_{n}: 3.2 s, usually 0.9 s (median of 8 runs)" for n in range(5)),
        "           … and 2 more tests",
    ]


def test_the_result_has_the_reason_of_a_failure() -> None:
    report = replace(REPORT, results=None, coverage=None, reason="exit code 3 of `make check`")
    assert printed(report) == "result     Tests failed, exit code 3 of `make check`: 1.5 s\n"


def test_the_result_leaves_out_unknown_facts() -> None:
    assert printed(replace(REPORT, results=None, coverage=None)) == "result     Tests failed: 1.5 s\n"


def test_a_problem_is_left_to_the_error_message() -> None:
    assert printed(replace(REPORT, problem="coverage is low")) == ""


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({}, True),
        ({"results": None}, False),
        ({"results": replace(RESULTS, failed=0, errors=0)}, False),
        ({"zone_is_default": False}, False),
        ({"outcome": "passed"}, False),
        ({"outcome": "no-tests"}, False),
        ({"problem": "coverage is low"}, False),
    ],
)
def test_failed_tests_in_the_default_zone_come_with_how_to_change_it(
    change: dict[str, Any], hint: bool
) -> None:
    report = replace(REPORT, timezone="Asia/Seoul", zone_is_default=True)
    text = printed(replace(report, **change))
    assert ("timezone   Asia/Seoul, the default" in text) is hint
    assert ('timezone = "UTC"' in text) is hint


def test_the_changed_lines_that_no_test_reached_are_listed() -> None:
    assert printed(replace(REPORT, patch=PATCH)).splitlines()[1:] == [
        "patch      coverage 83.33 % (2 of 12 changed lines missed)",
        "           shop/price.py: 20-21",
    ]


def test_the_changed_lines_are_listed_if_an_error_ended_the_run_too() -> None:
    text = printed(replace(REPORT, patch=PATCH, problem="patch coverage is low"))
    assert text.endswith("shop/price.py: 20-21\n")


def test_a_change_without_measured_lines_is_left_out() -> None:
    assert printed(replace(REPORT, patch=PatchCoverage("main"))) == printed(REPORT)


def test_the_list_of_changed_lines_is_short() -> None:
    files = tuple(FileCoverage(f"{number}.py", 0.0, (), (1,)) for number in range(12))
    lines = printed(replace(REPORT, patch=PatchCoverage("main", files))).splitlines()
    assert lines[-2:] == ["           9.py: 1", "           … and 2 more files"]


def test_without_a_known_change_the_files_with_the_most_missed_lines_are_listed() -> None:
    covered = (
        *(FileCoverage(f"shop/part_{n}.py", 50.0, (1,), tuple(range(1, 2 * n + 1, 2))) for n in range(1, 7)),
        FileCoverage("shop/가격.py", 0.0, (), tuple(range(1, 200, 2))),
        FileCoverage("shop/tested.py", 100.0, (1, 2)),
    )
    lines = printed(replace(REPORT, covered=covered)).splitlines()
    ranges = "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, …"
    assert lines[1:] == [
        "missed     the files with the most lines that no test reached",
        f"             0.00 %  shop/가격.py    {ranges}",
        "            50.00 %  shop/part_6.py  1, 3, 5, 7, 9, 11",
        "            50.00 %  shop/part_5.py  1, 3, 5, 7, 9",
        "            50.00 %  shop/part_4.py  1, 3, 5, 7",
        "            50.00 %  shop/part_3.py  1, 3, 5",
    ]
    assert printed(replace(REPORT, covered=covered[-1:])) == printed(REPORT)


def test_a_dry_run_has_no_result() -> None:
    assert printed(REPORT, dry=True) == "dry run    nothing was changed\n"


def failing(count: int) -> list[Failure]:
    here = Path.cwd() / "test_a.py"
    return [
        Failure(f"test_a.py::test_{n}", "call", str(here), n, f"assert {n}\nmore")
        for n in range(1, count + 1)
    ]


def test_each_failure_has_a_place_that_an_editor_opens() -> None:
    lines = printed(report_of(*failing(1))).splitlines()
    assert lines[1:] == [
        "failures   1, the first of each test function or cause",
        "           test_a.py:1 test_1: assert 1",
    ]


def test_a_file_elsewhere_keeps_its_path() -> None:
    failure = Failure("b.py", "collection", "/elsewhere/b.py", 0, "no module")
    assert printed(report_of(failure)).splitlines()[-1] == "           /elsewhere/b.py: no module"


def test_failures_of_one_test_function_are_one_line() -> None:
    failures = [replace(one, node=f"test_a.py::test[{n}]") for n, one in enumerate(failing(3))]
    assert printed(report_of(*failures)).splitlines()[-1].endswith("test[0] (and 2 more): assert 1")


def test_many_failures_are_counted() -> None:
    lines = printed(report_of(*failing(13))).splitlines()
    assert len(lines) == 2 + 10 + 1
    assert lines[-1] == "           … and 3 more"


def test_flaky_tests_are_listed_like_failures() -> None:
    failure = Failure("/a.py::test_a", "call", "/a.py", 3, "TimeoutError: 5 s\nmore", test="/a.py::test_a")
    assert printed(flaky_report(failure)).splitlines()[1:] == [
        "flaky      1, which passed after a rerun",
        "           /a.py:3 test_a: TimeoutError: 5 s",
    ]


def test_no_text_of_a_test_moves_the_cursor() -> None:
    name = "a.py::test[\x1b]0;title\x07\x1b[2J\r\x9b1A]"
    failure = Failure(name, "call", "/\x1b[1A/a.py", 1, "\x1b[31mred\x1b[0m and \x1b[1;1H\x08", test=name)
    covered = (FileCoverage("\x1b[2J.py", 0.0, (), (1,)),)
    report = replace(report_of(failure), covered=covered)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", printed(report))
    tests = (TestResult(name, "passed", 3.0, reruns=1),)
    slow = replace(REPORT, results=replace(RESULTS, tests=tests, rerun=(failure,)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", printed(slow))


@pytest.mark.parametrize(
    ("environ", "lines"),
    [
        (
            {},
            ["next       run the failed tests again (-vv shows whole values, --pdb opens a debugger):"],
        ),
        (
            SELF_HOSTED,
            ["next       on your machine, this runs the failed tests again:"],
        ),
    ],
)
def test_the_last_lines_are_what_to_do_next(environ: dict[str, str], lines: list[str]) -> None:
    host = make_host(environ)
    print_result(replace(REPORT, again=("ci-kit", "run", "--", "a.py::test[a b]")), Runner(host))
    assert console_text(host).splitlines()[-2:] == [*lines, "           ci-kit run -- 'a.py::test[a b]'"]


def test_a_runner_of_github_leads_to_the_page_of_the_run() -> None:
    environ = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"}
    report = replace(REPORT, again=("ci-kit", "run"))
    for more, shown in [(SELF_HOSTED, True), (SELF_HOSTED | {"ACT": "true"}, False)]:
        host = make_host(environ | more)
        print_result(report, Runner(host))
        assert console_text(host).endswith(": https://github.com/o/r/actions/runs/7\n") is shown


def test_the_three_slowest_tests_are_listed_if_they_take_more_than_a_second() -> None:
    tests = tuple(TestResult(f"a.py::test_{n}", "passed", n) for n in range(6))
    report = replace(REPORT, results=replace(RESULTS, tests=tests))
    assert printed(report).splitlines()[1:] == [
        "slowest    the tests that took more than a second",
        "           5.0 s a.py::test_5",
        "           4.0 s a.py::test_4",
        "           3.0 s a.py::test_3",
    ]
    fast = replace(RESULTS, tests=tests[:2])
    assert len(printed(replace(REPORT, results=fast)).splitlines()) == 1


def test_a_report_of_several_runs_names_the_runs_of_slow_tests_and_counts_a_failed_test_once() -> None:
    failures = tuple(Failure("a.py::test", "call", "/a.py", 1, "assert 1", run=run) for run in "xy")
    tests = (TestResult("a.py::test", "failed", 2, run="x"), TestResult("a.py::test", "failed", 3, run="y"))
    report = replace(REPORT, results=replace(RESULTS, failures=failures, tests=tests))
    assert printed(report).splitlines()[1:] == [
        "failures   2, the first of each test function or cause",
        "           /a.py:1 test [x; y]: assert 1",
        "slowest    the tests that took more than a second",
        "           3.0 s a.py::test [y]",
        "           2.0 s a.py::test [x]",
    ]


def test_no_line_has_a_secret_or_a_command_of_a_runner() -> None:
    host = make_host({})
    host.redactor.add("hunter2hunter2")
    name = "hunter2hunter2\n::error::x"
    failure = Failure(f"a.py::test[{name}]", "call", "/a.py", 1, "login by hunter2hunter2\n::error::y")
    results = replace(RESULTS, failures=(failure,), tests=(TestResult(f"a.py::test[{name}]", "failed", 9),))
    print_result(replace(REPORT, results=results), Runner(host))
    text = console_text(host)
    assert "hunter2" not in text
    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
