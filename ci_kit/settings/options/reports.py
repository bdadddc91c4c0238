"""The settings of the reports."""

from __future__ import annotations

from ci_kit.settings.option import Option
from ci_kit.settings.parsers import text

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
)
