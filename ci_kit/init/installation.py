"""How the workflow installs a project, where render cannot tell it, or would do it in another way later."""

from __future__ import annotations

import re
import shlex
from pathlib import Path, PurePosixPath

from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.repository import Place, Repository
from ci_kit.managers.lock_files import lists_package, requirements_files
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import managers_of
from ci_kit.managers.toml_tables import read_table

# The extras of a setup.py or setup.cfg with what the tests need.
_EXTRA = re.compile(r"^\s*[\"']?(tests?|testing|dev)[\"']?\s*[:=]", re.MULTILINE)


def decide_installation(repository: Repository, facts: ProjectFacts, decisions: Decisions) -> None:
    """Name the manager of the packages, and set the installation where render would fail."""
    folder = repository.root / facts.folder
    all_managers = managers_of(folder)
    managers = [one for one in all_managers if one.name != "pip" or _is_complete(folder)]
    if not managers:
        _install_by_pip(folder, facts, decisions)
        return
    manager = managers[0]
    place = _marker(repository, facts.folder, manager)
    decisions.found(manager.name, place, "the workflow installs the project with it")
    # render takes every pyproject.toml for one of pip, which comes before nox.
    is_new = manager.name == "nox" and not (folder / "pyproject.toml").exists()
    if is_new or manager is not all_managers[0]:
        _set(decisions, list(manager.install(folder)), place, manager.name)


def _is_complete(folder: Path) -> bool:
    """Whether render can install a project of pip: a pyproject.toml may have only the settings of tools."""
    return (folder / "requirements.txt").is_file() or "project" in read_table(folder / "pyproject.toml")


def _install_by_pip(folder: Path, facts: ProjectFacts, decisions: Decisions) -> None:
    """Install what the files of the project list, and the tools of its tests."""
    files = requirements_files(folder)
    words = [word for file in files for word in ("-r", file)] + _package(folder)
    tools = ("pytest", "coverage") if facts.suite.runner == "pytest" else ("coverage",)
    lists = (name for name in tools if any(lists_package(folder / file, name) for file in files))
    missing = sorted(set(tools) - set(lists), reverse=True)
    install = f".venv/bin/python -m pip install {shlex.join([*words, *missing])}"
    known = ", ".join(files) or "setup.py"
    place = Place(known) if words else "no file lists packages"
    _set(decisions, ["python -m venv .venv", install], place, "pip" if words else "no list of packages")
    if not words and facts.stack.libraries:
        names = ", ".join(library.name for library in facts.stack.libraries)
        decisions.warnings.append(
            f"no file lists the packages of the project, which imports {names}: list them in a"
            " requirements.txt, and remove install and cache from pyproject.toml"
        )


def _package(folder: Path) -> list[str]:
    """The arguments that install the project itself, if it is a package, with the extra for its tests."""
    files = [folder / name for name in ("setup.py", "setup.cfg") if (folder / name).is_file()]
    if not files and "build-system" not in read_table(folder / "pyproject.toml"):
        return []
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    extras = sorted({found for text in texts for found in _EXTRA.findall(text)})
    return ["-e", f".[{','.join(extras)}]" if extras else "."]


def _set(decisions: Decisions, commands: list[str], place: Place | str, found: str) -> None:
    decisions.set("install", commands, place, found=found)
    decisions.set("cache", value=False, place=place, found="no file that decides what is downloaded")


def _marker(repository: Repository, folder: PurePosixPath, manager: PackageManager) -> Place:
    names = (*manager.locks, *(one.name for one in manager.configurations))
    present = (str(folder / name) for name in names)
    return Place(next((name for name in present if name in repository.files), str(folder)))
