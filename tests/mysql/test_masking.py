"""The password of a kept server on a runner: masked in the log before later steps get it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import CiKit
from tests.mysql.conftest import Project
from tests.unit.support import file_command


def test_the_password_of_a_server_that_is_already_up_is_masked(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({})
    exported = tmp_path / "exported"
    runner = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted", "GITHUB_ENV": str(exported)}
    # The first command makes a random password. Outside of a runner it masks nothing.
    assert "::add-mask::" not in ci_kit("mysql", "up", "--mysqld", server, code=0).text
    try:
        answer = ci_kit("mysql", "up", "--mysqld", server, env=runner, code=0)
        password = file_command(exported.read_text())["MYSQL_PASSWORD"]
        assert f"::add-mask::{password}\n" in answer.stderr
        # What a shell evaluates, or a program reads, is nothing else.
        printed = ci_kit("mysql", "env", env=runner, code=0).stdout
        assert all(line.startswith("export ") for line in printed.splitlines())
        assert json.loads(ci_kit("mysql", "env", "--json", env=runner, code=0).stdout)
        assert json.loads(ci_kit("mysql", "status", "--json", env=runner, code=0).stdout)
    finally:
        ci_kit("mysql", "down", code=0)
