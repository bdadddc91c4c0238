"""The page as a whole: its parts, its data, and what a browser may load and run in it."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections import Counter
from typing import TYPE_CHECKING

from ci_kit import __version__
from ci_kit.github import Runner
from ci_kit.report.ended_tests import ended_tests
from ci_kit.report.html_page.failures import Details, ShownGroup, highlighted, shown_groups
from ci_kit.report.html_page.files import files_data
from ci_kit.report.html_page.listed_tests import tests_data
from ci_kit.report.html_page.texts import PageTexts
from ci_kit.report.run_report import RunReport
from ci_kit.report.trend_lines import parallel_lines

if TYPE_CHECKING:
    from markupsafe import Markup

_FOLDER = "html_page"
_STYLES = ("page.css", "source.css")
# One script for the browser: each file uses functions of those before it.
_SCRIPTS = ("elements.js", "listing.js", "tests.js", "source.js", "coverage.js", "views.js", "start.js")
_MOST_PARALLEL = 20
# In a <script>, `</script` and `<!--` would end the data. Old scripts took the other two for line breaks.
_UNSAFE = {"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def html_page(report: RunReport, runner: Runner) -> str:
    """The text of the page."""
    # A run without this page needs no templates, and importing Jinja takes time.
    from ci_kit.templating import render_template, strict_environment

    texts = PageTexts(report, runner)
    details = Details(runner.host.redactor)
    results = report.results
    tests = list(ended_tests(results)) if results else []
    failures = shown_groups(results.failures if results else (), texts, details)
    flaky = shown_groups(results.flaky if results else (), texts, details)
    style, script = (_joined(names) for names in (_STYLES, _SCRIPTS))
    environment = strict_environment(
        {"redacted": texts.redact, "highlighted": highlighted, "json": _json}, autoescape=True
    )
    page = render_template(
        environment,
        f"{_FOLDER}/page.html.jinja",
        {
            "report": report,
            "version": __version__,
            "policy": f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)};"
            " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
            "style": style,
            "script": script,
            "again": texts.redact(shlex.join(report.again)),
            "parallel": parallel_lines(report, str, most=_MOST_PARALLEL),
            "failures": failures,
            "flaky": flaky,
            "details_left_out": details.left_out,
            "outcomes": Counter(test.result.outcome for test in tests),
            "tests": tests_data(tests, texts, _numbers(failures + flaky)),
            "files": files_data(report, texts),
        },
    )
    # UTF-8 has no halves of a surrogate pair, and HTML no NUL. A text of a test can have both.
    return page.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _numbers(groups: tuple[ShownGroup, ...]) -> dict[tuple[str, str], int]:
    """The number of the first failure of each test, by the name of its run and its id."""
    shown = [failure for group in groups for failure in group.failures]
    return {
        (run, failure.test): failure.number for failure in reversed(shown) for run in failure.runs or ("",)
    }


def _joined(names: tuple[str, ...]) -> Markup:
    from markupsafe import Markup

    from ci_kit.templating import shipped_templates

    folder = shipped_templates() / _FOLDER
    return Markup("\n".join((folder / name).read_text(encoding="utf-8") for name in names))  # noqa: S704


def _source(text: str) -> str:
    """What allows this very text of a style or a script (Content Security Policy Level 3, "hash-source")."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _json(value: object) -> Markup:
    """Data for a <script> that a browser does not run."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for unsafe, safe in _UNSAFE.items():
        text = text.replace(unsafe, safe)
    return Markup(text)  # noqa: S704
