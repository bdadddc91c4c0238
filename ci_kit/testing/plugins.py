"""pytest-json-report, for a project that does not have it.

Only this run's pytest has ci-kit's own copy on its path. The project's environment stays unchanged.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host

_DISTRIBUTIONS = ("pytest-json-report", "pytest-metadata")


def copy_report_plugin(host: Host, folder: Path) -> None:
    """Copy the plugin and its dependency to ``folder``. Raises UnavailableError if ci-kit lacks them."""
    for name in _DISTRIBUTIONS:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError as error:
            raise UnavailableError(
                f"{name} is missing from ci-kit's own installation",
                todo="install ci-kit again, with its dependencies",
            ) from error
        # pytest reads the plugin's name from the metadata beside the package.
        for top in sorted({file.parts[0] for file in files} - {".."}):
            host.copy_tree(Path(str(distribution(name).locate_file(top))), folder / top)


def report_arguments(report: Path) -> list[str]:
    """Arguments of pytest that make the plugin write the file ``report``."""
    # `-p` loads the plugins also where the project turns automatic loading off.
    return [
        *("-p", "metadata"),
        *("-p", "pytest_jsonreport"),
        "--json-report",
        f"--json-report-file={report}",
        "--json-report-verbosity=-1",
    ]
