"""The plugins that ci-kit lends to the run's pytest.

Only this run's pytest has them on its path. The project's environment stays unchanged, and what the project
has itself is never lent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.python import Project

_OWN = Path(__file__).parent / "lent"
# Without pytest-metadata, which it depends on: it only adds facts about the machine, and is written for
# other versions of pytest than the project's.
_JSON_REPORT = "pytest-json-report"
_XDIST = ("pytest-xdist", "execnet")


def lend_plugins(host: Host, settings: Settings, project: Project, folder: Path, workers: int = 1) -> None:
    """Copy the plugins to ``folder``. Raises UnavailableError if ci-kit's own installation is incomplete."""
    host.copy_tree(_OWN, folder)
    if settings.json_report and "pytest_jsonreport" not in project.has:
        _lend(host, [_JSON_REPORT], folder)
    if workers > 1 and "xdist" not in project.has:
        _require_newer_python(project)
        _lend(host, _XDIST, folder)


def workers_arguments(workers: int) -> list[str]:
    """The arguments that make pytest run the tests in several processes."""
    # xdist is loaded also where the project turns automatic loading off.
    return ["-p", "xdist", "-n", str(workers)] if workers > 1 else []


def results_arguments(results: Path) -> list[str]:
    """The arguments that make pytest write the file ``results``."""
    # `-p` loads a plugin also where the project turns automatic loading off.
    return ["-p", "ci_kit_results", f"--ci-kit-results={results}"]


def json_report_arguments(settings: Settings) -> list[str]:
    """The arguments for the report that the settings ask for."""
    if not settings.json_report:
        return []
    file = settings.root / settings.json_report
    return ["-p", "pytest_jsonreport", "--json-report", f"--json-report-file={file}"]


def _lend(host: Host, names: Iterable[str], folder: Path) -> None:
    for name in names:
        for path in _top_level_paths(name):
            host.copy_tree(path, folder / path.name)


def _require_newer_python(project: Project) -> None:
    """Raise UnavailableError if the project's Python is older than the pytest-xdist of ci-kit supports."""
    from importlib.metadata import metadata

    required = metadata(_XDIST[0])["Requires-Python"].removeprefix(">=")
    if project.version and _numbers(project.version) < _numbers(required):
        raise UnavailableError(
            f"the pytest-xdist of ci-kit needs Python {required}, and the project has {project.version}",
            why="the setting workers needs pytest-xdist, and the project does not have it",
            todo="add pytest-xdist to the project's test dependencies, or remove the setting workers",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _top_level_paths(name: str) -> Iterator[Path]:
    """The folders of an installed distribution: its package, and the metadata that names its plugin."""
    # Most runs need no report, and the import takes time.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution(name)
    except PackageNotFoundError as error:
        raise UnavailableError(
            f"{name} is missing from ci-kit's own installation",
            todo="install ci-kit again, with its dependencies",
        ) from error
    for top in sorted({file.parts[0] for file in found.files or []} - {".."}):
        yield Path(str(found.locate_file(top)))
