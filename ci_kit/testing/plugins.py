"""The plugins that ci-kit lends to the run's pytest.

Only this run's pytest has them on its path. The project's environment stays unchanged, and what the project
has itself is never lent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.python import Project

_OWN = Path(__file__).parent / "lent"
# Without pytest-metadata, which it depends on: it only adds facts about the machine, and is written for
# other versions of pytest than the project's.
_JSON_REPORT = "pytest-json-report"


def lend_plugins(host: Host, settings: Settings, project: Project, folder: Path) -> None:
    """Copy the plugins to ``folder``. Raises UnavailableError if ci-kit's own installation is incomplete."""
    host.copy_tree(_OWN, folder)
    if settings.json_report and "pytest_jsonreport" not in project.has:
        for path in _top_level_paths(_JSON_REPORT):
            host.copy_tree(path, folder / path.name)


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
