"""PDM."""

from __future__ import annotations

from pathlib import Path

from ci_kit.managers.manager import Configuration


class Pdm:
    """A project with a pdm.lock."""

    name = "PDM"
    program = "pdm"
    locks = ("pdm.lock",)
    configurations: tuple[Configuration, ...] = ()
    named_environments = False
    cache_folders = ("~/.cache/pdm",)

    def python(self, _folder: Path, /) -> tuple[str, ...]:
        return "pdm", "run", "python"

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return (
            # PDM 2.29 fails to download with hishel 2: it has no SyncSqliteStorage.
            "python -m pip install pdm 'hishel<2'",
            # By default, PDM takes the Python of a .python-version, in every job of a matrix.
            "pdm use --first python",
            # `pdm sync` would accept a lock file that is older than pyproject.toml.
            "pdm install --check",
        )
