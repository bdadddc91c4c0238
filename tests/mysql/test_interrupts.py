"""Runs that a signal or a closed terminal ends: they leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import CiKit, interrupt, private_servers, wait_for
from tests.mysql.conftest import WAITING, Project
from tests.support.waiting import LIMIT, wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_during_the_tests_ends_the_run_and_the_server(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals, code: int
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    answer = interrupt(child, number)
    assert answer.code == code, answer.text
    assert "Traceback" not in answer.stderr


def test_a_signal_while_the_server_boots_leaves_nothing(ci_kit: CiKit, project: Project, server: str) -> None:
    project(WAITING)
    ci_kit("run", "--mysqld", server, "--", "--co")
    child = ci_kit.start("run", "--mysqld", server)
    wait_until(lambda: private_servers(ci_kit.servers), "a server", child=child)
    answer = interrupt(child)
    assert answer.code == 130, answer.text


@pytest.mark.parametrize(
    ("moment", "script", "code"),
    [
        ("during the tests", 'exec "$@"', 129),
        ("while the server boots", 'exec "$@"', 129),
        # SIGHUP ends the shell too.
        ("during the tests", '"$@"; exit', -signal.SIGHUP),
    ],
    ids=["during the tests", "while the server boots", "started by a shell"],
)
def test_a_closed_terminal_ends_the_run_and_the_server(
    moment: str, script: str, code: int, ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    ci_kit("run", "--mysqld", server, "--", "--co")
    argv = ci_kit.argv("run", "--mysqld", server)
    with terminal(script, argv, cwd=folder, env=ci_kit.environ) as child:
        if moment == "during the tests":
            wait_for(folder / "started", child)
        else:
            wait_until(lambda: private_servers(ci_kit.servers), "a server", child=child)
    assert child.wait(LIMIT) == code
    # A shell ends before ci-kit has cleaned up.
    wait_until(lambda: not private_servers(ci_kit.servers), "the end of the server")
    wait_until(
        lambda: not list(Path(ci_kit.environ["CI_KIT_CACHE"]).glob("servers/*")),
        "the end of the server's record",
    )


@contextmanager
def terminal(
    script: str, argv: list[str], *, cwd: Path, env: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A command in a shell script in a terminal, which is closed at the end of the context."""
    master, slave = os.openpty()
    try:
        # The first terminal that the leader of a session opens becomes the terminal of the session.
        opening = f"exec <>{os.ttyname(slave)} >&0 2>&0; {script}"
        yield subprocess.Popen(
            ["sh", "-c", opening, "sh", *argv], cwd=cwd, env=env, start_new_session=True, text=True
        )
    finally:
        os.close(slave)
        os.close(master)
