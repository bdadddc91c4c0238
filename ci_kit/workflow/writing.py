"""Writes the workflow files of a repository, checks them, or shows how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ci_kit.console import harmless
from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.workflow.files import Rendered, out_of_date, render_files, require_own
from ci_kit.workflow.rivals import rivals


@dataclass(frozen=True)
class Outcome:
    """The state of a workflow file after a run, and the difference that was found."""

    path: Path
    state: Literal["up to date", "differs", "written"]
    diff: str = ""


def write(root: Path, host: Host, names: Sequence[str] = (), *, force: bool = False) -> tuple[Outcome, ...]:
    """Write each file of the repository in ``root`` that is not up to date.

    ``force`` also replaces a file that ci-kit did not write, or that was edited since. Raises UsageError for
    such a file without it, before any file is written.
    """
    files = render_files(root, names)
    for file in files:
        if not file.up_to_date and not force:
            require_own(file)
    _warn_of_rivals(root, host, files)
    return tuple(_write(file, host) for file in files)


def check(root: Path, host: Host, names: Sequence[str] = ()) -> None:
    """Raise OutOfDateError if a file is not up to date; annotate each one on a runner. Write nothing."""
    stale = []
    for file in render_files(root, names):
        if file.up_to_date:
            _say_up_to_date(file, host)
            continue
        if file.foreign:
            require_own(file)
        stale.append(file)
    runner = Runner(host)
    for file in stale:
        runner.annotate(
            "error",
            "This file differs from its settings. Run `ci-kit render` and commit it.",
            title="ci-kit render --check",
            file=runner.relative(file.path),
            line=file.first_difference,
        )
    if stale:
        raise out_of_date(stale)


def show_difference(root: Path, host: Host, names: Sequence[str] = ()) -> tuple[Outcome, ...]:
    """Print the difference of each file, and write nothing."""
    outcomes = []
    for file in render_files(root, names):
        if file.up_to_date:
            _say_up_to_date(file, host)
        print(harmless(file.diff), end="")
        outcomes.append(Outcome(file.path, "differs" if file.diff else "up to date", file.diff))
    return tuple(outcomes)


def text_of_one(root: Path, names: Sequence[str]) -> str:
    """The text of the only workflow file, or of the one that is named. Raises UsageError."""
    files = render_files(root, names)
    if len(files) != 1:
        raise UsageError(
            "--stdout prints one file",
            why=f"the repository has {len(files)} workflows",
            todo=f"name one: {', '.join(file.path.stem for file in files)}",
        )
    return files[0].text


def _write(file: Rendered, host: Host) -> Outcome:
    if file.up_to_date:
        _say_up_to_date(file, host)
        return Outcome(file.path, "up to date")
    for warning in file.workflow.warnings:
        host.console.warning(warning)
    if file.foreign or file.edited:
        for loss in file.lost:
            host.console.warning(f"{file.path} loses {loss}")
    host.make_dir(file.path.parent)
    host.write(file.path, file.text)
    host.console.step("render", f"{file.path} {'would be written' if host.dry else 'is written'}")
    return Outcome(file.path, "differs" if host.dry else "written", file.diff)


def _say_up_to_date(file: Rendered, host: Host) -> None:
    host.console.step("render", f"{file.path} is up to date")


def _warn_of_rivals(root: Path, host: Host, files: Sequence[Rendered]) -> None:
    """Warn once, when a file is new, that another workflow already runs the tests."""
    if not any(file.current is None and file.settings.runs_tests for file in files):
        return
    if others := rivals(root, {file.path for file in files}):
        host.console.warning(
            f"the tests already run in {', '.join(others)}, and would run twice: delete that workflow, or set"
            " path to its name and use --force"
        )
