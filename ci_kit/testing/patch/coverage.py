"""The coverage of the lines that a change adds or modifies, and its threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ci_kit.errors import PatchCoverageBelowThresholdError, UnavailableError
from ci_kit.github import Runner
from ci_kit.settings.settings import Settings
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.patch.base import Base
from ci_kit.testing.patch.changed_lines import changed_lines


def measure_patch(
    runner: Runner, settings: Settings, base: Base | None, files: Sequence[FileCoverage]
) -> PatchCoverage | None:
    """The coverage of the change since its base; None if it is unknown. A failure of git is a warning."""
    if base is None or not files:
        return None
    try:
        # A file that a job on a runner has made is not part of the change.
        changed = changed_lines(base, untracked=not runner.present)
    except UnavailableError as problem:
        runner.host.console.warning("\n".join(problem.lines()))
        return None
    return PatchCoverage(base.name, tuple(_changed_files(files, changed, settings.root)))


def require_patch_coverage(patch: PatchCoverage | None, settings: Settings) -> None:
    """Raise PatchCoverageBelowThresholdError if the patch coverage is below the threshold or unknown.

    A change without measured lines passes.
    """
    threshold = settings.patch_fail_under
    if not threshold or not settings.coverage:
        return
    source = f"patch-fail-under came from {settings.source('patch-fail-under')}"
    if patch is None:
        raise PatchCoverageBelowThresholdError(
            "patch coverage is unknown, so it does not reach the threshold",
            why=f"coverage or git could not report, as the messages above say; {source}",
            todo="correct what the messages name, or remove patch-fail-under",
        )
    if patch.percent is not None and patch.percent < threshold:
        raise PatchCoverageBelowThresholdError(
            f"patch coverage is {patch.percent:.2f} %, below the threshold of {threshold:g} %",
            why=f"no test reached {patch.missed} of {patch.measured} changed lines; {source}",
            todo="test the changed lines that no test reached, or lower patch-fail-under",
        )


def _changed_files(
    files: Sequence[FileCoverage], changed: Mapping[Path, frozenset[int] | None], root: Path
) -> Iterator[FileCoverage]:
    for file in files:
        path = root / file.path
        if path not in changed:
            continue
        lines = changed[path]
        part = file.only(frozenset((*file.executed, *file.missing)) if lines is None else lines)
        if part.executed or part.missing:
            yield part
