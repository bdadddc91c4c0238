"""Which parts of a pyproject.toml have the tools of a job: its dependency groups and its extras."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ci_kit.managers.toml_tables import read_table

TEST_TOOLS = ("pytest", "coverage")
JOB_TOOLS = frozenset({*TEST_TOOLS, "black", "ruff", "isort", "flake8", "mypy", "pyright"})
"""The test tools, and the linters of ``workflow/linters.py``."""
_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")
# The extras of a setup.py or setup.cfg, which are not parsed.
_EXTRA = re.compile(r"^\s*[\"']?(tests?|testing|dev)[\"']?\s*[:=]", re.MULTILINE)


def groups_with_tools(folder: Path) -> tuple[str, ...]:
    """The dependency groups (PEP 735) of the project in ``folder`` that list a tool of a job."""
    return with_tools(read_table(folder / "pyproject.toml", "dependency-groups"))


def extras_with_tools(folder: Path) -> tuple[str, ...]:
    """The extras of the project in ``folder`` that list a tool of a job.

    Of a setup.py or setup.cfg, they are those with a usual name.
    """
    extras = with_tools(read_table(folder / "pyproject.toml", "project", "optional-dependencies"))
    files = [folder / name for name in ("setup.py", "setup.cfg") if (folder / name).is_file()]
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    found = sorted({name for text in texts for name in _EXTRA.findall(text)})
    return tuple(dict.fromkeys([*extras, *found]))


def with_tools(groups: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the groups whose list of requirements has a tool of a job."""
    return tuple(name for name, listed in groups.items() if is_name(name) and has_tool(names_in(listed)))


def is_name(text: str) -> bool:
    """Whether a text is a valid name of a group or an extra, which a shell command may contain."""
    return bool(_NAME.fullmatch(text))


def has_tool(names: Iterable[str]) -> bool:
    """Whether a tool of a job, or a plugin of pytest, is among the names of packages."""
    return any(name in JOB_TOOLS or name.startswith("pytest-") for name in map(normalised, names))


def names_in(requirements: object) -> Iterator[str]:
    """The names of the packages in a list of requirements, such as ``pytest>=8``."""
    for requirement in requirements if isinstance(requirements, list) else ():
        if isinstance(requirement, str) and (match := _NAME.match(requirement)):
            yield match[1]


def normalised(name: str) -> str:
    """The name of a package in lower case, with hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()
