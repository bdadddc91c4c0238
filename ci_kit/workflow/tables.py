"""The tables of pyproject.toml that describe workflows: ``[tool.ci-kit.workflow]`` and ``workflows.NAME``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.keys import unknown_keys
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.pyproject import TABLE as PARENT_TABLE
from ci_kit.settings.pyproject import read_table, resolve_root
from ci_kit.workflow.option import WorkflowOption
from ci_kit.workflow.options import WORKFLOW_OPTIONS, options_of
from ci_kit.workflow.shipped import SHIPPED, Shipped, shipped

TABLE = f"{PARENT_TABLE}.workflow"
_MANY = f"{PARENT_TABLE}.workflows"
_FIRST = "ci"
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_KEYS = tuple(option.name for option in WORKFLOW_OPTIONS)


@dataclass(frozen=True)
class WorkflowTable:
    """The table of one workflow, with its key in ``workflows``; the first one has the key ``ci``.

    ``own`` has its own keys, ``inherited`` those of the first table that it takes.
    """

    key: str
    name: str
    own: Mapping[str, Any]
    inherited: Mapping[str, Any]

    @property
    def template(self) -> str:
        """The name of the template; that of the default if the value is wrong, which is reported later."""
        template = self.own.get("template")
        return template if isinstance(template, str) else _FIRST

    @property
    def shipped(self) -> Shipped:
        return shipped(self.template)

    def raw(self, option: WorkflowOption) -> tuple[object, str]:
        """The value of an option before it is parsed, and the place that it came from."""
        if option.name in self.own:
            return self.own[option.name], f"[{self.name}] {option.name} in pyproject.toml"
        if option.name in self.inherited:
            return self.inherited[option.name], f"[{TABLE}] {option.name} in pyproject.toml"
        if option.name == "path":
            return str(self.shipped.path(self.key)), "the default"
        if option.name == "name":
            return self._title, "the default"
        of_template = f" of the template {self.template}" if option.name in self.shipped.defaults else ""
        return option.default_in(self.shipped), f"the default{of_template}"

    def states(self, name: str) -> bool:
        """Whether a table of the project gives the option with this name."""
        return name in self.own or name in self.inherited

    @property
    def _title(self) -> str:
        # Workflows of the same name would share a concurrency group.
        plain = self.name == TABLE or self.key == self.template
        return self.shipped.title if plain else f"{self.shipped.title} ({self.key})"


def workflow_tables(root: Path, planned: Mapping[str, Any] | None = None) -> tuple[WorkflowTable, ...]:
    """The tables of the repository in ``root``: the first one, then ``workflows`` in their order.

    ``planned`` is the content of ``[tool.ci-kit]`` before it is written; None reads pyproject.toml. Without
    any table, the first one is empty. Raises UsageError for a table that is none, or is unknown.
    """
    values = read_table(resolve_root(root)).values if planned is None else planned
    raise_problems(list(unknown_keys(values, "pyproject.toml")))
    first = _table(values.get("workflow", {}), TABLE, root)
    many = _table(values.get("workflows", {}), _MANY, root)
    shared = {option.name for option in WORKFLOW_OPTIONS if option.inherited}
    inherited = {key: value for key, value in first.items() if key in shared}
    tables = [WorkflowTable(_FIRST, TABLE, first, {})] if "workflow" in values or not many else []
    for key, own in many.items():
        if not _KEY.fullmatch(key):
            raise UsageError(
                f"{key!r} is not a valid name of a workflow",
                why=f"it is in [{_MANY}] of pyproject.toml",
                todo="use letters, digits, -, _ and dots: it is the name of the file",
            )
        name = f"{_MANY}.{key}"
        tables.append(WorkflowTable(key, name, _table(own, name, root), inherited))
    return tuple(tables)


def _table(value: object, name: str, root: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(
            f"[{name}] in {root / 'pyproject.toml'} is not a table", todo=f"write it as a [{name}] section"
        )
    return value


def wrong_keys(table: WorkflowTable) -> list[UsageError]:
    """A problem for each key that its template does not use."""
    known = [option.name for option in options_of(table.template)]
    # The first table also has what the others inherit.
    shared = [option.name for option in WORKFLOW_OPTIONS if option.inherited] if table.name == TABLE else []
    return [_unknown_key(key, table, known) for key in table.own if key not in (*known, *shared)]


def _unknown_key(key: str, table: WorkflowTable, known: list[str]) -> UsageError:
    why = f"it is in [{table.name}] of pyproject.toml"
    if key in _KEYS and table.template in SHIPPED:
        fitting = [name for name in SHIPPED if key in {option.name for option in options_of(name)}]
        return UsageError(
            f"the template {table.template!r} does not use the setting {key!r}",
            why=why,
            todo=f"remove it, or use another template: {', '.join(fitting)}",
        )
    return UsageError(
        f"unknown setting {key!r}",
        why=why,
        todo=did_you_mean(key, known) or f"the settings are {', '.join(known)}",
    )
