"""The plan of an ``init``: the decisions about each project, and the files that get them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ci_kit.host.machine import Host
from ci_kit.init.decision import Decision, Decisions
from ci_kit.init.environment_decisions import decide_environment, decide_system
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.installation import decide_installation
from ci_kit.init.login_decisions import decide_login
from ci_kit.init.pyproject_text import Addition
from ci_kit.init.repository import Repository
from ci_kit.init.run_decisions import (
    decide_server,
    decide_tests,
    decide_time_zone,
    has_server,
)
from ci_kit.init.tables import RUN, workflow_table
from ci_kit.init.workflow_decisions import (
    decide_branch,
    decide_folder,
    decide_python,
)
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.pyproject import read_table
from ci_kit.workflow.action import own_action
from ci_kit.workflow.uses import Uses

_ROOT = PurePosixPath()
_OPTIONS = {option.name: option for option in OPTIONS}


@dataclass(frozen=True)
class ProjectPlan:
    """The plan for one project. ``file`` is the pyproject.toml with its settings, ``workflow`` its table.

    ``workflow`` is empty if the project's workflow is not ci-kit's.
    """

    facts: ProjectFacts
    file: str
    run: Decisions
    workflow: Decisions
    table: tuple[str, ...]

    def additions(self) -> Iterator[tuple[str, Addition]]:
        """What each pyproject.toml gets."""
        yield self.file, Addition(RUN, tuple(self.run.made.values()))
        if self.table:
            yield "pyproject.toml", Addition(self.table, tuple(self.workflow.made.values()))


def plan_project(
    repository: Repository,
    host: Host,
    facts: ProjectFacts,
    *,
    several: bool,
    action: Uses | None,
    workflow: bool,
) -> ProjectPlan:
    """Decide about one project. ``several`` means that the repository has more. Raises UsageError.

    Without ``workflow``, only the settings of its runs are decided.
    """
    own = str(facts.folder / "pyproject.toml")
    file = own if several or (repository.root / own).exists() else "pyproject.toml"
    folder = PurePosixPath(file).parent
    run = Decisions()
    given = _given(repository, facts.folder)
    # What is set by hand is not found out again.
    if given.get("mysql") != "off" and _needs_server(facts, run, given):
        decide_server(facts, run, folder)
        decide_login(facts, run)
        decide_system(repository, facts, run)
    decide_time_zone(facts, run)
    decide_tests(facts, run)
    decide_environment(facts, run)
    _drop_wrong(run)
    table = workflow_table(repository, facts, several=several) if workflow else ()
    plan = ProjectPlan(facts, file, run, Decisions(), table)
    if plan.table:
        _decide_workflow(repository, host, plan, action, several=several)
    return plan


def _needs_server(facts: ProjectFacts, run: Decisions, given: Mapping[str, Any]) -> bool:
    """Whether a run has a server: by the setting ``mysql``, or else by what the project uses."""
    return "mysql" in given or has_server(facts, run)


def _decide_workflow(
    repository: Repository, host: Host, plan: ProjectPlan, action: Uses | None, *, several: bool
) -> None:
    decisions = plan.workflow
    own = own_action(repository.root)
    if action and not (own and own.is_ci_kit and action.local):
        decisions.set("action", str(action), "", found="--action")
    decide_installation(repository, plan.facts, decisions)
    decide_python(repository, plan.facts, decisions)
    decide_branch(repository, host, decisions)
    decide_folder(plan.facts, decisions, several=several)


def _given(repository: Repository, folder: PurePosixPath) -> Mapping[str, Any]:
    """The keys that apply to a project: those of its own table, and of the tables above it."""
    given: dict[str, Any] = {}
    for place in (*reversed(folder.parents), folder) if folder != _ROOT else (_ROOT,):
        given |= read_table(repository.root / place).values
    return given


def without_given(
    repository: Repository, facts: ProjectFacts, decisions: Sequence[Decision]
) -> tuple[Decision, ...]:
    """The decisions about keys that no table of the project or above it sets."""
    given = _given(repository, facts.folder)
    return tuple(one for one in decisions if one.key[0] not in given)


def _drop_wrong(decisions: Decisions) -> None:
    """Remove what a run would refuse, such as a name that no database can have, with a warning."""
    for key, decision in list(decisions.made.items()):
        option = _OPTIONS.get(key[0])
        value: object = {key[1]: decision.value} if len(key) > 1 else decision.value
        try:
            if option:
                option.value_of(value)
        except ValueError as error:
            del decisions.made[key]
            where = f" ({decision.comment})" if decision.comment else ""
            decisions.warnings.append(f"init leaves out {decision.name}{where}: {error}")
