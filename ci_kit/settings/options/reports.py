"""The settings of the reports."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from ci_kit.settings.option import Option
from ci_kit.settings.parsers import flag, no_or, none_or, text, words_or_none

LogGroup: TypeAlias = Literal["setup", "tests", "coverage"]
"""A part of a job's log that can be folded."""

CommentChoice: TypeAlias = Literal["auto", "no"]

REPORTS: tuple[Option, ...] = (
    Option(
        "coverage-xml",
        "Reports",
        "",
        "File for coverage's report in Cobertura's XML, relative to the project. Empty: no file.",
        text,
        metavar="FILE",
    ),
    Option(
        "coverage-lcov",
        "Reports",
        "",
        "File for coverage's report in the format of LCOV, relative to the project. Empty: no file.",
        text,
        metavar="FILE",
    ),
    Option(
        "coverage-json",
        "Reports",
        "",
        "File for coverage's report in JSON, relative to the project. Empty: no file.",
        text,
        metavar="FILE",
    ),
    Option(
        "coverage-html",
        "Reports",
        "",
        "Folder for coverage's report as HTML pages, relative to the project. Empty: no pages.",
        text,
        metavar="FOLDER",
    ),
    Option(
        "html",
        "Reports",
        "",
        "File for an HTML page of the run, relative to the project. It has the failures, the tests, the"
        " lines of each measured file, and the steps. Empty: no page.",
        text,
        metavar="FILE",
    ),
    Option(
        "junit-report",
        "Reports",
        "",
        "File for a report in JUnit XML that ci-kit writes, relative to the project. It has the tests of"
        " pytest, and those in the files that junit-xml names. Empty: no file.",
        text,
        metavar="FILE",
    ),
    Option(
        "json-report",
        "Reports",
        "",
        "File for a report by pytest-json-report, relative to the project. On large suites it takes time and"
        " memory. Empty: ci-kit leaves pytest-json-report as the project configures it.",
        text,
        metavar="FILE",
    ),
    Option(
        "run-report",
        "Reports",
        "",
        "File for the whole run as a JSON document, relative to the project. `ci-kit report` reads it."
        " Empty: no file.",
        text,
        metavar="FILE",
    ),
    Option(
        "run-name",
        "Reports",
        "",
        "Name of this run among others, such as those of a matrix. Runs with different names have a comment"
        " each. Empty: the versions of server and Python.",
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
    Option(
        "comment",
        "Reports",
        "no",
        "Comment on the pull request, which later runs update. auto: if the run is for a pull request and the"
        " token has the right. docs/pull-requests.md says what it shows.",
        no_or(text),
        choices=get_args(CommentChoice),
    ),
    Option(
        "badge",
        "Reports",
        "",
        "File for a badge with the coverage, an SVG image, relative to the project. Empty: no badge.",
        text,
        metavar="FILE",
    ),
    Option(
        "history",
        "Reports",
        ".ci-kit",
        "Folder for the durations, counts and coverage of the last runs, relative to the project. The reports"
        " compare a run with them. none: keep nothing.",
        none_or(text),
        metavar="FOLDER",
    ),
)
