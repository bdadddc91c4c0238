"""The tests of a run in JUnit XML: Maven Surefire's elements, with ``file`` and ``line`` as pytest has them.

Sources: surefire-test-report-3.0.xsd for tests that ran again, and pytest's family "xunit1" for file and
line. A line counts from 1, as for editors and GitHub.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

from ci_kit.github import Runner
from ci_kit.redaction import Redactor
from ci_kit.report.ended_tests import ended_tests
from ci_kit.report.excerpt import excerpt
from ci_kit.report.matrix import separate_runs
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import Failure, Results, TestResult

# In characters.
_DETAIL_LIMIT = 8000
# What XML 1.0 cannot contain, not even escaped ("2.2 Characters").
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?=:|$)", re.MULTILINE)
# Those of pytest, and of the JUnit XML of other commands. Everything else is an error.
_FAILED_STAGES = ("call", "failure")


def junit_report(report: RunReport, runner: Runner) -> str:
    """The text of the report, with a test suite for each run."""
    parts = separate_runs(report)
    if report.runs and report.problem:
        # A problem of all runs together.
        parts += (replace(report, results=None, runs=()),)
    suites = "".join(
        _Suite(part.name if report.runs else "tests", part, runner.host.redactor).text() for part in parts
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>{suites}</testsuites>\n'


class _Suite:
    """The test suite of a run, made from top to bottom. It counts the test cases by their outcome."""

    def __init__(self, name: str, report: RunReport, redactor: Redactor) -> None:
        self._name = name
        self._report = report
        self._results = report.results or Results()
        self._redactor = redactor
        self._counts = Counter[str]()
        self._relative = cache(report.relative)

    def text(self) -> str:
        cases = list(self._cases())
        suite = {
            "name": self._name,
            "tests": str(len(cases)),
            "failures": str(self._counts["failure"]),
            "errors": str(self._counts["error"]),
            "skipped": str(self._counts["skipped"]),
            "time": f"{self._results.duration:.3f}",
        }
        return self._element("testsuite", suite, *cases)

    def _cases(self) -> Iterator[str]:
        for test in ended_tests(self._results):
            yield self._case(test.result, test.failures, test.reruns)
        failed = self._counts["failure"] + self._counts["error"]
        if self._report.problem or (self._report.outcome in ("failed", "error") and not failed):
            yield self._whole_run()

    def _case(self, test: TestResult, failures: Sequence[Failure], reruns: Sequence[Failure]) -> str:
        kinds = [_kind(failure) for failure in failures]
        again = "rerun" if failures else "flaky"
        content = [self._failure(kind, test, one) for kind, one in zip(kinds, failures, strict=True)]
        content += [self._rerun(again + _kind(one).title(), one) for one in reruns]
        if not failures and test.outcome in ("skipped", "xfailed"):
            kind = "pytest.xfail" if test.outcome == "xfailed" else "pytest.skip"
            content.append(self._element("skipped", {"message": self._excerpt(test.reason), "type": kind}))
            self._counts["skipped"] += 1
        # A test that failed and whose teardown failed too counts as a failure.
        self._counts.update(sorted(kinds)[-1:])
        content += self._printed(failures)
        class_name, name = _names(test.node)
        attributes = {"classname": class_name, "name": name, "time": f"{test.seconds:.3f}"}
        if test.path:
            attributes["file"] = self._relative(test.path)
        if test.path and test.line:
            attributes["line"] = str(test.line)
        return self._element("testcase", attributes, *content)

    def _whole_run(self) -> str:
        self._counts["error"] += 1
        text = self._report.problem or self._report.reason or self._report.title
        error = self._element("error", {"message": self._excerpt(text), "type": "ci-kit"})
        return self._element("testcase", {"classname": "ci-kit", "name": "run", "time": "0.000"}, error)

    def _failure(self, name: str, test: TestResult, failure: Failure) -> str:
        subtest = failure.node.removeprefix(test.node).strip()
        message = f"{subtest}: {failure.message}" if subtest else failure.message
        attributes = {"message": self._excerpt(message), "type": _exception(failure)}
        return self._element(name, attributes, self._detail(failure))

    def _rerun(self, name: str, failure: Failure) -> str:
        attributes = {"message": self._excerpt(failure.message), "type": _exception(failure)}
        trace = self._element("stackTrace", {}, self._detail(failure))
        return self._element(name, attributes, trace, *self._printed([failure]))

    def _detail(self, failure: Failure) -> str:
        text = failure.traceback or failure.message
        return _escape(excerpt(text, self._redactor, kept="both", limit=_DETAIL_LIMIT))

    def _printed(self, failures: Sequence[Failure]) -> list[str]:
        shown = [
            _escape(f"--- {section.title}\n{excerpt(section.text, self._redactor, kept='end')}\n")
            for failure in failures
            for section in failure.sections
        ]
        return [self._element("system-out", {}, *shown)] if shown else []

    def _excerpt(self, text: str) -> str:
        return excerpt(text, self._redactor)

    def _element(self, name: str, attributes: Mapping[str, str], *content: str) -> str:
        """An element with content that is XML already."""
        listed = "".join(
            f' {key}="{_escape_attribute(self._redactor.redact(value))}"' for key, value in attributes.items()
        )
        return f"<{name}{listed}>{''.join(content)}</{name}>\n" if content else f"<{name}{listed}/>\n"


def _names(node: str) -> tuple[str, str]:
    """The class and the name of a test, as pytest's own JUnit XML has them."""
    path, _, names = node.partition("::")
    name, bracket, parameters = names.partition("[")
    *classes, function = name.split("::")
    module = path.removesuffix(".py").replace("/", ".")
    return (".".join([module, *classes]), f"{function}{bracket}{parameters}") if names else ("", node)


def _kind(failure: Failure) -> Literal["failure", "error"]:
    return "failure" if failure.stage in _FAILED_STAGES else "error"


def _exception(failure: Failure) -> str:
    """The name of the exception; pytest's messages of assertions begin without it."""
    found = _EXCEPTION.match(failure.message)
    return found[0] if found else "AssertionError" if failure.message.startswith("assert ") else failure.stage


def _escape(text: str) -> str:
    return html.escape(_ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text))


def _escape_attribute(text: str) -> str:
    # A parser turns a line break in an attribute into a space.
    return _escape(text).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
