"""Other workflows of the repository that run the tests already."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ci_kit.workflow.header import is_generated
from ci_kit.workflow.option_parsers import WORKFLOWS

_TESTS = re.compile(
    r"\bpytest\b|\bpy\.test\b|-m unittest\b|\bmanage\.py test\b|\bcoverage run\b|\b(?:tox|nox)\b(?! *install)"
    r"|\bhatch test\b|\bci-kit run\b|\bmake (?:test|check)\b"
)
_INSTALLS = re.compile(r"\b(?:pip3?|poetry|pdm|pipenv|uv) (?:pip )?(?:install|add|sync)\b.*")


def rivals(root: Path, planned: Collection[Path]) -> tuple[str, ...]:
    """The jobs that run the tests in workflows that ci-kit does not write, as ``cy.yml (job test)``."""
    return tuple(f"{file.name} (job {job})" for file, job in jobs_with_tests(root) if file not in planned)


def jobs_with_tests(root: Path) -> tuple[tuple[Path, str], ...]:
    """The same jobs of all files, each with the path of its file."""
    folder = root / WORKFLOWS
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    return tuple((file, job) for file in files for job in _jobs_with_tests(file))


def _jobs_with_tests(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8")
        document = yaml.load(text, yaml.BaseLoader)  # noqa: S506  (a safe loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        # GitHub does not run it either.
        return
    jobs = document.get("jobs") if isinstance(document, dict) else None
    if is_generated(text) or not isinstance(jobs, dict):
        return
    for name, job in jobs.items():
        steps = job.get("steps") if isinstance(job, dict) else None
        if any(_runs_tests(step) for step in steps or () if isinstance(step, dict)):
            yield str(name)


def _runs_tests(step: Mapping[str, Any]) -> bool:
    if re.search(r"/ci-kit@|^\./$", str(step.get("uses", ""))):
        return True
    return bool(_TESTS.search(_INSTALLS.sub("", str(step.get("run", "")))))
