"""The kind of a run: what is equal in runs that can be compared."""

from __future__ import annotations

import hashlib
import json
import re

from ci_kit.github import Runner
from ci_kit.settings.settings import Settings

_RELEASE = re.compile(r"(\d+\.\d+)(?:\.\d+)+")


def run_kind(
    name: str, settings: Settings, runner: Runner, *, partial: bool = False, workers: int = 1
) -> tuple[str, str]:
    """The name of a run without patch releases, and a digest of what decides which tests run and how fast.

    A selection of tests is another kind of run: by arguments, or ``partial`` by the change. So is a run with
    another number of ``workers``.
    """
    options = runner.host.environ.get("PYTEST_ADDOPTS", "")
    decisive = [settings.test_command, settings.pytest_args, settings.coverage, options]
    if partial:
        decisive.append("changed")
    if workers > 1:
        decisive.append(workers)
    digest = hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:8]
    return runner.host.redactor.redact(_RELEASE.sub(r"\1", name)), digest
