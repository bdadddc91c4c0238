"""The settings of the tests."""

from __future__ import annotations

from ci_kit.settings.command_lines import command_lines
from ci_kit.settings.file_pairs import files
from ci_kit.settings.option import ONLY_PRIVATE, Option
from ci_kit.settings.parsers import auto_or, flag, integer, percent, text, words
from ci_kit.settings.shard import shard

TESTS: tuple[Option, ...] = (
    Option(
        "python",
        "Tests",
        (),
        "Command that starts the project's Python. Empty: that of the project's environment; docs/testing.md"
        " has the order of the search.",
        words,
    ),
    Option(
        "root-on-path",
        "Tests",
        True,
        "Put the project's folder on sys.path, as `python -m pytest` does. no: start the tests as the command"
        " `pytest` does, so that an installed package is tested and not the folder of its source.",
        flag,
        switch=True,
    ),
    Option(
        "test-command",
        "Tests",
        (),
        "The command that runs the tests, or several in a row, one a line. No shell runs them. Empty: one run"
        " of pytest. They may contain placeholders, as `env` does. docs/testing.md has examples.",
        command_lines,
        placeholders=True,
    ),
    Option(
        "pytest-args",
        "Tests",
        (),
        "Arguments for pytest. They may contain placeholders such as {port}, as `env` does.",
        words,
        placeholders=True,
    ),
    Option(
        "workers",
        "Tests",
        1,
        "Number of processes that run the tests at the same time, by pytest-xdist. Each has a private server"
        " of its own. auto: as many as the cores and the free memory allow. docs/workers.md has the details.",
        auto_or(integer(1, 64)),
        kinds=ONLY_PRIVATE,
        must_apply=True,
        alternative="or set one-server: each worker then has a database on one server",
        metavar="NUMBER",
    ),
    Option(
        "one-server",
        "Tests",
        False,
        "Let all workers use one server, each with a database of its own: DATABASE_gw0, DATABASE_gw1 and so"
        " on.",
        flag,
        switch=True,
    ),
    Option(
        "files",
        "Tests",
        (),
        "Files that ci-kit writes for the tests and removes after them, each with its template:"
        " tests/my.cnf=tests/my.cnf.template. A template may contain placeholders, as `env` does.",
        files,
    ),
    Option(
        "junit-xml",
        "Tests",
        (),
        "JUnit XML files that the test commands write: files, folders or patterns, relative to the project."
        " ci-kit reads the counts from them. pytest needs none.",
        words,
        metavar="FILES",
    ),
    Option("coverage", "Tests", True, "Measure the coverage of the tests.", flag, switch=True),
    Option(
        "fail-under",
        "Tests",
        None,
        "Coverage in percent; the run fails below it.",
        auto_or(percent),
        shown_default="none",
        metavar="PERCENT",
    ),
    Option(
        "patch-fail-under",
        "Tests",
        None,
        "Coverage of the changed lines in percent; the run fails below it. docs/coverage.md says which lines"
        " count.",
        auto_or(percent),
        shown_default="none",
        metavar="PERCENT",
    ),
    Option(
        "patch-base",
        "Tests",
        "",
        "Branch, tag or commit that the change is compared with. Empty: the base of the pull request, or the"
        " default branch of the remote repository origin.",
        text,
    ),
    Option(
        "min-tests",
        "Tests",
        0,
        "Number of tests; the run fails if fewer ran.",
        integer(0, 10**9),
        metavar="NUMBER",
    ),
    Option(
        "shard",
        "Tests",
        None,
        "Run only a part of the tests, as in 2/5: the second of five parts that take about the same time."
        " `ci-kit combine` reports all of them. docs/shards.md has the details.",
        shard,
        shown_default="empty",
        metavar="NUMBER/OF",
    ),
    Option(
        "failed-first",
        "Tests",
        False,
        "Run the tests first that failed when they ran last, by the history.",
        flag,
        switch=True,
    ),
    Option(
        "changed",
        "Tests",
        False,
        "Run only the tests that a change affects, by the coverage of an earlier run. On a runner, only for"
        " pull requests. docs/selection.md says what it cannot see.",
        flag,
        switch=True,
    ),
    Option(
        "changed-ignore",
        "Tests",
        (),
        "Patterns of files whose change affects no test, such as *.md, relative to the repository.",
        words,
        metavar="PATTERNS",
    ),
    Option(
        "measure-tests",
        "Tests",
        None,
        "Run all tests, and record what each one executes, for later runs with changed. auto: if changed is"
        " on, nothing was left out, and the run is not for a pull request.",
        auto_or(flag),
        switch=True,
    ),
)
