"""One setting of a project's workflows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ci_kit.workflow.shipped import SHIPPED, Shipped

WORKFLOWS = frozenset(SHIPPED) - {"dependabot"}
"""The templates that write a workflow."""

TESTS = WORKFLOWS - {"release"}
"""The templates whose workflows run the tests."""


@dataclass(frozen=True)
class WorkflowOption:
    """One setting. ``name`` is its key in pyproject.toml.

    ``default`` is a value as pyproject.toml would have it; None if there is nothing to parse, and then
    ``shown_default`` describes it. ``parse`` raises ValueError, whose message names what was expected.

    ``templates`` are the templates that use it. The other workflows of a project take an ``inherited`` value
    from ``[tool.ci-kit.workflow]``.
    """

    name: str
    default: object
    help: str
    parse: Callable[[object], object]
    shown_default: str = ""
    templates: frozenset[str] = TESTS
    inherited: bool = True

    @property
    def field(self) -> str:
        """The option's attribute of :class:`~ci_kit.workflow.settings.WorkflowSettings`."""
        return self.name.replace("-", "_")

    @property
    def default_text(self) -> str:
        """The default as documents and messages show it."""
        return self.shown_default or f"`{json.dumps(self.default)}`"

    def default_in(self, template: Shipped) -> object:
        """The default in a template."""
        return template.defaults.get(self.name, self.default)

    def value_of(self, raw: object) -> object:
        """A value from pyproject.toml, or the default, parsed. Raises ValueError."""
        return None if raw is None else self.parse(raw)
