"""Faults with a container: each one ends in one error message and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.conftest import CiKit, finish, interrupt, wait_for
from tests.containers.conftest import path_without
from tests.containers.engine import Engine
from tests.mysql.conftest import LOGS_IN_LATER, WAITING, Project
from tests.support.waiting import wait_until

# In seconds: a container boots.
_BOOT_LIMIT = 120
SMALL = {"test_it.py": "def test_it():\n    pass\n"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_the_tests_stops_the_run_and_the_server(
    kit: CiKit, project: Project, number: signal.Signals, code: int
) -> None:
    folder = project(WAITING)
    child = kit.start("run")
    wait_for(folder / "started", child)
    answer = interrupt(child, number)
    assert answer.code == code, answer.text
    assert "Traceback" not in answer.stderr


def test_a_signal_while_the_server_boots_leaves_nothing(kit: CiKit, project: Project, podman: Engine) -> None:
    project(WAITING)
    child = kit.start("run")
    wait_until(podman.containers, "a container", child=child)
    answer = interrupt(child)
    assert answer.code == 130, answer.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_engine_creates_the_container_leaves_nothing(
    kit: CiKit, project: Project, podman: Engine, tmp_path: Path, number: signal.Signals
) -> None:
    folder = project(WAITING)
    # The real engine in two parts, as with Docker: the part that creates the container outlives its client.
    stand = tmp_path / "stand"
    stand.mkdir()
    os.mkfifo(tmp_path / "go-on")
    (stand / "podman").write_text(
        "#!/bin/sh\n"
        f'[ "$1" = run ] || exec {podman.programs}/podman "$@"\n'
        f"setsid sh -c 'read -r _ < {tmp_path}/go-on; {podman.programs}/podman \"$@\"; touch {tmp_path}/made'"
        ' sh "$@" &\n'
        f"touch {folder}/asked\n"
        "wait\n"
    )
    (stand / "podman").chmod(0o755)
    child = kit.start("run", env={"PATH": f"{stand}:{kit.environ['PATH']}"})
    wait_for(folder / "asked", child)
    child.send_signal(number)
    (tmp_path / "go-on").write_text("\n")
    answer = finish(child, seconds=_BOOT_LIMIT)
    wait_until((tmp_path / "made").exists, "the end of podman run")
    assert answer.code == 128 + number, answer.text


def test_a_signal_during_the_pull_leaves_nothing(kit: CiKit, project: Project, podman: Engine) -> None:
    project(WAITING)
    with socket.socket() as registry:
        registry.bind(("127.0.0.1", 0))
        registry.listen()
        image = f"127.0.0.1:{registry.getsockname()[1]}/mysql:9"
        child = kit.start("run", "--mysql-image", image)
        # A registry that accepts the engine's connection and never answers.
        connection, _ = registry.accept()
        with connection:
            answer = interrupt(child)
    assert answer.code == 130, answer.text


def test_the_next_run_removes_only_what_a_killed_run_has_left(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    folder = project(WAITING)
    podman("run", "--detach", "--name=ci-kit-mysql-other", "--entrypoint=sleep", _image(kit), "1000")
    try:
        child = kit.start("run")
        wait_for(folder / "started", child)
        child.kill()
        # The test process holds the pipes open and would go on.
        os.kill(int((folder / "started").read_text()), signal.SIGKILL)
        finish(child)
        assert len(podman.containers(running=True)) == 2
        (folder / "test_waiting.py").unlink()
        kit("run", code=0)
        assert podman.containers() == {"ci-kit-mysql-other"}
    finally:
        podman("rm", "--force", "--volumes", "--time=0", "ci-kit-mysql-other")


def test_a_run_succeeds_if_the_engine_of_a_killed_run_is_missing(
    kit: CiKit, project: Project, podman: Engine, tmp_path: Path, mysqld: str
) -> None:
    folder = project(WAITING)
    child = kit.start("run")
    wait_for(folder / "started", child)
    child.kill()
    os.kill(int((folder / "started").read_text()), signal.SIGKILL)
    finish(child)
    (folder / "test_waiting.py").unlink()
    without = {"PATH": str(path_without(tmp_path, hidden=("docker", "podman"))), "CI_KIT_MYSQLD": mysqld}
    kit("run", env=without | {"CI_KIT_MYSQL": "private"}, code=0)
    # The record is still there, so a later run with the engine removes the container.
    assert len(podman.containers()) == 1
    kit("run", code=0)


def test_a_container_that_is_killed_during_the_tests_is_reported(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    folder = project(LOGS_IN_LATER)
    child = kit.start("run")
    wait_for(folder / "started", child)
    podman("kill", *podman.containers())
    (folder / "started").unlink()
    answer = finish(child, seconds=_BOOT_LIMIT)
    assert answer.code == 1
    assert "the server is gone" in answer.stderr
    assert re.search(r"something killed it: the container of \S+: it ended with 137; ", answer.stderr)


def test_a_container_that_is_killed_while_it_boots_is_reported(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    project(SMALL)
    child = kit.start("run")
    names = wait_until(lambda: podman.containers(running=True), "a running container", child=child)
    podman("kill", *names)
    answer = finish(child, seconds=_BOOT_LIMIT)
    assert answer.code == 69, answer.text
    assert "the server did not start" in answer.stderr
    assert re.search(r"something killed it: the container of \S+: it ended with 137; ", answer.stderr)
    assert "Traceback" not in answer.stderr


def test_an_unknown_server_setting_is_reported_with_its_source(kit: CiKit, project: Project) -> None:
    project(SMALL)
    answer = kit("run", "--mysql-settings", "no_such_setting=1", code=64)
    assert "no_such_setting" in answer.stderr
    assert "it came from --mysql-settings" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_port_that_is_in_use_is_reported_with_its_source(kit: CiKit, project: Project) -> None:
    project(SMALL)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = kit("run", env={"CI_KIT_MYSQL_PORT": port}, code=69)
    assert "address already in use" in answer.stderr
    assert "CI_KIT_MYSQL_PORT" in answer.stderr


def test_the_server_uses_the_port_that_is_set(kit: CiKit, project: Project) -> None:
    project(SMALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    assert f"127.0.0.1:{port}," in kit("run", env={"CI_KIT_MYSQL_PORT": port}, code=0).stderr


@pytest.mark.parametrize("image", ["127.0.0.1:9/no-such-image:1", "No Image"])
def test_an_image_that_cannot_be_pulled_is_reported_with_the_error_of_the_engine(
    kit: CiKit, project: Project, image: str
) -> None:
    project(SMALL)
    answer = kit("run", "--mysql-image", image, code=69)
    assert f"cannot pull the image {image}" in answer.stderr
    assert "it came from --mysql-image" in answer.stderr
    assert "Error: " in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "expected", "code"),
    [
        ("--no-such-flag", "unknown flag: --no-such-flag", 69),
        ("another-image", "another-image", 69),
        ("--network=none", "publishes no port", 69),
        ("--name=mine", "ci-kit chooses the name of the container", 64),
    ],
)
def test_wrong_docker_args_are_reported(
    kit: CiKit, project: Project, arguments: str, expected: str, code: int
) -> None:
    project(SMALL)
    answer = kit("run", env={"CI_KIT_DOCKER_ARGS": arguments}, code=code)
    assert expected in answer.stderr
    assert "docker-args" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_an_engine_the_error_says_why_each_one_was_not_used(
    kit: CiKit, project: Project, tmp_path: Path
) -> None:
    project(SMALL)
    programs = path_without(tmp_path, hidden=("docker", "podman"))
    (programs / "docker").write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    (programs / "docker").chmod(0o755)
    answer = kit("run", env={"PATH": str(programs)}, code=69)
    assert (
        "docker: Cannot connect to the Docker daemon; podman: the program is not on the PATH" in answer.stderr
    )
    assert "apt-get install podman" in answer.stderr


@pytest.mark.parametrize("answers", [True, False])
def test_docker_is_preferred_to_podman_if_it_answers(
    kit: CiKit, project: Project, podman: Engine, tmp_path: Path, answers: bool
) -> None:
    folder = project({"test_it.py": "def test_it():\n    pass\n"})
    docker = tmp_path / "with-docker" / "docker"
    docker.parent.mkdir()
    docker.write_text(
        f'#!/bin/sh\necho "$1" >> {folder}/docker-calls\n'
        + (f'exec {podman.programs}/podman "$@"\n' if answers else "echo no daemon >&2\nexit 1\n")
    )
    docker.chmod(0o755)
    run = kit("run", env={"PATH": f"{docker.parent}:{kit.environ['PATH']}"}, code=0)
    calls = set((folder / "docker-calls").read_text().split())
    assert ("run" in calls) == answers
    assert ("using podman; docker: no daemon" in run.stderr) == (not answers)


def _image(kit: CiKit) -> str:
    return kit.environ["CI_KIT_MYSQL_IMAGE"]
