"""Runs pytest, under coverage if the words say so, or another Python program under coverage.

Three things differ from ``python -m coverage run``. The data files are in FOLDER/coverage, one for each
process, so that the data of an earlier run do not mix with this run's. If pytest-cov measures, coverage does
not. The workers of pytest-xdist are measured. FOLDER/N/session.json has the facts that ci-kit needs
afterwards.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage import Coverage

# Of pytest's exit codes, the one for an error in pytest or in a plugin.
_INTERNAL_ERROR = 3
_COVERAGE_RUN = ["-m", "coverage", "run"]


class Facts:
    """The file FOLDER/N/session.json. pytest may be killed at any time, so the file is always complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "session.json"
        self._facts: dict[str, object] = {}

    def record(self, **facts: object) -> None:
        self._facts.update(facts)
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(self._facts), encoding="utf-8")
        unfinished.replace(self._path)

    def keep(self, data_file: str) -> None:
        """Keep a copy of pytest-cov's data: the next command may replace them."""
        with suppress(OSError):
            shutil.copyfile(data_file, self._path.with_name("pytest-cov"))

    def record_failed_start(self, program: str, error: Exception | str) -> None:
        self.record(not_started=program, error=error if isinstance(error, str) else _words(error))


def _words(error: Exception) -> str:
    # coverage's own errors are written to be shown alone.
    if type(error).__module__.startswith("coverage."):
        return str(error)
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def main(folder: Path, words: list[str], load: Callable[[str], ModuleType]) -> int:
    facts = Facts(folder)
    coverage = None
    data_file_before = os.environ.get("COVERAGE_FILE")
    if _records_contexts(facts.folder):
        _use_tracer()
    if words[:3] == _COVERAGE_RUN:
        del words[:3]
        try:
            coverage = _start_coverage(folder.parent)
        except Exception as error:  # noqa: BLE001  (an installation may be broken in any way)
            facts.record_failed_start("coverage", error)
            return 1
    if words[:2] != ["-m", "pytest"] and Path(words[0]).name != "pytest":
        try:
            return int(load("program").run(words, facts))
        finally:
            if coverage:
                _save(coverage)
    plugins = folder.parent / "plugins"
    if plugins.is_dir():
        # At the end, so that it hides nothing that the project has.
        sys.path.append(str(plugins))
    return _run_pytest(_arguments(words), facts, load, coverage, data_file_before, folder)


def _arguments(words: list[str]) -> list[str]:
    """The arguments of pytest, from ``-m pytest ARGUMENT...`` or ``SCRIPT ARGUMENT...``."""
    if words[0] == "-m":
        return words[2:]
    # A script has its own folder first on the path, and not the working directory.
    if sys.path[:1] == [str(Path.cwd())]:
        sys.path[0] = str(Path(words[0]).parent)
    return words[1:]


def _records_contexts(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "selection.json").read_text(encoding="utf-8"))["record"])
    except OSError:
        return False


def _use_tracer() -> None:
    """Keep coverage, also that of pytest-cov and of workers, from measuring by sys.monitoring.

    That reports each line once, and not once for each test.
    """
    with suppress(ImportError):
        importlib.import_module("coverage.tracer")
        os.environ["COVERAGE_CORE"] = "ctrace"


def _start_coverage(folder: Path) -> Coverage:
    """Start coverage as ``coverage run`` does, with the project's own configuration."""
    from coverage import Coverage

    data_file = folder / "coverage" / "data"
    data_file.parent.mkdir(exist_ok=True)
    coverage = Coverage(data_file=str(data_file), data_suffix=True, check_preimported=True)
    # Without a source, coverage measures every file that is not installed, and so these.
    unmeasured = {Path(__file__).parent, folder, folder.resolve()}
    omit = coverage.get_option("run:omit")
    omitted = list(omit) if isinstance(omit, list) else []
    coverage.set_option("run:omit", omitted + [f"{path}/*" for path in sorted(unmeasured)])
    if _starts_by_configuration(coverage):
        # A process that reads coverage's configuration takes the data file from there, or from here.
        os.environ["COVERAGE_FILE"] = str(data_file)
    coverage.start()
    return coverage


def _starts_by_configuration(coverage: Coverage) -> bool:
    """Whether coverage may start in other processes without the settings of this one."""
    concurrency = coverage.get_option("run:concurrency")
    return (
        (isinstance(concurrency, list) and "multiprocessing" in concurrency)
        or "COVERAGE_PROCESS_START" in os.environ
        or "COVERAGE_FILE" in os.environ
    )


def _run_pytest(
    arguments: list[str],
    facts: Facts,
    load: Callable[[str], ModuleType],
    coverage: Coverage | None,
    data_file_before: str | None,
    folder: Path,
) -> int:
    measuring = None
    workers = folder.parent / "workers"
    try:
        # After the start of coverage, because pytest itself may be the project.
        import pytest

        # A process that multiprocessing spawns imports the main module again.
        main_module = importlib.import_module("pytest.__main__")
        sys.modules["__main__"] = main_module
        sys.argv = [str(main_module.__file__), *arguments]
        measurement = load("measuring")
        measuring = measurement.Measuring(facts, coverage, data_file_before)
        plugins = [measuring]
        if workers.is_dir():
            plugins.append(load("workers").Workers(workers, folder.name, measurement.await_main_thread))
        code = int(pytest.main(plugins=plugins))
        if code == _INTERNAL_ERROR and not measuring.configured:
            facts.record_failed_start("pytest", "its own message is above")
    except Exception as error:
        if measuring is None or not measuring.configured:
            facts.record_failed_start("pytest", error)
        raise
    else:
        return code
    finally:
        if coverage and measuring and measuring.data_file:
            facts.keep(measuring.data_file)
        elif coverage:
            _save(coverage)


def _save(coverage: Coverage) -> None:
    coverage.stop()
    try:
        coverage.save()
    except Exception as error:  # noqa: BLE001  (the outcome of the tests counts more)
        print(f"coverage: {error}", file=sys.stderr)
