"""Volumes that are read-only or too small for a server: each one is one error, and nothing is left."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Answer, CiKit, assert_in_order
from tests.mysql.conftest import CONNECT, Project
from tests.support.unavailable import Unavailable, skip_or_fail

pytestmark = pytest.mark.usefixtures("nothing_left")

OnVolume = Callable[..., Answer]

PASSING = {"test_it.py": "def test_it():\n    pass\n"}


@pytest.fixture
def on_volume(ci_kit: CiKit) -> Iterator[OnVolume]:
    """Calls ci-kit with the data of servers on a small file system, a new one for each call."""
    if (
        os.geteuid() != 0
        or subprocess.run(["unshare", "--mount", "true"], check=False, timeout=60).returncode
    ):
        skip_or_fail(Unavailable("this test mounts a file system: run it as root"))

    volume = ci_kit.servers / "volume"
    volume.mkdir()

    def call(options: str, *args: str) -> Answer:
        # The mount ends with the script, so the script lists what is left on the file system.
        script = f"""\
            mount -t tmpfs -o mode=755,{options} tmpfs {volume}
            code=0
            "$@" || code=$?
            echo "left: $(ls -A {volume})" >&2
            exit $code
            """
        inside = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh"]
        done = subprocess.run(
            [*inside, *ci_kit.argv(*args)],
            cwd=ci_kit.cwd,
            env=ci_kit.environ | {"CI_KIT_MYSQL_DATADIR": str(volume)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.stderr.splitlines()[-1] == "left: "
        return Answer(done.returncode, done.stdout, done.stderr)

    yield call
    volume.rmdir()


def test_a_read_only_volume_is_reported(on_volume: OnVolume, project: Project, server: str) -> None:
    project(PASSING)
    answer = on_volume("ro", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot mkdir -p ", "/volume/", "why: Read-only file system", "do:"])


def test_a_volume_without_space_for_the_data_is_reported(
    ci_kit: CiKit, on_volume: OnVolume, project: Project, server: str
) -> None:
    project(PASSING)
    ci_kit("run", "--mysqld", server, code=0)
    answer = on_volume("size=8m", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot cp -r ", "/volume/", "why: No space left", "do:"])


def test_a_volume_without_space_for_a_template_is_reported(
    ci_kit: CiKit, on_volume: OnVolume, project: Project, server: str, tmp_path: Path
) -> None:
    project(PASSING)
    ci_kit.environ["CI_KIT_CACHE"] = str(tmp_path / "cache" / "own")
    answer = on_volume("size=8m", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot initialise a datadir", "no space is left", "/volume", "do:"])
    assert list((tmp_path / "cache" / "own" / "templates").glob("*/*")) == []


def test_a_volume_that_fills_up_during_the_tests_is_reported(
    on_volume: OnVolume, project: Project, server: str
) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_it.py": """\
                from rows import login

                def test_it():
                    with login(autocommit=True) as connection, connection.cursor() as cursor:
                        cursor.execute("CREATE TABLE t (a LONGBLOB)")
                        while True:
                            cursor.execute("INSERT INTO t VALUES (REPEAT('x', 4000000))")
                """,
        }
    )
    answer = on_volume("size=160m", "run", "--mysqld", server)
    assert answer.code == 1, answer.text
    assert_in_order(
        answer.stderr, ["ci-kit: error: the server ", "no space is left", "/volume", "mysql-datadir"]
    )


@pytest.fixture
def closed(ci_kit: CiKit) -> Iterator[Path]:
    """A folder inside a folder that only root can enter."""
    if os.geteuid() != 0:
        skip_or_fail(
            Unavailable("a server runs as another user only if root starts it: run this test as root")
        )
    outer = ci_kit.servers / "closed"
    (outer / "open").mkdir(parents=True)
    outer.chmod(0o700)
    yield outer / "open"
    assert list((outer / "open").iterdir()) == []
    shutil.rmtree(outer)


def test_a_folder_that_the_server_s_user_cannot_enter_is_reported(
    ci_kit: CiKit, project: Project, server: str, closed: Path
) -> None:
    project(PASSING)
    answer = ci_kit("run", "--mysqld", server, "--mysql-datadir", closed, code=64)
    assert_in_order(
        answer.stderr, ["the server cannot enter ", "who cannot enter ", "--mysql-datadir", "chmod"]
    )


def test_a_temporary_folder_that_the_server_s_user_cannot_enter_is_not_used(
    ci_kit: CiKit, project: Project, server: str, closed: Path
) -> None:
    project(PASSING)
    ci_kit(
        "run",
        "--mysqld",
        server,
        "--durable",
        env={"TMPDIR": str(closed), "CI_KIT_MYSQL_DATADIR": ""},
        code=0,
    )
