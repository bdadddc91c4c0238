"""The settings of one workflow, as its template reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ci_kit.settings.server_version import WantedVersion
from ci_kit.workflow.cached import CachedPackages
from ci_kit.workflow.linters import LinterStep
from ci_kit.workflow.option import TESTS
from ci_kit.workflow.shipped import SHIPPED, shipped
from ci_kit.workflow.uses import Uses

TEMPLATE_SUFFIX = ".yml.jinja"
_REPOSITORY = PurePosixPath()
_SECRET = re.compile(r"\bsecrets\s*\.\s*([A-Za-z_]\w*)")
_OWN_PASSWORD = "tests"  # noqa: S105  (of a server that only one job can reach)
_CONTAINER = "service-container"
_REUSABLE = "reusable"
_SHARDED = "sharded"
_SHARD_DOCUMENT = "ci-kit-shard.json"
_SHARDS_FOLDER = "ci-kit-shards"
# What concerns all shards together. The inputs of both jobs name their folders.
_OF_ALL_SHARDS = frozenset(
    {"fail-under", "patch-fail-under", "min-tests", "comment", "badge", "html", "junit-report"}
)
_OF_BOTH_JOBS = frozenset({"history", "patch-base", "run-name"})


@dataclass(frozen=True)
class WorkflowSettings:
    """The settings of one workflow; docs/render.md explains each.

    ``table`` is the table of pyproject.toml that describes it. ``cached`` is what the package manager
    downloads. ``history`` is the folder of the history, relative to the repository; empty if the workflow
    does not keep it. ``failed_first`` is whether it also keeps the failed tests of a pull request.
    ``comments`` is whether the tests write a comment on the pull request. ``ecosystems``
    are the package ecosystems of Dependabot, with the folders of the projects.
    """

    name: str
    path: PurePosixPath
    branches: tuple[str, ...]
    paths: tuple[str, ...]
    python_versions: tuple[str, ...]
    servers: tuple[str, ...]
    shards: int
    operating_systems: tuple[str, ...]
    server: WantedVersion
    runs_on: str
    timeout_minutes: int
    working_directory: PurePosixPath
    install: str
    cache: bool
    linters: tuple[LinterStep, ...]
    action: Uses
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    history: str
    failed_first: bool
    act: bool
    schedule: str
    tags: tuple[str, ...]
    environment: str
    interval: str
    cooldown_days: int
    template: str
    templates: PurePosixPath | None
    table: str
    cached: CachedPackages | None
    ecosystems: Mapping[str, tuple[str, ...]]
    comments: bool

    @property
    def template_file(self) -> str:
        """The name of the template's file."""
        return f"{self.template}{TEMPLATE_SUFFIX}"

    @property
    def is_workflow(self) -> bool:
        """Whether the file is a workflow; otherwise it is Dependabot's configuration."""
        return shipped(self.template).is_workflow

    @property
    def runs_tests(self) -> bool:
        return self.template in TESTS or self.template not in SHIPPED

    @property
    def axes(self) -> Mapping[str, tuple[str | int, ...]]:
        """What has several values: its name in the matrix, and the values."""
        if not self.runs_tests:
            return {}
        all_axes: dict[str, tuple[str | int, ...]] = {
            "python": self.python_versions,
            "server": self.servers,
            "os": self.operating_systems,
            "shard": tuple(range(1, self.shards + 1)) if self.template == _SHARDED else (),
        }
        return {name: values for name, values in all_axes.items() if len(values) > 1}

    @property
    def matrix(self) -> bool:
        """Whether the tests run in several jobs."""
        return bool(self.axes)

    @property
    def test_name(self) -> str:
        """The name of the job with the tests: each job of a matrix has its own."""
        return f"Tests on {self._varying}" if self.matrix else "Tests"

    @property
    def _varying(self) -> str:
        """What differs between the jobs of a matrix."""
        labels = {"python": "Python ", "server": "", "os": "", "shard": "shard "}
        return ", ".join(f"{labels[axis]}{_of_matrix(axis)}" for axis in self.axes)

    @property
    def python(self) -> str:
        """The Python version of the tests, or the expression for it."""
        if "python" in self.axes:
            return _of_matrix("python")
        return "${{ inputs.python-version }}" if self.template == _REUSABLE else self.python_versions[0]

    @property
    def runner(self) -> str:
        """The label of the tests' runner, or the expression for it."""
        return _of_matrix("os") if "os" in self.axes else next(iter(self.operating_systems), self.runs_on)

    @property
    def folder(self) -> str:
        """The project's folder; empty if it is the repository's root."""
        return "" if self.working_directory == _REPOSITORY else str(self.working_directory)

    @property
    def distributions(self) -> str:
        """The folder of the distributions that a release builds."""
        return f"{self.working_directory / 'dist'}/"

    @property
    def action_inputs(self) -> Mapping[str, str]:
        """The inputs of the action: those that follow from the template, and those of the project."""
        of_template = self._inputs_of_template()
        taken = {*of_template, *(_OF_ALL_SHARDS if self.template == _SHARDED else ())}
        own = {name: value for name, value in self.inputs.items() if name not in taken}
        if self.template == _CONTAINER:
            # The image has decided the version.
            own.pop("mysql-version", None)
        # Each job of a matrix has a comment of its own.
        comments = self.comments and self.matrix and self.template != _SHARDED
        name = {"run-name": self._varying} if comments else {}
        return self._folder_input | of_template | name | own

    @property
    def combine_inputs(self) -> Mapping[str, str]:
        """The inputs of the action in the job that reports all shards."""
        wanted = _OF_ALL_SHARDS | _OF_BOTH_JOBS
        own = {name: value for name, value in self.inputs.items() if name in wanted}
        return {"command": "combine", **self._folder_input, "documents": _SHARDS_FOLDER} | own

    @property
    def shard_document(self) -> str:
        """The document of a shard, relative to the repository."""
        return str(self.working_directory / _SHARD_DOCUMENT)

    @property
    def shards_folder(self) -> str:
        """The folder for the documents of all shards, relative to the repository."""
        return str(self.working_directory / _SHARDS_FOLDER)

    @property
    def _folder_input(self) -> dict[str, str]:
        return {"working-directory": self.folder} if self.folder else {}

    def _inputs_of_template(self) -> dict[str, str]:
        if self.template == _CONTAINER:
            return {
                "mysql": "external",
                "mysql-host": "127.0.0.1",
                "mysql-port": "${{ job.services.mysql.ports['3306'] }}",
                "mysql-password": self.password,
            }
        if self.template == _SHARDED:
            return {"shard": f"{_of_matrix('shard')}/{self.shards}", "run-report": _SHARD_DOCUMENT}
        if self.template == _REUSABLE and "mysql-version" not in self.inputs:
            return {"mysql-version": "${{ inputs.mysql-version }}"}
        if self.servers:
            return {"mysql-version": _of_matrix("server") if "server" in self.axes else self.servers[0]}
        return {}

    @property
    def password(self) -> str:
        """The password of root in a service container: the one that the project states, or one of ci-kit."""
        return self.inputs.get("mysql-password") or self.env.get("MYSQL_PASSWORD") or _OWN_PASSWORD

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that the workflow reads, in the order in which they occur."""
        texts = (*self.env.values(), *self.inputs.values(), self.runs_on)
        names = (name for text in texts for name in _SECRET.findall(text))
        return tuple(dict.fromkeys(name for name in names if name != "GITHUB_TOKEN"))


def _of_matrix(axis: str) -> str:
    return f"${{{{ matrix.{axis} }}}}"
