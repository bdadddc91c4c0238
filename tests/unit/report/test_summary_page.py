"""The page of the run on GitHub: its contents, and values that could break its Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.errors import UsageError
from ci_kit.github import SUMMARY_LIMIT, Runner
from ci_kit.history.trend import Trend
from ci_kit.history.usual import Slower
from ci_kit.report.run_report import Step
from ci_kit.report.summary_page import add_error_page, add_summary_page
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, Section, TestResult
from tests.unit.history.making import run_of
from tests.unit.report.making import COVERED, PATCH, REPORT, RESULTS, code_in, flaky_report, report_of
from tests.unit.report.making import Step as WorkflowStep
from tests.unit.support import make_host

# Text that could end its code, or begin something else.
HOSTILE = [
    "`",
    "a`b``c```d",
    "```\n<img src=x>\n```",
    "~~~\n# not a title\n~~~",
    "````text\n````",
    "<script>alert(1)</script>",
    "| a | b |",
    "[a](javascript:b) ![c](d) @someone #1 $x$",
    "2*3*4 __init__ ~~old~~ a\\_b",
    "    indented\n\n- list",
    "&#95; &lt;",
    "first\rsecond\r\n```\rthird",
]


def test_the_page_has_a_line_for_each_fact(step: WorkflowStep) -> None:
    add_summary_page(REPORT, step.runner())
    assert step.summary == (
        "## Tests failed\n"
        "\n"
        "- Tests: 2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected\n"
        "- Coverage: 87.7 %\n"
        "- Server: `MySQL 9.7.4`\n"
        "- Python: `3.12.1`\n"
        "- Time zone: `UTC`\n"
        "- Time: 1.5 s\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_the_reason_of_a_failure_is_shown_as_code(text: str, step: WorkflowStep) -> None:
    add_summary_page(replace(REPORT, reason=text, mysql_version="", python_version=""), step.runner())
    (shown, zone) = code_in(step.summary)
    assert zone == "UTC"
    assert shown.split() == text.split()


def test_the_page_has_the_coverage_of_the_change_and_of_each_file(step: WorkflowStep) -> None:
    add_summary_page(replace(REPORT, covered=COVERED, patch=PATCH), step.runner())
    assert (
        "- Patch coverage: 83.33 % (2 of 12 changed lines missed), compared with `origin/main`\n"
        in step.summary
    )
    assert step.summary.endswith("""\

### Coverage by file

Changed lines that no test reached:

```text
shop/price.py: 20-21
```

<details><summary>Coverage of each file</summary>

```text
 75.00 %  shop/price.py     20-21, 40, 3->5
100.00 %  shop/__init__.py
```

</details>
""")


@pytest.mark.parametrize("text", HOSTILE)
def test_the_name_of_a_covered_file_is_shown_as_code(text: str, step: WorkflowStep) -> None:
    file = FileCoverage(f"{text}.py", 0.0, (), (1,))
    report = replace(REPORT, covered=(file,), patch=PatchCoverage(text, (file,)))
    add_summary_page(report, step.runner())
    # The page's own markup, around what is code.
    markdown = step.summary.replace("<details><summary>Coverage of each file</summary>\n", "")
    (base, *_, missed, table) = code_in(markdown.replace("\n</details>\n", ""))
    assert base.split() == text.split()
    assert missed.split() == [*f"{text}.py:".split(), "1"]
    assert table.split() == ["0.00", "%", *f"{text}.py".split(), "1"]


def test_a_page_with_many_files_says_how_many_are_left_out(step: WorkflowStep) -> None:
    files = tuple(FileCoverage(f"{number:04}.py", 0.0, (), (1,)) for number in range(502))
    add_summary_page(replace(REPORT, covered=files), step.runner())
    assert "0499.py" in step.summary
    assert "… and 2 more files\n" in step.summary
    assert "0500.py" not in step.summary


LINK = "[`test_a.py:3`](https://github.com/o/r/blob/1f2e/test_a.py#L3)"
FAILURE = Failure("test_a.py::test_a", "call", "/repository/test_a.py", 3, "assert 1 == 2\nmore")


def folded(title: str, *lines: str) -> str:
    return "\n".join(["<details><summary>", "", title, "", "</summary>", "", *lines, "", "</details>", ""])


def test_the_page_lists_flaky_tests(step: WorkflowStep) -> None:
    add_summary_page(flaky_report(replace(FAILURE, test="test_a.py::test_a")), step.runner())
    title = "### Flaky tests, which passed after a rerun\n\n"
    place = "- `test_a.py::test_a` (call), " + LINK
    block = "```text\nassert 1 == 2\nmore\n```"
    assert title + folded("#### `test_a.py::test_a`", place, "", block) in step.summary
    assert "Failures" not in step.summary


@pytest.mark.parametrize("default", [False, True])
def test_failed_tests_in_the_default_zone_come_with_how_to_change_it(
    default: bool, step: WorkflowStep
) -> None:
    report = replace(REPORT, timezone="Asia/Seoul", zone_is_default=default)
    add_summary_page(report, step.runner())
    assert "- Time zone: `Asia/Seoul`\n" in step.summary
    assert ('`timezone = "UTC"`' in step.summary) is default


TREND = Trend(
    base="main",
    coverage_before=87.25,
    tests_before=9,
    slower_run=Slower("", 41.0, 28.0, 6),
    slower_tests=(Slower("test_a.py::test_a", 3.2, 0.9, 8),),
    runs=(run_of(), run_of(branch="x" * 31, commit="", test_seconds=None, outcome="failed", failed=12)),
)


def test_the_page_compares_the_run_with_earlier_ones(step: WorkflowStep) -> None:
    add_summary_page(replace(REPORT, trend=TREND), step.runner())
    assert "1 deselected (-1 since `main`)\n- Coverage: 87.7 % (+0.4 since `main`)\n" in step.summary
    assert step.summary.endswith(
        """
### Slower than usual

- `all tests: 41.0 s, usually 28.0 s (median of 6 runs)`
- `test_a.py::test_a: 3.2 s, usually 0.9 s (median of 8 runs)`

"""
        + folded(
            "### The last runs",
            "```text",
            "time (UTC)        commit   branch  outcome  tests  failed  coverage  seconds",
            "2026-12-01 02:47  1f2e3d4  main    passed     100       0    87.5 %     20.0",
            "2026-12-01 02:47           …       failed     100      12    87.5 %",
            "```",
        )
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_the_texts_of_a_history_are_shown_as_code(text: str, step: WorkflowStep) -> None:
    slow = (Slower(text, 3.2, 0.9, 8),)
    trend = replace(
        TREND, base=text, slower_run=None, slower_tests=slow, runs=(run_of(branch=text), run_of())
    )
    add_summary_page(replace(REPORT, mysql_version="", python_version="", trend=trend), step.runner())
    base, again, zone, slower, table = code_in(step.summary)
    assert zone == "UTC"
    assert base.split() == again.split() == text.split()
    assert slower.split() == f"{text}: 3.2 s, usually 0.9 s (median of 8 runs)".split()
    assert table.startswith("time (UTC)")


def test_the_page_leaves_out_unknown_facts(step: WorkflowStep) -> None:
    report = replace(REPORT, mysql_version="", python_version="", results=None, coverage=None)
    add_summary_page(report, step.runner())
    assert step.summary == "## Tests failed\n\n- Time zone: `UTC`\n- Time: 1.5 s\n"


def test_the_page_shows_the_error_that_ended_the_run(step: WorkflowStep) -> None:
    add_summary_page(replace(REPORT, problem="no server\n  why: `none`"), step.runner())
    assert step.summary.startswith("## The job failed\n\n```text\nno server\n  why: `none`\n```\n\n- Tests: ")


def test_a_failure_has_its_traceback_and_what_the_test_printed(step: WorkflowStep) -> None:
    sections = (Section("Captured stdout call", "a\nb\n"), Section("Captured log call", "INFO"))
    failure = replace(FAILURE, traceback="    assert 1 == 2\nE   assert 1 == 2", sections=sections)
    add_summary_page(report_of(failure), step.runner())
    assert step.summary.endswith(
        "\n### Failures\n\n"
        + folded(
            "#### `test_a.py::test_a`",
            "- `test_a.py::test_a` (call), " + LINK,
            "",
            "```text\n    assert 1 == 2\nE   assert 1 == 2\n```",
            "",
            "`Captured stdout call`\n\n```text\na\nb\n```",
            "",
            "`Captured log call`\n\n```text\nINFO\n```",
        )
    )


def test_failures_of_one_test_function_are_one_block(step: WorkflowStep) -> None:
    failures = [replace(FAILURE, node=f"a.py::test[{n}]", message=f"assert {n // 10}") for n in range(50)]
    add_summary_page(report_of(*failures), step.runner())
    assert step.summary.count("<details>") == 1
    assert "#### `a.py::test`, 50 failures\n" in step.summary
    assert step.summary.count("- `a.py::test[") == 20
    assert "- … and 30 more\n" in step.summary
    assert step.summary.count("```text\nassert ") == 3
    assert "… and 2 more messages\n" in step.summary


def test_failures_with_one_cause_are_one_block(step: WorkflowStep) -> None:
    failures = [
        replace(FAILURE, node=f"a.py::test_{n}", message=f"OSError: refused by 0x{n}f\nmore") for n in "abc"
    ]
    add_summary_page(report_of(*failures), step.runner())
    assert step.summary.count("<details>") == 1
    assert "#### `OSError: refused by 0xaf`, 3 failures\n" in step.summary
    assert step.summary.count("```text") == 1


def test_a_failure_links_to_its_line_at_the_commit(step: WorkflowStep) -> None:
    outside = replace(FAILURE, node="b", path="/elsewhere/b.py", message="assert 2")
    odd = replace(FAILURE, node="c", path="/repository/c d.py", message="assert 3")
    add_summary_page(report_of(FAILURE, outside, odd), step.runner())
    assert f", {LINK}\n" in step.summary
    assert ", `/elsewhere/b.py:3`\n" in step.summary
    assert ", `c d.py:3`\n" in step.summary


def test_the_page_has_the_slowest_tests(step: WorkflowStep) -> None:
    tests = tuple(TestResult(f"a.py::test_{n}", "passed", n / 4) for n in range(15))
    add_summary_page(replace(REPORT, results=replace(RESULTS, tests=tests)), step.runner())
    lines = [f"- {n / 4:.2f} s: `a.py::test_{n}`" for n in range(14, 4, -1)]
    assert step.summary.endswith(folded("### Slowest tests", *lines))


def test_a_fast_test_is_not_among_the_slowest(step: WorkflowStep) -> None:
    tests = (TestResult("a.py::test", "passed", 0.01),)
    add_summary_page(replace(REPORT, results=replace(RESULTS, tests=tests)), step.runner())
    assert "Slowest" not in step.summary


def test_reasons_are_counted(step: WorkflowStep) -> None:
    why = [("skipped", "later"), ("xfailed", "known"), ("skipped", "later"), ("skipped", "")]
    tests = tuple(TestResult(f"a.py::test_{n}", o, 0.0, reason=r) for n, (o, r) in enumerate(why))  # type: ignore[arg-type]
    add_summary_page(replace(REPORT, results=replace(RESULTS, tests=tests)), step.runner())
    lines = ("- 2 skipped: `later`", "- 1 xfailed: `known`", "- 1 skipped")
    assert step.summary.endswith(folded("### Skipped tests and expected failures", *lines))


def test_the_page_has_the_times_of_the_steps(step: WorkflowStep) -> None:
    steps = (Step("server", 0.25, 1.5), Step("python", 0.5, 0.5))
    add_summary_page(replace(REPORT, steps=steps), step.runner())
    assert step.summary.endswith(
        folded(
            "### Timeline in seconds",
            "```mermaid\ngantt\n    dateFormat x\n    axisFormat %s",
            "    server (1.2 s) :250, 1500",
            "    python (0.0 s) :500, 501\n```",
        )
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_code_and_keeps_its_spelling(text: str, step: WorkflowStep) -> None:
    failure = Failure(f"test[{text}]", "call", f"/elsewhere/{text}.py", 0, text)
    report = replace(report_of(failure), problem=text, timezone=text, mysql_version=text)
    add_summary_page(report, step.runner())
    line = text.replace("\r\n", " ").replace("\n\n", " ").replace("\n", " ").replace("\r", " ")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    problem, version, python, zone, _, node, path, message = code_in(step.summary)
    assert (problem, version, python, zone) == (f"{lines}\n", line, "3.12.1", line)
    assert (node, path, message) == (f"test[{line}]", f"/elsewhere/{line}.py", f"{lines}\n")


@pytest.mark.parametrize("secret", ["a_b*c_d", "p|q&r<s", "`tick`tick`", "x~~y__z", "p@ss$word#1!"])
def test_the_runner_s_own_masks_find_a_secret_on_the_page(secret: str, step: WorkflowStep) -> None:
    failure = Failure(f"test_a[{secret}]", "call", "test_a.py", 3, f"login as {secret} failed")
    add_summary_page(replace(report_of(failure), problem=f"refused: {secret}"), step.runner())
    assert step.summary.count(secret) == 4


@pytest.mark.parametrize("secret", ["a_b*c_d", "hunter2hunter2", "with `ticks`"])
def test_a_secret_of_ci_kit_is_hidden(secret: str, step: WorkflowStep) -> None:
    runner = step.runner()
    runner.host.redactor.add(secret)
    failure = Failure(f"test_a[{secret}]", "call", "test_a.py", 3, f"password {secret}")
    add_summary_page(replace(report_of(failure), problem=f"refused: {secret}"), runner)
    assert secret not in step.summary
    assert "password ***" in step.summary


def test_many_failures_fit_into_the_page(step: WorkflowStep) -> None:
    failures = [Failure(f"test_{n}", "call", "test_a.py", 1, f"{'x ' * 900}{n}") for n in range(1000)]
    add_summary_page(report_of(*failures), step.runner())
    assert SUMMARY_LIMIT - 4000 < len(step.summary.encode()) <= SUMMARY_LIMIT
    assert step.summary.splitlines()[-1].startswith("… cut here")
    # The last code block is closed.
    assert code_in(step.summary)[-1].startswith("x " * 900)


def test_an_error_before_the_run_is_a_page(step: WorkflowStep) -> None:
    add_error_page(UsageError("min-tests is not valid: '```'", todo="correct it"), step.runner())
    assert step.summary == (
        "## The job could not finish\n\n````text\nmin-tests is not valid: '```'\n  do:  correct it\n````\n"
    )


def test_outside_a_runner_there_is_no_page(step: WorkflowStep) -> None:
    host = make_host({"GITHUB_STEP_SUMMARY": str(step.folder / "summary")})
    add_summary_page(REPORT, Runner(host))
    add_error_page(UsageError("wrong"), Runner(host))
    assert step.files == []
