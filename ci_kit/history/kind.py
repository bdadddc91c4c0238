"""The kind of a run: what is equal in runs that can be compared."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TypeAlias

from ci_kit.github import Runner
from ci_kit.settings.settings import Settings

Kind: TypeAlias = tuple[str, str]
"""The name of a run without patch releases, and a digest of what decides which tests run and how fast."""

_RELEASE = re.compile(r"(\d+\.\d+)(?:\.\d+)+")


@dataclass(frozen=True)
class Kinds:
    """The kinds that a run has a part in.

    ``own`` is that of the run. ``alone`` is that of the same run in one process, and ``whole`` that of the
    same run of all tests.
    """

    own: Kind
    alone: Kind
    whole: Kind


def kinds_of(
    name: str, settings: Settings, runner: Runner, *, partial: bool = False, workers: int = 1
) -> Kinds:
    """The kinds of a run with this ``name``, which left out tests if it is ``partial``."""
    return Kinds(
        run_kind(name, settings, runner, partial=partial, workers=workers),
        run_kind(name, settings, runner, partial=partial),
        run_kind(name, settings, runner),
    )


def run_kind(
    name: str, settings: Settings, runner: Runner, *, partial: bool = False, workers: int = 1
) -> Kind:
    """The kind of a run.

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
    return stable_name(name, runner), digest


def stable_name(name: str, runner: Runner) -> str:
    """The name of a run without patch releases and secrets."""
    return runner.host.redactor.redact(_RELEASE.sub(r"\1", name))
