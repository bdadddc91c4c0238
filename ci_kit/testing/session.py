"""The processes of the tests, and the facts that the program in the project's Python leaves about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.testing.python import Project

_PROGRAM = Path(__file__).with_name("project_side")


@dataclass(frozen=True)
class Session:
    """Facts about one command of the tests.

    ``not_started`` is what could not start, such as coverage or pytest, and ``error`` its own words.
    ``unmeasured_workers`` has a reason for each worker of pytest-xdist in which coverage could not start.
    """

    not_started: str = ""
    error: str = ""
    unmeasured_workers: tuple[str, ...] = ()


def project_command(
    project: Project,
    folder: Path,
    words: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Command:
    """The command that does what ``python OPTIONS WORDS`` does by hand, in the project's Python.

    ``words`` are those that project_side/__main__.py lists. ``folder`` is for the files of this command.
    """
    return project.command([*options, str(_PROGRAM), str(folder), *words], cwd=cwd, env=env)


def stream_tests(host: Host, command: Command, *, root: Path, session: Path) -> int:
    """Run tests and pass their output on as it comes; gives the exit code, negative for a signal.

    ``session`` is the folder for the files of the command. Raises UnavailableError if coverage or the tests
    could not start, or if the project's folder ``root`` is gone after the tests.
    """
    before = _identity(root)
    code = host.stream(command)
    if host.dry:
        return code
    if _identity(root) != before:
        raise UnavailableError(
            f"the tests removed their working folder: {root}",
            why=f"it was there before the tests; their exit code was {code}",
            todo="look for a test, a fixture or a plugin that removes, renames or replaces it;"
            " the fixture tmp_path gives a test a folder of its own",
        )
    _require_start(read_session(session))
    return code


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one at the same path; None if there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _require_start(session: Session) -> None:
    if session.not_started:
        what, *details = session.error.splitlines()
        raise UnavailableError(
            f"{session.not_started} could not start",
            why=what,
            details=tuple(details),
            todo="correct what it names: its configuration, or a package in the project's environment",
        )


def read_session(folder: Path) -> Session:
    """The facts about the command with this folder."""
    try:
        facts = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    except OSError:
        return Session()
    return Session(
        facts.get("not_started", ""), facts.get("error", ""), tuple(facts.get("unmeasured_workers", ()))
    )
