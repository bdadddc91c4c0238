"""The settings of the workflow that render cannot find out: the branch, the Python version, the folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.repository import Place, Repository
from ci_kit.workflow.options import WORKFLOW_OPTIONS
from ci_kit.workflow.versions import python_versions

_DEFAULT_BRANCHES, _DEFAULT_PYTHONS = (
    next(option.default for option in WORKFLOW_OPTIONS if option.name == name)
    for name in ("branches", "python-versions")
)
_USUAL = ("main", "master")
_VERSION = r"(?P<version>3\.\d+)\b"
_PYTHON_FILES = (
    (r"\.python-version", re.compile(rf"^(?:cpython-?)?{_VERSION}", re.MULTILINE)),
    (r"runtime\.txt", re.compile(rf"^python-{_VERSION}", re.MULTILINE)),
    (r"(?:.*\.)?Dockerfile", re.compile(rf"^FROM +(?:\S+/)?python:{_VERSION}", re.MULTILINE)),
)


def decide_branch(repository: Repository, host: Host, decisions: Decisions) -> None:
    """The branch whose pushes start the tests: the default branch of the repository."""
    if not repository.is_git or not host.which("git"):
        return
    name = _default_branch(repository, host)
    if name and [name] != _DEFAULT_BRANCHES:
        decisions.set("branches", [name], "the default branch of git", found=f"branch {name}")


def decide_python(repository: Repository, facts: ProjectFacts, decisions: Decisions) -> None:
    """The Python version: the one that the project pins, or else the newest that it supports."""
    for names, pattern in _PYTHON_FILES:
        for place in dict.fromkeys([facts.folder, PurePosixPath()]):
            for file in repository.named(names, place):
                if found := pattern.search(repository.text(file)):
                    place_of = repository.place_at(file, found.start("version"))
                    _set_python(found["version"], place_of, decisions)
                    return
    supported = python_versions(repository.root / facts.folder)
    source = Place(supported.place)
    if "classifiers" in supported.place and len(supported.value) > 1:
        decisions.set("python-versions", "auto", source, found=f"Python {', '.join(supported.value)}")
    elif _DEFAULT_PYTHONS not in [[version] for version in supported.value]:
        _set_python(supported.value[-1], source, decisions)


def decide_folder(facts: ProjectFacts, decisions: Decisions, *, several: bool) -> None:
    """The folder of a project that is not at the root of its repository."""
    if facts.folder == PurePosixPath():
        return
    folder = str(facts.folder)
    decisions.set("working-directory", folder, "the project's folder", found="a project in a folder")
    if several:
        reason = "the tests run if the project changes"
        decisions.set("paths", "auto", reason, found="several projects")


def _set_python(version: str, place: Place | str, decisions: Decisions) -> None:
    if [version] != _DEFAULT_PYTHONS:
        decisions.set("python-versions", [version], place, found=f"Python {version}")


def _default_branch(repository: Repository, host: Host) -> str:
    def ask(*words: str) -> str:
        done = host.ask(Command(("git", *words), cwd=repository.root))
        return done.stdout.strip() if done.ok else ""

    if remote := ask("symbolic-ref", "--short", "refs/remotes/origin/HEAD"):
        return remote.partition("/")[2]
    branches = ask("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    return next((name for name in _USUAL if name in branches), "") or ask("symbolic-ref", "--short", "HEAD")
