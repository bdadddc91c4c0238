"""pytest-json-report, lent to a project that does not have it.

ci-kit's own copy of the plugin is copied to a folder that only this run's pytest has on its path: the
project's environment is left as it is.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host

_LENT = ("pytest-json-report", "pytest-metadata")


def lend_plugins(host: Host, folder: Path) -> None:
    """Copy the plugin and what it needs to a folder."""
    for name in _LENT:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError as error:
            raise UnavailableError(
                f"ci-kit's own installation has no {name}", todo="install ci-kit again, with its dependencies"
            ) from error
        # The package and its metadata, from which pytest learns the plugin's name.
        for top in sorted({file.parts[0] for file in files} - {".."}):
            host.copy_tree(Path(str(distribution(name).locate_file(top))), folder / top)
