"""Reports of coverage, written by commands after the tests."""

from __future__ import annotations

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
_SHOWS = frozenset({"-m", "--show-missing", "--skip-covered", "--skip-empty", "-i", "--ignore-errors", "-q"})
_LOOKS_DIFFERENT = frozenset({"--precision", "--sort", "--format"})


def recognise_coverage(pipeline: Pipeline, scope: Scope) -> CoverageReport | Unknown | None:
    """``coverage report``, ``xml``, ``html``, ``json`` and ``lcov``; ``combine`` and ``erase``."""
    command = pipeline.only
    if not isinstance(command, Simple):
        return None
    argv = argv_of(command, scope)
    if argv.program != "coverage" or not argv.known:
        return None
    if not argv.all_known or argv.output:
        return Unknown("a word of coverage has no known value, or its output is kept in a file")
    verb, *words = argv.known
    if verb in {"combine", "erase"} and not words:
        return CoverageReport()
    if verb == "report":
        return _report(words)
    if verb in _FILES:
        return _file(verb, words)
    return None


def _report(words: list[str]) -> CoverageReport | Unknown:
    inputs: dict[str, str] = {}
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in _LOOKS_DIFFERENT or name == "--fail-under":
            value = value if equals else rest.pop(0) if rest else ""
            if name == "--fail-under":
                inputs["fail-under"] = value
        elif name not in _SHOWS:
            return Unknown(
                f"the option {name} of coverage has no input; write it in the settings of coverage"
            )
    return CoverageReport(inputs)


def _file(verb: str, words: list[str]) -> CoverageReport | Unknown:
    setting, path = _FILES[verb]
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in {"-o", "-d", "--directory"}:
            path = value if equals else rest.pop(0) if rest else ""
        elif name not in _SHOWS:
            return Unknown(
                f"the option {name} of coverage has no input; write it in the settings of coverage"
            )
    return CoverageReport({setting: path})
