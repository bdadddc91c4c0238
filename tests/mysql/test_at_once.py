"""Many runs at the same time, and runs that are killed while they prepare what other runs share."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import CiKit, finish, interrupt, private_servers, wait_for
from tests.mysql.conftest import CONNECT, WAITS, Project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")

ALONE = {
    "rows.py": CONNECT,
    "test_alone.py": """\
        from rows import rows

        def test_each_run_has_a_server_of_its_own():
            rows("CREATE TABLE only_once (id INT)")
        """,
}


def test_twenty_runs_at_once_in_two_checkouts_succeed(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    other = CiKit(shutil.copytree(project(ALONE), tmp_path / "other"), ci_kit.environ)
    # In a new cache, all runs need the same template, and it does not exist yet.
    own = {"CI_KIT_CACHE": str(tmp_path / "own")}
    runs = [
        one.start("run", "--mysqld", server, "--no-coverage", env=own)
        for _ in range(10)
        for one in (ci_kit, other)
    ]
    for run in runs:
        stdout, stderr = run.communicate(timeout=300)
        assert run.returncode == 0, stdout + stderr
    assert len(list((tmp_path / "own" / "templates").glob("*/manifest.json"))) == 1
    assert list((tmp_path / "own" / "servers").iterdir()) == []


def test_two_checkouts_start_and_end_their_servers_at_once(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    checkouts = [ci_kit, CiKit(shutil.copytree(project({}), tmp_path / "other"), ci_kit.environ)]
    for _ in range(5):
        for command in (("up", "--mysqld", server), ("down",)):
            calls = [one.start("mysql", *command) for one in checkouts]
            for call in calls:
                stdout, stderr = call.communicate(timeout=120)
                assert call.returncode == 0, stdout + stderr
            assert bool(private_servers(ci_kit.servers)) == (command[0] == "up")


@pytest.fixture
def fresh_cache(ci_kit: CiKit, tmp_path: Path) -> Path:
    """A cache without templates."""
    cache = tmp_path / "fresh"
    ci_kit.environ["CI_KIT_CACHE"] = str(cache)
    return cache


StartRun = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start_initialising(ci_kit: CiKit, project: Project, server: str, fresh_cache: Path) -> Iterator[StartRun]:
    """Starts a run, and gives it while it initialises the datadir of a template."""
    project({"test_it.py": "def test_it():\n    pass\n"})

    def start() -> subprocess.Popen[str]:
        run = ci_kit.start("run", "--mysqld", server)
        wait_until(lambda: list(ci_kit.servers.glob("*/template/*")), "a template's datadir", child=run)
        return run

    yield start
    ci_kit("run", "--mysqld", server, code=0)
    assert _names(fresh_cache / "templates") == {"lock", "complete"}
    assert _names(fresh_cache / "servers") == set()


def _names(folder: Path) -> set[str]:
    """The content of a cache folder: ``lock``, ``complete`` for a template, or else the name."""
    found = set()
    for path in folder.iterdir():
        known = "lock" if path.suffix == ".lock" else "complete" if (path / "manifest.json").exists() else ""
        found.add(known or path.name)
    return found


def test_the_next_run_makes_the_template_that_a_killed_run_was_initialising(
    start_initialising: StartRun,
) -> None:
    run = start_initialising()
    run.kill()
    finish(run)


def test_the_next_run_makes_the_template_that_a_killed_run_was_copying(
    ci_kit: CiKit, start_initialising: StartRun, fresh_cache: Path
) -> None:
    run = start_initialising()
    unfinished = "templates/*.unfinished-*/data/*"
    # Without a pause: a copy takes some milliseconds.
    wait_until(lambda: list(fresh_cache.glob(unfinished)), "a copy of the template", child=run, pause=0)
    run.kill()
    finish(run)
    assert list(fresh_cache.glob("templates/*.unfinished-*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_template_is_made_leaves_nothing(
    ci_kit: CiKit, start_initialising: StartRun, fresh_cache: Path, number: signal.Signals, code: int
) -> None:
    answer = interrupt(start_initialising(), number)
    assert answer.code == code, answer.text
    assert "Traceback" not in answer.stderr
    assert private_servers(ci_kit.servers) == set()
    assert _names(fresh_cache / "templates") == {"lock"}


def test_the_clean_up_after_a_killed_run_spares_kept_and_running_servers(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    waits = {
        "waits.py": WAITS,
        "test_it.py": """\
            import os, pathlib
            from waits import until_removed

            def test_waits():
                pathlib.Path("process").write_text(str(os.getpid()))
                pathlib.Path("process").rename("started")
                until_removed("started")
            """,
    }
    lives = CiKit(shutil.copytree(project(waits), tmp_path / "lives"), ci_kit.environ)
    kept = CiKit(shutil.copytree(project({}), tmp_path / "kept"), ci_kit.environ)
    kept("mysql", "up", "--mysqld", server, code=0)
    try:
        runs = {one: one.start("run", "--mysqld", server) for one in (ci_kit, lives)}
        for one, run in runs.items():
            wait_for(one.cwd / "started", run)
        before = private_servers(ci_kit.servers)
        runs[ci_kit].kill()
        os.kill(int((ci_kit.cwd / "started").read_text()), signal.SIGKILL)
        finish(runs[ci_kit])
        (ci_kit.cwd / "test_it.py").write_text("def test_it():\n    pass\n")
        ci_kit("run", "--mysqld", server, code=0)
        # Each of the three servers has a folder and a process; the killed run's are gone afterwards.
        assert (len(before), len(private_servers(ci_kit.servers))) == (6, 4)
        (lives.cwd / "started").unlink()
        stdout, stderr = runs[lives].communicate(timeout=60)
        assert runs[lives].returncode == 0, stdout + stderr
        assert "server" in kept("mysql", "status", code=0).stdout
    finally:
        kept("mysql", "down", code=0)
