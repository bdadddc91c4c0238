"""The versions that a project supports, as its own files state them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml

from ci_kit.managers.toml_tables import read_table
from ci_kit.settings.server_version import wanted_version
from ci_kit.workflow.loader import LOADER

_T = TypeVar("_T")

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""The Python versions that a project may run on if it states only a lower bound."""
_DEFAULT_SERVERS = ("mysql-8.4", "mariadb-11.4")
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<|\^|~)\s*(\d+)(?:\.(\d+))?(?:\.(\d+|\*))?[\w.*]*")
COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_IMAGE = re.compile(r"(?:docker\.io/)?(?:library/)?(mysql|mariadb):(\d+(?:\.\d+){0,2})(?:[-@].*)?")


@dataclass(frozen=True)
class Found(Generic[_T]):
    """A value, and the place in the project that states it."""

    value: _T
    place: str


def python_versions(folder: Path) -> Found[tuple[str, ...]]:
    """The Python versions that the project in ``folder`` supports, the oldest first."""
    file = folder / "pyproject.toml"
    project = read_table(file, "project")
    poetry = read_table(file, "tool", "poetry")
    classifiers = [*_strings(project.get("classifiers")), *_strings(poetry.get("classifiers"))]
    listed = {match[1] for text in classifiers if (match := _CLASSIFIER.fullmatch(text))}
    if listed:
        return Found(tuple(sorted(listed, key=_minor)), "the classifiers in pyproject.toml")
    for requirement, place in (
        (project.get("requires-python"), "requires-python in pyproject.toml"),
        (
            read_table(file, "tool", "poetry", "dependencies").get("python"),
            "Poetry's python in pyproject.toml",
        ),
    ):
        if isinstance(requirement, str) and (fitting := tuple(_fitting(requirement))):
            return Found(fitting, place)
    return Found(PYTHONS[-2:-1], "no version in pyproject.toml")


def server_versions(root: Path, folder: Path) -> Found[tuple[str, ...]]:
    """The versions of the server that the project in ``folder`` of the repository ``root`` names."""
    asked = read_table(folder / "pyproject.toml", "tool", "ci-kit").get("mysql-version")
    if asked and is_version(asked):
        return Found((str(asked),), "[tool.ci-kit] mysql-version in pyproject.toml")
    for place in dict.fromkeys([folder, root]):
        for name in COMPOSE_FILES:
            if images := tuple(dict.fromkeys(_images(place / name))):
                return Found(images, name)
    return Found(_DEFAULT_SERVERS, "no version in the project")


def is_version(value: object) -> bool:
    """Whether a value names the version of a server. An expression of GitHub does not."""
    try:
        return wanted_version(value) is not None
    except ValueError:
        # A run reports what is wrong with it.
        return False


def _fitting(requirement: str) -> Iterator[str]:
    clauses = _CLAUSE.findall(requirement)
    for version in PYTHONS:
        if all(_fits(_minor(version), *clause) for clause in clauses):
            yield version


def _fits(minor: int, operator: str, major: str, wanted: str, micro: str) -> bool:
    """Whether some release 3.``minor`` can fulfil one clause."""
    if major != "3":
        return operator in {"<", "<=", "!="} if int(major) > 3 else operator in {">", ">=", "^", "!="}  # noqa: PLR2004
    other = int(wanted or 0)
    if operator in {">=", "^", ">"} or (operator == "~=" and not micro):
        return minor >= other
    if operator == "<":
        return minor < other or (minor == other and micro not in {"", "0"})
    if operator == "<=":
        return minor <= other
    if operator == "!=":
        return minor != other or micro not in {"", "*"}
    return minor == other


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _strings(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _images(compose: Path) -> Iterator[str]:
    """The servers among the images of a compose file, as ``mysql-8.4``. A broken file has none."""
    try:
        document = yaml.load(compose.read_text(encoding="utf-8"), LOADER)  # noqa: S506  (LOADER is a safe loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    services = document.get("services") if isinstance(document, dict) else None
    for service in services.values() if isinstance(services, dict) else ():
        image = service.get("image") if isinstance(service, dict) else None
        if isinstance(image, str) and (match := _IMAGE.fullmatch(image)):
            yield f"{match[1]}-{match[2]}"
