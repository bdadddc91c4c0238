"""The settings of a project's workflows: one table for pyproject.toml, docs/render.md and the JSON schema."""

from __future__ import annotations

from ci_kit.settings.parsers import auto_or, flag, integer
from ci_kit.workflow.expressions import JOB_ENV, STEP
from ci_kit.workflow.option import WORKFLOWS, WorkflowOption
from ci_kit.workflow.option_parsers import (
    INPUT,
    VARIABLE,
    literal,
    literals,
    one_of,
    path,
    patterns,
    runner,
    script,
    server,
    servers,
    some_literals,
    some_patterns,
    table,
    template_name,
    uses,
    workflow_path,
)
from ci_kit.workflow.schedule import schedule
from ci_kit.workflow.shipped import SHIPPED

_LONGEST_JOB = 35 * 24 * 60
"""Minutes; GitHub ends a workflow run after 35 days ("Actions limits" in its documentation)."""
_LONGEST_COOLDOWN = 90
_MOST_JOBS = 256
"""Of one matrix ("Actions limits" in GitHub's documentation)."""

_ALL = frozenset(SHIPPED)
_FOR_CHANGES = frozenset({"ci", "matrix", "sharded", "service-container"})


WORKFLOW_OPTIONS: tuple[WorkflowOption, ...] = (
    WorkflowOption(
        "name",
        None,
        "Name of the workflow.",
        literal,
        shown_default='`"CI"`; the title of another template, and the name of the table',
        templates=WORKFLOWS,
        inherited=False,
    ),
    WorkflowOption(
        "path",
        None,
        "Path of the workflow file. GitHub reads workflows from no other folder.",
        workflow_path,
        shown_default='`".github/workflows/ci.yml"`; NAME.yml for `workflows.NAME`',
        templates=_ALL,
        inherited=False,
    ),
    WorkflowOption(
        "branches",
        ["main"],
        "Branches on which a push starts the tests. Pull requests and manual starts always do.",
        some_patterns,
        templates=_FOR_CHANGES,
    ),
    WorkflowOption(
        "paths",
        [],
        "Files whose changes start the tests, as GitHub's patterns. `auto`: the project's folder, and what"
        " it needs above it. Empty: every file.",
        auto_or(patterns),
        templates=_FOR_CHANGES,
        inherited=False,
    ),
    WorkflowOption(
        "python-versions",
        ["3.13"],
        "Python versions, in quotes: `3.10` without them is the number 3.1. Several make a matrix. `auto`:"
        " the versions that the project supports.",
        auto_or(literals),
        templates=WORKFLOWS,
    ),
    WorkflowOption(
        "servers",
        [],
        "Versions of the server, such as `8.4` and `mariadb-11.4`. Several make a matrix. `auto`: those of"
        " `mysql-version` and of the compose file, or else one of each product.",
        auto_or(servers),
        templates=frozenset({"matrix", "nightly"}),
    ),
    WorkflowOption(
        "operating-systems",
        [],
        "Labels of runners. Several make a matrix. Empty: `runs-on`.",
        some_literals,
        templates=frozenset({"matrix"}),
    ),
    WorkflowOption(
        "shards",
        3,
        "Number of jobs that the tests are split into. docs/shards.md has the details.",
        integer(2, _MOST_JOBS),
        templates=frozenset({"sharded"}),
        inherited=False,
    ),
    WorkflowOption(
        "server",
        "auto",
        "Version of the server in the container. `auto`: as `mysql-version`, or as the compose file.",
        auto_or(server),
        templates=frozenset({"service-container"}),
    ),
    WorkflowOption(
        "runs-on",
        "ubuntu-24.04",
        "Label of the runner, or an expression.",
        runner,
        templates=WORKFLOWS,
    ),
    WorkflowOption(
        "timeout-minutes",
        15,
        "Minutes after which GitHub cancels a job.",
        integer(1, _LONGEST_JOB),
        templates=WORKFLOWS,
    ),
    WorkflowOption(
        "working-directory",
        ".",
        "Folder of the project, if it is not the repository's root.",
        path,
        templates=WORKFLOWS,
    ),
    WorkflowOption(
        "install",
        None,
        "Shell commands that install the project: a list, or one string. bash stops at the first that fails.",
        script,
        shown_default="found, see below",
    ),
    WorkflowOption(
        "cache",
        True,
        "Keep the packages that the package manager downloads between runs.",
        flag,
    ),
    WorkflowOption(
        "linters",
        "auto",
        'Linters of the job `static-analysis`: names, such as `"ruff check"`, or commands of your own.'
        " `auto`: those among the project's dependencies. Empty: no such job.",
        auto_or(some_literals),
        templates=frozenset({"ci"}),
    ),
    WorkflowOption(
        "action",
        None,
        'Action that runs the tests: `"OWNER/ci-kit@SHA # version"`. Required in other repositories until'
        " ci-kit has a release.",
        uses,
        shown_default='`"./"` in ci-kit\'s own repository',
    ),
    WorkflowOption(
        "inputs",
        {},
        "Inputs of the action, except `working-directory`.",
        table(INPUT, STEP),
    ),
    WorkflowOption("env", {}, "Environment variables of the job with the tests.", table(VARIABLE, JOB_ENV)),
    WorkflowOption(
        "history",
        False,
        "Keep the history of the runs in GitHub's cache. Pull requests read that of their base branch.",
        flag,
    ),
    WorkflowOption(
        "act",
        False,
        "Make `act` skip `actions/setup-python` and `actions/cache`, and use the machine's own Python.",
        flag,
        templates=WORKFLOWS,
    ),
    WorkflowOption(
        "schedule",
        "17 18 * * *",
        "When the tests start, as five fields of cron, in UTC.",
        schedule,
        templates=frozenset({"nightly"}),
    ),
    WorkflowOption(
        "tags",
        ["v*"],
        "Tags whose push starts a release, as GitHub's patterns.",
        some_patterns,
        templates=frozenset({"release"}),
    ),
    WorkflowOption(
        "environment",
        "pypi",
        "Environment of the repository that the package index trusts.",
        literal,
        templates=frozenset({"release"}),
    ),
    WorkflowOption(
        "interval",
        "weekly",
        "How often Dependabot looks for updates: `daily`, `weekly` or `monthly`.",
        one_of("daily", "weekly", "monthly"),
        templates=frozenset({"dependabot"}),
    ),
    WorkflowOption(
        "cooldown-days",
        7,
        "Days for which Dependabot and `ci-kit pins update` ignore a new release.",
        integer(1, _LONGEST_COOLDOWN),
        templates=frozenset({"dependabot"}),
    ),
    WorkflowOption(
        "template",
        "ci",
        "Name of the template: the file `NAME.yml.jinja` in your own folder, or one of ci-kit's.",
        template_name,
        templates=_ALL,
        inherited=False,
    ),
    WorkflowOption(
        "templates", None, "Folder of your own templates.", path, shown_default="none", templates=_ALL
    ),
)


def options_of(template: str) -> tuple[WorkflowOption, ...]:
    """The options that a template uses. A template of the project may use every option."""
    return tuple(
        option for option in WORKFLOW_OPTIONS if template in option.templates or template not in SHIPPED
    )
