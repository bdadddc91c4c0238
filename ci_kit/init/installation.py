"""How the workflow installs a project, where render cannot tell it, or would do it in another way later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.repository import Place, Repository
from ci_kit.managers.deciding_files import packaging_files
from ci_kit.managers.job_tools import TEST_TOOLS
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.requirements import requirements_for_tests
from ci_kit.managers.table import managers_of
from ci_kit.workflow.needed_tools import not_locked


def decide_installation(repository: Repository, facts: ProjectFacts, decisions: Decisions) -> None:
    """Name the manager of the packages, and set the installation where render would fail."""
    folder = repository.root / facts.folder
    lists = bool(requirements_for_tests(folder) or packaging_files(folder))
    all_managers = managers_of(folder)
    managers = [one for one in all_managers if one.name != "pip" or lists]
    if not managers:
        _install_only_tools(facts, decisions)
        return
    manager = managers[0]
    place = _marker(repository, facts.folder, manager)
    decisions.found(manager.name, place, "the workflow installs the project with it")
    # render takes every pyproject.toml for one of pip, which comes before nox.
    is_new = manager.name == "nox" and not (folder / "pyproject.toml").exists()
    if is_new or manager is not all_managers[0]:
        _set(decisions, manager.install(folder), place, manager.name)
    decisions.warnings.extend(not_locked(manager, folder, _tools(facts)))


def _tools(facts: ProjectFacts) -> Sequence[str]:
    return TEST_TOOLS if facts.suite.runner == "pytest" else ("coverage",)


def _install_only_tools(facts: ProjectFacts, decisions: Decisions) -> None:
    """Install what the tests of a project without a list of packages need: its packages are not known."""
    commands = ("python -m venv .venv", f".venv/bin/python -m pip install {' '.join(_tools(facts))}")
    _set(decisions, commands, "no file lists packages", "no list of packages")
    if facts.stack.libraries:
        names = ", ".join(library.name for library in facts.stack.libraries)
        decisions.warnings.append(
            f"no file lists the packages of the project, which imports {names}: list them in a"
            " requirements.txt, and remove install and cache from pyproject.toml"
        )


def _set(decisions: Decisions, commands: Sequence[str], place: Place | str, found: str) -> None:
    decisions.set("install", list(commands), place, found=found)
    decisions.set("cache", value=False, place=place, found="no file that decides what is downloaded")


def _marker(repository: Repository, folder: PurePosixPath, manager: PackageManager) -> Place:
    names = manager.deciding_files(repository.root / folder)
    present = (str(folder / name) for name in names)
    return Place(next((name for name in present if name in repository.files), str(folder)))
