"""What a run says of itself when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ci_kit import templating
from ci_kit.errors import PYTEST_CODES, Outcome
from ci_kit.github import ANNOTATION_LIMIT, Runner
from ci_kit.host.machine import Host
from ci_kit.testing.results import Results

# What Markdown or HTML would take for markup; as a reference, it is a character.
_MARKUP = frozenset("&<>|`*_[]()~\\#!$@")
_WORDS: dict[Outcome, str] = {
    "passed": "Tests passed",
    "failed": "Tests failed",
    "no-tests": "No tests to run",
    "error": "The job could not be done",
}


@dataclass(frozen=True)
class Summary:
    """A run that is over; what a template of a summary may use. Durations are in seconds."""

    outcome: Outcome
    timezone: str
    mysql: str
    python: str
    results: Results | None
    coverage: float | None
    problem: str
    seconds: float
    code: int = 0

    @property
    def title(self) -> str:
        if self.problem:
            return self.problem
        if self.results and self.outcome == "passed" and not self.results.ran + self.results.skipped:
            return "No test was run, as pytest was told"
        if self.code in PYTEST_CODES and self.code > 1:
            return f"Tests failed, pytest's exit code {self.code}: {PYTEST_CODES[self.code]}"
        return _WORDS[self.outcome]

    @property
    def counts(self) -> str:
        """The counts that are not zero, as in ``12 passed, 1 skipped``."""
        if self.results is None:
            return ""
        named = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected")
        return ", ".join(f"{n} {name}" for name in named if (n := getattr(self.results, name)))

    def outputs(self) -> dict[str, str]:
        """The action's outputs; empty where there is nothing to say."""
        results = self.results
        return {
            "outcome": self.outcome,
            "tests-collected": str(results.collected) if results else "",
            "tests-passed": str(results.passed) if results else "",
            "tests-failed": str(results.failed + results.errors) if results else "",
            "tests-skipped": str(results.skipped) if results else "",
            "coverage-percent": "" if self.coverage is None else f"{self.coverage:.2f}",
            "mysql-version": self.mysql,
        }


def publish(host: Host, runner: Runner, summary: Summary) -> None:
    """Say it on the terminal and, on a runner, as outputs, a page and annotations of the code."""
    coverage = "" if summary.coverage is None else f"coverage {summary.coverage:.1f} %"
    facts = [text for text in (summary.counts, coverage, f"{summary.seconds:.1f} s") if text]
    if host.dry:
        host.console.step("dry run", "nothing was changed")
    elif not summary.problem:
        host.console.step("result", f"{summary.title}: {', '.join(facts)}")
    runner.set_outputs(summary.outputs())
    if not runner.present:
        return
    environment = templating.environment()
    # Ahead of the markup, which would hide a secret's spelling from the runner's own masking.
    environment.filters["cell"] = lambda text: _cell(host.redactor.redact(text))
    runner.add_summary(templating.fill_in(environment, "summary.md.jinja", {"summary": summary}))
    for failure in (summary.results.failures if summary.results else ())[:ANNOTATION_LIMIT]:
        runner.annotate(
            "error",
            host.redactor.redact(failure.message),
            title=host.redactor.redact(f"{failure.node} ({failure.stage})"),
            file=runner.relative(Path(failure.path)),
            line=failure.line,
        )


def _cell(text: str) -> str:
    """A text as the cell of a Markdown table shows it, on one line and as it is."""
    shown = "".join(f"&#{ord(one)};" if one in _MARKUP else one for one in text.strip())
    return "<br>".join(shown.splitlines())
