"""The templates that ci-kit ships: what each one writes, and the defaults that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

from ci_kit.workflow.option_parsers import WORKFLOWS

_SAME: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Shipped:
    """One template. ``title`` is the default name of its workflow, ``help`` says what it writes.

    ``defaults`` replaces defaults of options. ``file`` is the only path that GitHub reads the file from, None
    if the name of the workflow decides.
    """

    name: str
    title: str
    help: str
    defaults: Mapping[str, object] = field(default_factory=lambda: _SAME, hash=False)
    file: PurePosixPath | None = None

    def path(self, key: str) -> PurePosixPath:
        """The default path of the workflow whose table is called ``key``."""
        return self.file or WORKFLOWS / f"{key}.yml"

    @property
    def is_workflow(self) -> bool:
        """Whether the file is a workflow; otherwise it is Dependabot's configuration."""
        return self.file is None


SHIPPED: Mapping[str, Shipped] = {
    one.name: one
    for one in (
        Shipped("ci", "CI", "Tests for pushes and pull requests, and a job with the project's linters."),
        Shipped(
            "matrix",
            "Matrix",
            "Tests on each combination of Python version, server and operating system.",
            {"python-versions": "auto", "servers": "auto"},
        ),
        Shipped(
            "sharded",
            "Sharded",
            "Tests in several jobs, each with a part of them, and a job that reports all of them as one run.",
            {"history": True},
        ),
        Shipped(
            "service-container",
            "Service container",
            "Tests with the server in a service container that has a health check.",
        ),
        Shipped("reusable", "Tests", "Tests as a workflow that other workflows call."),
        Shipped(
            "nightly", "Nightly", "Tests by a schedule, on each Python version.", {"python-versions": "auto"}
        ),
        Shipped(
            "release",
            "Release",
            "Builds the distributions for a tag, attests them and publishes them by trusted publishing.",
        ),
        Shipped(
            "dependabot",
            "Dependabot",
            "Dependabot's updates of the actions and of the Python packages.",
            file=PurePosixPath(".github/dependabot.yml"),
        ),
    )
}


def shipped(template: str) -> Shipped:
    """The shipped template of a name. A template of the project has the defaults of ``ci``."""
    return SHIPPED.get(template, SHIPPED["ci"])
