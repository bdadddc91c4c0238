"""The table of what ``ci-kit adopt`` recognises. A new thing is a row, and a module for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ci_kit.adopt.recognise.client import recognise_client
from ci_kit.adopt.recognise.containers import recognise_container
from ci_kit.adopt.recognise.counting import recognise_counting
from ci_kit.adopt.recognise.coverage import recognise_coverage
from ci_kit.adopt.recognise.effects import Effect
from ci_kit.adopt.recognise.harmless import recognise_harmless
from ci_kit.adopt.recognise.service import recognise_service
from ci_kit.adopt.recognise.shell import recognise_shell
from ci_kit.adopt.recognise.tests import recognise_tests
from ci_kit.adopt.recognise.waiting import recognise_waiting
from ci_kit.adopt.recognise.zone import recognise_zone
from ci_kit.adopt.script.commands import Pipeline
from ci_kit.adopt.values import Scope


@dataclass(frozen=True)
class Row:
    """One thing that hand-written steps do. ``found`` and ``became`` are for the documents."""

    name: str
    found: str
    became: str
    recognise: Callable[[Pipeline, Scope], Effect | None]


ROWS: tuple[Row, ...] = (
    Row(
        "the time zone",
        "`rm`, `ln`, `ln -sf` or `cp` of `/etc/localtime`, `timedatectl set-timezone`, `/etc/timezone`",
        "`timezone`",
        recognise_zone,
    ),
    Row(
        "the start of the server",
        "`systemctl`, `service` or an init script starts `mysql` or `mariadb`",
        "nothing: the action starts the service. For MariaDB, `mysql-version: mariadb`",
        recognise_service,
    ),
    Row(
        "waiting for the server",
        "loops with `mysqladmin ping`, `nc -z`, `SELECT 1` or `/dev/tcp`; `wait-for-it`, `dockerize`",
        "nothing: the action waits for a finished login",
        recognise_waiting,
    ),
    Row(
        "SQL",
        "`mysql -e`, here-documents, pipes and files; `mysqladmin create` and `password`",
        "`database`, `extra-databases`, `mysql-user`, `mysql-password`, `charset`, `collation`, `sql-mode`,"
        " `mysql-settings`, `init-sql`",
        recognise_client,
    ),
    Row(
        "a server in a container",
        "`docker run mysql`, `docker run mariadb`",
        "`mysql-version`, `mysql-port`, and the values of its variables",
        recognise_container,
    ),
    Row(
        "counting the tests",
        "`pytest --collect-only` with `grep -c`, `find`, `ls` or `wc`; `if` around the tests; exit code 5",
        "nothing: without tests, the action ends with success. `exit 1` becomes `min-tests: 1`",
        recognise_counting,
    ),
    Row(
        "the tests",
        "`pytest`, `python -m pytest`, `coverage run -m pytest`, also by `poetry run` and its like;"
        " `manage.py test`; `python -m unittest`",
        "the step of the action, with `pytest-args` or `test-command`",
        recognise_tests,
    ),
    Row(
        "reports of coverage",
        "`coverage report`, `xml`, `html`, `json`, `lcov`, `combine`, `erase`",
        "`fail-under`, `coverage-xml`, `coverage-html`, `coverage-json`, `coverage-lcov`",
        recognise_coverage,
    ),
    Row(
        "the shell",
        "`cd`, variables of the script, messages, an environment that is activated",
        "`working-directory`; messages go if their whole step goes",
        recognise_shell,
    ),
    Row(
        "other commands",
        "package managers, linters, commands for files",
        "they stay as they are",
        recognise_harmless,
    ),
)


def recognise(pipeline: Pipeline, scope: Scope) -> tuple[Row | None, Effect | None]:
    """The first row that knows a command, with the effect of the command."""
    for row in ROWS:
        if effect := row.recognise(pipeline, scope):
            return row, effect
    return None, None
