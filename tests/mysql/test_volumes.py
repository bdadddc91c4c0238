"""Volumes for a server's data that cannot be written or have no room: one error, and nothing is left."""

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
    """Calls ci-kit with a small file system of the call's own as the folder for servers' data."""
    if (
        os.geteuid() != 0
        or subprocess.run(["unshare", "--mount", "true"], check=False, timeout=60).returncode
    ):
        skip_or_fail(Unavailable("a file system is mounted for this test: run it as root"))

    volume = ci_kit.servers / "volume"
    volume.mkdir()

    def call(options: str, *args: str) -> Answer:
        # What is left on it would go with the mount: it is listed while it is there.
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


def test_a_volume_that_cannot_be_written_is_named(on_volume: OnVolume, project: Project, server: str) -> None:
    project(PASSING)
    answer = on_volume("ro", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot mkdir -p ", "/volume/", "why: Read-only file system", "do:"])


def test_a_volume_without_room_for_the_data_is_named(
    ci_kit: CiKit, on_volume: OnVolume, project: Project, server: str
) -> None:
    project(PASSING)
    ci_kit("run", "--mysqld", server, code=0)
    answer = on_volume("size=8m", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot cp -r ", "/volume/", "why: No space left", "do:"])


def test_a_volume_without_room_for_a_first_datadir_is_named(
    ci_kit: CiKit, on_volume: OnVolume, project: Project, server: str, tmp_path: Path
) -> None:
    project(PASSING)
    ci_kit.environ["CI_KIT_CACHE"] = str(tmp_path / "cache" / "own")
    answer = on_volume("size=8m", "run", "--mysqld", server)
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["cannot initialise a datadir", "no space is left", "/volume", "do:"])
    assert list((tmp_path / "cache" / "own" / "templates").glob("*/*")) == []


def test_a_volume_that_fills_up_during_the_tests_is_named(
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
    """A folder within one that only root may pass."""
    if os.geteuid() != 0:
        skip_or_fail(Unavailable("a server gets another user than the one who calls: run it as root"))
    outer = ci_kit.servers / "closed"
    (outer / "open").mkdir(parents=True)
    outer.chmod(0o700)
    yield outer / "open"
    assert list((outer / "open").iterdir()) == []
    shutil.rmtree(outer)


def test_a_folder_that_is_closed_to_the_servers_user_is_named(
    ci_kit: CiKit, project: Project, server: str, closed: Path
) -> None:
    project(PASSING)
    answer = ci_kit("run", "--mysqld", server, "--mysql-datadir", closed, code=64)
    assert_in_order(
        answer.stderr, ["the server cannot enter ", "who cannot enter ", "--mysql-datadir", "chmod"]
    )


def test_a_temporary_folder_that_is_closed_to_the_servers_user_is_not_taken(
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
