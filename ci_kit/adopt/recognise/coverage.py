"""Reports of coverage, written by commands after the tests."""

from __future__ import annotations

from collections.abc import Mapping

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import CoverageReport, Unknown
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_FILES = {
    "xml": ("coverage-xml", "coverage.xml"),
    "lcov": ("coverage-lcov", "coverage.lcov"),
    "json": ("coverage-json", "coverage.json"),
    "html": ("coverage-html", "htmlcov"),
}
_VERBS = frozenset({"report", "combine", "erase", *_FILES})
_SHOWS = frozenset({"-m", "--show-missing", "--skip-covered", "--skip-empty", "-i", "--ignore-errors", "-q"})
_WITH_VALUE = {
    "--precision": "",
    "--sort": "",
    "--format": "",
    "--fail-under": "threshold",
    "-o": "path",
    "-d": "path",
    "--directory": "path",
}


def recognise_coverage(pipeline: Pipeline, scope: Scope) -> CoverageReport | Unknown | None:
    """``coverage report``, ``xml``, ``html``, ``json`` and ``lcov``; ``combine`` and ``erase``."""
    command = pipeline.only
    argv = argv_of(command, scope) if isinstance(command, Simple) else None
    if argv is None or argv.program != "coverage" or not argv.known or argv.known[0] not in _VERBS:
        return None
    if not argv.all_known or argv.output:
        return Unknown("a word of coverage has no known value, or its output is kept in a file")
    return _report(argv.known[0], list(argv.known[1:]))


def _report(verb: str, words: list[str]) -> CoverageReport | Unknown:
    given: dict[str, str] = {}
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name in _WITH_VALUE:
            given[_WITH_VALUE[name]] = value if equals or not words else words.pop(0)
        elif name not in _SHOWS:
            return Unknown(
                f"the option {name} of coverage has no input; write it in the settings of coverage"
            )
    return CoverageReport(_inputs(verb, given))


def _inputs(verb: str, given: Mapping[str, str]) -> dict[str, str]:
    inputs = {"fail-under": given["threshold"]} if "threshold" in given else {}
    if verb in _FILES:
        setting, path = _FILES[verb]
        inputs[setting] = given.get("path", path)
    return inputs
