"""``ci-kit doctor``: the examination, shown to people or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from ci_kit.columns import padded
from ci_kit.console import Console
from ci_kit.doctor.examination import examine
from ci_kit.doctor.section import Section
from ci_kit.github import Runner
from ci_kit.host.machine import LookingHost
from ci_kit.settings.settings import Settings


def doctor(settings: Settings, runner: Runner, *, as_json: bool) -> tuple[str, int]:
    """What a run would do and lack, as a text for standard output, and the exit code that it would have."""
    host = runner.host
    sections = examine(settings, Runner(LookingHost(host.console, host.environ), runner.token))
    code = next((one.problem.exit_code for one in sections if one.problem), 0)
    text = _as_json(sections, code) if as_json else _as_text(sections)
    return host.redactor.redact(text), code


def _as_json(sections: Sequence[Section], code: int) -> str:
    found = {one.name: one.facts | {"problem": _problem(one)} for one in sections}
    return json.dumps({"exit_code": code, **found}, indent=2, ensure_ascii=False)


def _problem(section: Section) -> dict[str, object] | None:
    problem = section.problem
    if not problem:
        return None
    return {
        "what": problem.what,
        "why": problem.why,
        "details": list(problem.details),
        "do": problem.todo,
        "exit_code": problem.exit_code,
    }


def _as_text(sections: Sequence[Section]) -> str:
    console = Console(stream=sys.stdout)
    width = max(len(one.name) for one in sections) + 2
    lines: list[str] = []
    for section in sections:
        texts = section.problem.lines() if section.problem else section.lines
        head = console.styled(padded(section.name, width), "red" if section.problem else "bold")
        lines += [f"{head if number == 0 else ' ' * width}{text}" for number, text in enumerate(texts)]
    problems = sum(1 for one in sections if one.problem)
    lines += ["", _verdict(problems)]
    return "\n".join(lines)


def _verdict(problems: int) -> str:
    if not problems:
        return "`ci-kit run` has what it needs."
    return f"`ci-kit run` would fail: {problems} problem{'s' if problems > 1 else ''}, see above."
