"""The coverage of several runs together: what any run executed counts as executed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage

_ALL = 100.0


def merge_files(measurements: Iterable[Sequence[FileCoverage]]) -> tuple[FileCoverage, ...]:
    """The files of several measurements, by path."""
    by_path: dict[str, list[FileCoverage]] = {}
    for files in measurements:
        for file in files:
            by_path.setdefault(file.path, []).append(file)
    return tuple(_merge(path, files) for path, files in sorted(by_path.items()))


def merge_patches(patches: Sequence[PatchCoverage]) -> PatchCoverage | None:
    """The coverage of one change in several measurements; None without one."""
    if not patches:
        return None
    files = merge_files(patch.files for patch in patches)
    # A patch has lines only, so that its percentage leaves branches out.
    changed = [file.only(frozenset((*file.executed, *file.missing))) for file in files]
    return PatchCoverage(patches[0].base, tuple(changed))


def total_percent(files: Sequence[FileCoverage]) -> float | None:
    """The total of coverage's report on these files: of lines and branches together. None without a file."""
    return _percent(files) if files else None


def _merge(path: str, files: Sequence[FileCoverage]) -> FileCoverage:
    if len(files) == 1:
        return files[0]
    executed = {line for file in files for line in file.executed}
    missing = {line for file in files for line in file.missing} - executed
    excluded = {line for file in files for line in file.excluded} - executed - missing
    merged = FileCoverage(
        path,
        0.0,
        tuple(sorted(executed)),
        tuple(sorted(missing)),
        tuple(sorted(excluded)),
        max(file.branches for file in files),
        tuple(sorted(_untaken([file for file in files if file.branches]))),
    )
    return replace(merged, percent=_percent([merged]))


def _untaken(measured: Sequence[FileCoverage]) -> Iterator[tuple[int, int]]:
    """The branches that no measurement took. A line may exist for some versions of Python only."""
    branches = [set(file.missing_branches) for file in measured]
    statements = [{*file.executed, *file.missing} for file in measured]
    for branch in set[tuple[int, int]]().union(*branches):
        pairs = zip(branches, statements, strict=True)
        if all(branch in missed or branch[0] not in lines for missed, lines in pairs):
            yield branch


def _percent(files: Iterable[FileCoverage]) -> float:
    """As coverage computes it ("Coverage percentage" in its manual); nothing to cover is 100."""
    reached = total = 0
    for file in files:
        reached += len(file.executed) + file.branches - len(file.missing_branches)
        total += len(file.executed) + len(file.missing) + file.branches
    return _ALL * reached / total if total else _ALL
