"""Combines the data of a session and prints coverage's report on them, with the data loaded once.

Does what ``coverage combine``, ``coverage report``, ``coverage xml`` and its like do by hand. The data become
the project's own data file, unless pytest-cov has written that file. FOLDER/coverage.json has the result.
"""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from coverage import Coverage
from coverage.exceptions import CoverageException
from coverage.results import should_fail_under

_FAIL_UNDER = "--fail-under="
_CONTEXTS = "--contexts="


def main(folder: Path, words: list[str], load: Callable[[str], ModuleType]) -> int:
    result: dict[str, object] = {}
    try:
        coverage, by_pytest_cov = _open(folder, load("by_file").CoverageByFile)
        if words[0] == "report":
            for word in words[1:]:
                if word.startswith(_FAIL_UNDER):
                    coverage.set_option("report:fail_under", float(word[len(_FAIL_UNDER) :]))
            # pytest-cov's own reports, which the project sees by hand, leave out files without source.
            ignore_errors = True if by_pytest_cov else None
            for word in words[1:]:
                if word.startswith(_CONTEXTS):
                    load("contexts").write(coverage, Path(word[len(_CONTEXTS) :]))
            try:
                _report(coverage, ignore_errors, load, result)
            finally:
                result["files"] = coverage.files
                result["unwritten"] = load("formats").write(coverage, words[1:], ignore_errors)
    except CoverageException as error:
        print(error)
        result["problem"] = str(error)
    except Exception as error:  # noqa: BLE001  (a plugin of coverage may fail in any way)
        traceback.print_exc()
        result["problem"] = f"{type(error).__name__}: {error}"
    (folder / "coverage.json").write_text(json.dumps(result), encoding="utf-8")
    return 1 if "problem" in result else 2 if result.get("below_threshold") else 0


def _open(folder: Path, make: Callable[..., Any]) -> tuple[Any, bool]:
    """The loaded data, and whether they come from pytest-cov alone."""
    own_files = [str(path) for path in (folder / "coverage").glob("data.*")]
    sessions = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/session.json")]
    by_pytest_cov = [session["pytest_cov"] for session in sessions if "pytest_cov" in session]
    if len(by_pytest_cov) == 1 and not own_files:
        (only,) = by_pytest_cov
        coverage = make(data_file=only["data_file"], config_file=only["config_file"])
        coverage.load()
        return coverage, True
    coverage = make()
    own = Path.cwd() / str(coverage.get_option("run:data_file"))
    data_file = folder / "coverage" / "data"
    coverage.set_option("run:data_file", str(data_file))
    _load_files(coverage, data_file, [*own_files, *map(str, folder.glob("*/pytest-cov"))])
    try:
        _replace(own, data_file)
    except OSError as error:
        print(f"coverage: cannot write {own}: {error.strerror}", file=sys.stderr)
    return coverage, False


def _load_files(coverage: Coverage, data_file: Path, files: list[str]) -> None:
    if len(files) == 1 and not coverage.get_option("run:parallel"):
        # By hand, there would be nothing to combine, and so the paths would stay as they are.
        shutil.copyfile(files[0], data_file)
        coverage.load()
    else:
        coverage.combine(files, strict=True, keep=True)
        coverage.save()


def _replace(path: Path, source: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    shutil.copyfile(source, unfinished)
    unfinished.replace(path)


def _report(
    coverage: Coverage,
    ignore_errors: bool | None,
    load: Callable[[str], ModuleType],
    result: dict[str, object],
) -> None:
    threshold = _number(coverage, "report:fail_under")
    result["has_threshold"] = threshold > 0
    result["warning"] = load("unmeasured").explain(coverage)
    total = coverage.report(show_missing=True, ignore_errors=ignore_errors)
    result["percent"] = total
    precision = int(_number(coverage, "report:precision"))
    result["below_threshold"] = should_fail_under(total, threshold, precision)


def _number(coverage: Coverage, option: str) -> float:
    value = coverage.get_option(option)
    return float(value) if isinstance(value, (int, float)) else 0.0
