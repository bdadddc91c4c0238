"""The tests of a project: the files, and what runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from ci_kit.init.repository import Place, Repository
from ci_kit.managers.lock_files import lists_package, requirements_files
from ci_kit.managers.packages import declares, installs
from ci_kit.managers.table import locks, managers_of
from ci_kit.testing.dotenv.pytest_config import read_configuration

Runner: TypeAlias = Literal["pytest", "Django", "unittest"]

_TEST_FILE = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test|tests)\.py")
_PYTEST = re.compile(r"^\s*(?:import pytest\b|from pytest\b)|^(?:async )?def test_", re.MULTILINE)
_UNITTEST = re.compile(r"\bTestCase\b")
_SETS = re.compile(r"environ(?:\.setdefault\(|\[)\s*[\"'](\w+)[\"']\s*(?:,|\]\s*=[^=])")
_DJANGO = re.compile(r"^\s*from django\.test import", re.MULTILINE)


@dataclass(frozen=True)
class Suite:
    """The tests of a project. ``files`` are relative to the repository, ``place`` is why it is this runner.

    ``command`` is the value of ``test-command``; empty for one run of pytest. ``variables`` are those that
    the configuration of pytest and conftest.py set.
    """

    files: tuple[str, ...]
    runner: Runner
    place: Place
    command: str = ""
    variables: frozenset[str] = frozenset()

    @property
    def folder(self) -> PurePosixPath:
        """The folder that has all of its files."""
        parents = [PurePosixPath(file).parent for file in self.files]
        common = parents[0]
        while not all(parent.is_relative_to(common) for parent in parents):
            common = common.parent
        return common


def find_suite(repository: Repository, folder: PurePosixPath, files: tuple[str, ...]) -> Suite:
    """The tests of the project in a folder, which are among its Python ``files``; there may be none yet."""
    with_tests = tuple(
        name for name in files if _TEST_FILE.fullmatch(name) and _has_tests(repository.text(name))
    )
    if not with_tests:
        return Suite((), "pytest", Place(str(folder)))
    if reason := next(_reasons_for_pytest(repository, folder, with_tests, files), None):
        sets = frozenset(_variables(repository, folder, files))
        return Suite(with_tests, "pytest", reason, variables=sets)
    manage = next((name for name in files if name.rpartition("/")[2] == "manage.py"), "")
    if manage and any(_DJANGO.search(repository.text(name)) for name in with_tests):
        program = PurePosixPath(manage).relative_to(folder)
        target = "" if len(program.parts) == 1 else f" {program.parent}"
        return Suite(with_tests, "Django", Place(manage), f"python {program} test{target}")
    return Suite(with_tests, "unittest", Place(with_tests[0]), _unittest(repository, folder, with_tests))


def _has_tests(text: str) -> bool:
    return bool(re.search(r"\bdef test|\bTestCase\b|\bclass Test", text))


def _place_of_pytest(repository: Repository, folder: PurePosixPath, locked: Sequence[str]) -> Place:
    """The lock file of the project, or else the line of its dependencies."""
    if locked:
        return Place(str(folder / locked[0]))
    return repository.place_of(str(folder / "pyproject.toml"), "pytest")


def _reasons_for_pytest(
    repository: Repository, folder: PurePosixPath, tests: tuple[str, ...], files: tuple[str, ...]
) -> Iterator[Place]:
    absolute = repository.root / folder
    configuration = read_configuration(absolute)
    if configuration.options:
        yield repository.place_of(str(folder / configuration.file), "pytest")
    for manager in managers_of(absolute):
        if declares(absolute, "pytest") or installs(manager, absolute, "pytest"):
            yield _place_of_pytest(repository, folder, locks(manager, absolute))
    for name in requirements_files(absolute):
        if lists_package(absolute / name, "pytest"):
            yield repository.place_of(str(folder / name), "pytest")
    for name in files:
        if name.rpartition("/")[2] == "conftest.py":
            yield Place(name)
    for name in tests:
        if found := _PYTEST.search(repository.text(name)):
            yield Place(name, repository.text(name).count("\n", 0, found.end()) + 1)


def _variables(repository: Repository, folder: PurePosixPath, files: tuple[str, ...]) -> Iterator[str]:
    configuration = read_configuration(repository.root / folder)
    # An INI file gives the names of options in lower case.
    options = {name.upper() for name in configuration.options}
    if "DJANGO_SETTINGS_MODULE" in options or "--ds" in " ".join(configuration.words("addopts")):
        yield "DJANGO_SETTINGS_MODULE"
    yield from configuration.env_table
    for line in configuration.words("env"):
        yield line.partition("=")[0].rpartition(":")[2].strip()
    for name in files:
        if name.rpartition("/")[2] == "conftest.py":
            yield from _SETS.findall(repository.text(name))


def _unittest(repository: Repository, folder: PurePosixPath, tests: tuple[str, ...]) -> str:
    """The command for unittest: it finds tests only in packages, below the folder where it starts."""
    tops = sorted({PurePosixPath(name).relative_to(folder).parts[0] for name in tests})
    first = tops[0]
    if first.endswith(".py") or str(folder / first / "__init__.py") in repository.files:
        return "python -m unittest"
    return f"python -m unittest discover -s {first}"
