"""The program that runs in the project's own Python, and the facts that it leaves about the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.testing.python import Project

_PROGRAM = Path(__file__).with_name("project_side")


@dataclass(frozen=True)
class Session:
    """Facts about a session of pytest.

    ``not_started`` is the program that could not start, coverage or pytest, and ``error`` its own words.
    ``unmeasured_workers`` has a reason for each worker of pytest-xdist in which coverage could not start.
    """

    not_started: str = ""
    error: str = ""
    unmeasured_workers: tuple[str, ...] = ()


def project_command(
    project: Project, folder: Path, words: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None
) -> Command:
    """The command that does what ``python WORDS`` does by hand, in the project's Python.

    ``words`` are those that project_side/__main__.py lists. ``folder`` is for the files of this run.
    """
    return project.command([str(_PROGRAM), str(folder), *words], cwd=cwd, env=env)


def read_session(folder: Path) -> Session:
    try:
        facts = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    except OSError:
        return Session()
    return Session(
        facts.get("not_started", ""), facts.get("error", ""), tuple(facts.get("unmeasured_workers", ()))
    )
