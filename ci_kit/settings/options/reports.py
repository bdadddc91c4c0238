"""The settings of the reports."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from ci_kit.settings.option import Option
from ci_kit.settings.parsers import flag, text, words_or_none

LogGroup: TypeAlias = Literal["setup", "tests", "coverage"]
"""A part of a job's log that can be folded."""

REPORTS: tuple[Option, ...] = (
    Option(
        "coverage-xml",
        "Reports",
        "",
        "File for coverage's report in Cobertura's XML, relative to the project. Empty: no file.",
        text,
    ),
    Option(
        "coverage-lcov",
        "Reports",
        "",
        "File for coverage's report in the format of LCOV, relative to the project. Empty: no file.",
        text,
    ),
    Option(
        "coverage-json",
        "Reports",
        "",
        "File for coverage's report in JSON, relative to the project. Empty: no file.",
        text,
    ),
    Option(
        "coverage-html",
        "Reports",
        "",
        "Folder for coverage's report as HTML pages, relative to the project. Empty: no pages.",
        text,
    ),
    Option(
        "junit-report",
        "Reports",
        "",
        "File for a report in JUnit XML that ci-kit writes, relative to the project. It has the tests of"
        " pytest, and those in the files that junit-xml names. empty: none.",
        text,
    ),
    Option(
        "json-report",
        "Reports",
        "",
        "File for a report by pytest-json-report, relative to the project. On large suites it takes time and"
        " memory. empty: ci-kit leaves pytest-json-report as the project configures it.",
        text,
    ),
    Option(
        "run-report",
        "Reports",
        "",
        "File for the whole run as a JSON document, relative to the project. `ci-kit report` reads it."
        " empty: none.",
        text,
    ),
    Option(
        "run-name",
        "Reports",
        "",
        "Name of this run among others, such as those of a matrix. empty: the versions of server and Python.",
        text,
    ),
    Option(
        "log-groups",
        "Reports",
        ("coverage",),
        "Parts of the log that a runner folds: setup, tests and coverage, or none. Errors, the result and the"
        " list of failures always stay visible.",
        words_or_none,
        choices=get_args(LogGroup),
        shown_default="coverage",
    ),
    Option(
        "annotate-warnings",
        "Reports",
        False,
        "Annotate pytest's warnings on GitHub, after the flaky tests. The page of the run always lists them.",
        flag,
        switch=True,
    ),
)
