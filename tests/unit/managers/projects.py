"""Small projects of each package manager."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

PROJECT = '[project]\nname = "shop"\nversion = "0"\nrequires-python = ">=3.11"\n'
NOXFILE = """\
import nox

@nox.session
def tests(session):
    session.run(*session.posargs or ["python", "--version"])
"""
PIPFILE_LOCK = {
    "_meta": {"hash": {"sha256": ""}, "pipfile-spec": 6, "requires": {}, "sources": []},
    "default": {},
    "develop": {},
}


@dataclass(frozen=True)
class Manager:
    """A project of one manager.

    ``lock`` writes the lock file. ``run`` are the words with which the manager runs a program in the
    environment. ``starts`` is the number of its starts in a run of ci-kit.
    """

    program: str
    files: Mapping[str, str]
    run: str
    starts: int
    lock: str = ""
    create: str = ""
    variable: str | None = None


MANAGERS = (
    Manager(
        "poetry",
        {"pyproject.toml": PROJECT + "[tool.poetry]\npackage-mode = false\n"},
        "poetry run ",
        1,
        lock="poetry lock",
    ),
    Manager("uv", {"pyproject.toml": PROJECT}, "uv run --no-sync ", 0, lock="uv lock"),
    Manager(
        "pdm",
        {"pyproject.toml": PROJECT + "[tool.pdm]\ndistribution = false\n"},
        "pdm run ",
        0,
        lock="pdm lock",
    ),
    Manager(
        "pdm",
        {
            "pyproject.toml": PROJECT
            + '[tool.pdm]\ndistribution = false\n[tool.pdm.scripts]\n_.env = {FROM_PROJECT = "yes"}\n'
        },
        "pdm run ",
        1,
        lock="pdm lock",
        variable="yes",
    ),
    Manager(
        "pipenv", {"Pipfile": "[packages]\n", "Pipfile.lock": json.dumps(PIPFILE_LOCK)}, "pipenv run ", 1
    ),
    Manager(
        "pipenv",
        {"Pipfile": "[packages]\n", "Pipfile.lock": json.dumps(PIPFILE_LOCK), ".env": "FROM_PROJECT=yes\n"},
        "pipenv run ",
        2,
        variable="yes",
    ),
    Manager(
        "hatch",
        {
            "pyproject.toml": PROJECT
            + "[tool.hatch.envs.test]\nskip-install = true\nenv-vars = {FROM_PROJECT = 'yes'}\n"
        },
        "hatch run test:",
        1,
        create="hatch env create test",
        variable="yes",
    ),
    Manager(
        "tox",
        {"tox.ini": "[tox]\nno_package = true\n[testenv]\npass_env = *\ncommands = {posargs}\n"},
        "tox run -qqe py -- ",
        0,
        create="tox run -e py --notest",
    ),
    Manager(
        "nox",
        {"noxfile.py": NOXFILE},
        "nox -s tests --no-install -R -- ",
        0,
        create="nox --install-only",
    ),
)
