"""The password of a service that an earlier run has set: masked in the log before later steps get it."""

from __future__ import annotations

from tests.runner.served import Served
from tests.unit.support import file_command

EXPORTED = "/tmp/exported"
RUNNER = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted", "GITHUB_ENV": EXPORTED}
NO_PASSWORD = {"MYSQL_PASSWORD": ""}


def test_the_password_of_an_earlier_run_is_masked(stopped: Served) -> None:
    try:
        # The first run sets a random password. The second one is another project's, and takes it over.
        stopped.ci_kit("mysql", "up", env=NO_PASSWORD, code=0)
        answer = stopped.ci_kit("mysql", "up", "-C", stopped.other, env=NO_PASSWORD | RUNNER, code=0)
        password = file_command(stopped.root(["cat", EXPORTED]))["MYSQL_PASSWORD"]
        assert f"::add-mask::{password}\n" in answer.stderr
        stopped.ci_kit("mysql", "down", "-C", stopped.other, code=0)
    finally:
        stopped.root(["rm", "-f", EXPORTED])
        stopped.restore()
