"""Measures several workers: a suite that waits for its database, the cost of a worker's server, and kills.

With ``--kills``, it kills so many runs at random moments instead, and lists what the run after each leaves.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.arguments import parse_arguments
from benchmarks.side_by_side import measure, table
from tests.support.environments import environment

ALONE = "one worker"
OWN_SERVERS = "two workers, each with a server of its own"
ONE_SERVER = "two workers on one server, a database each"
_FILES = 8
_SUITE = """\
import os, pymysql, pytest

@pytest.fixture(scope="module")
def cursor():
    connection = pymysql.connect(
        host=os.environ["MYSQL_HOST"], port=int(os.environ["MYSQL_PORT"]), user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"], database=os.environ["MYSQL_DATABASE"], autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS t")
        cursor.execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100), KEY (name))")
        yield cursor

@pytest.mark.parametrize("number", range({tests}))
def test_rows(cursor, number):
    cursor.execute("TRUNCATE t")
    for n in range(100):
        cursor.execute("INSERT INTO t (name) VALUES (%s)", [f"{{number}} {{n}}"])
    cursor.execute("SELECT COUNT(*), SUM(CRC32(a.name)) FROM t a JOIN t b ON a.id >= b.id")
    assert cursor.fetchone()[0] == 5050
"""


class Runs:
    """Runs of ci-kit in one project, with a cache and folders of their own."""

    def __init__(self, folder: Path, mysqld: str, *, binary_log: bool = True) -> None:
        self._project = folder / "project"
        self._project.mkdir()
        self._server = ["--mysqld", mysqld, *([] if binary_log else ["--mysql-settings=skip-log-bin"])]
        self._temporary, self._servers = (
            folder / "tmp",
            Path(tempfile.mkdtemp(prefix="bench-", dir="/dev/shm")),
        )
        self._temporary.mkdir()
        # A server that root starts runs as another user.
        self._servers.chmod(0o755)
        self._cache = folder / "cache"
        self._environ = os.environ | {
            "CI_KIT_CACHE": str(self._cache),
            "CI_KIT_MYSQL_DATADIR": str(self._servers),
            "TMPDIR": str(self._temporary),
            "PYTEST_ADDOPTS": "-p no:cacheprovider",
        }

    def write(self, tests: int) -> None:
        """Write the suite, with so many tests in each of its files."""
        for number in range(_FILES):
            (self._project / f"test_{number}.py").write_text(_SUITE.format(tests=tests))

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ci_kit", "run", "-C", str(self._project), *self._server]
        command += ["--python", environment("workers"), "--no-coverage", "--history=none", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            env=self._environ,
            stdout=pipe,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> str:
        child = self.start(*words)
        output, _ = child.communicate()
        if child.returncode:
            sys.exit(output)
        return output

    def left(self) -> list[str]:
        """The processes, folders and records of earlier runs."""
        lines = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
        found = [line for line in lines.splitlines() if f"--datadir={self._servers}/" in line]
        found += map(str, (*self._servers.iterdir(), *self._temporary.glob("ci-kit-run-*")))
        return found + [str(path) for path in (self._cache / "servers").glob("*")]

    def remove(self) -> None:
        self._servers.rmdir()


def speed(runs: Runs, tests: int, rounds: int) -> str:
    runs.write(tests)
    ways = {
        ALONE: lambda: runs.run("--workers=1"),
        OWN_SERVERS: lambda: runs.run("--workers=2"),
        ONE_SERVER: lambda: runs.run("--workers=2", "--one-server"),
    }
    return table(measure(ways, rounds), against=ALONE)


def cost(runs: Runs, rounds: int) -> str:
    """What two servers add to a run of short tests, and the memory of one."""
    runs.write(1)
    ways = {
        ONE_SERVER: lambda: runs.run("--workers=2", "--one-server"),
        OWN_SERVERS: lambda: runs.run("--workers=2"),
    }
    times = measure(ways, rounds)
    pairs = zip(times[OWN_SERVERS], times[ONE_SERVER], strict=True)
    each = statistics.median((own - one) / 2 for own, one in pairs)
    memory = re.search(r"one takes (.*?) of memory", runs.run("--workers=2"))
    return f"each server of a worker adds {each:.2f} s, and takes {memory[1] if memory else '?'} at its start"


def kills(runs: Runs, count: int) -> str:
    """Kill runs at random moments, by SIGKILL and by SIGINT in turn; gives what was left."""
    runs.write(40)
    began = time.perf_counter()
    runs.run("--workers=2")
    whole = time.perf_counter() - began
    chance = random.Random(7)  # noqa: S311
    left: list[str] = []
    for number in range(count):
        child = runs.start("--workers=2")
        moment = chance.uniform(0, whole)
        with suppress(subprocess.TimeoutExpired):
            child.wait(moment)
        child.send_signal(signal.SIGINT if number % 2 else signal.SIGKILL)
        # After SIGKILL, pytest runs on to its end.
        output, _ = child.communicate()
        traceback = ["a traceback"] if "Traceback (most recent call last)" in output else []
        if number % 2 == 0:
            runs.run("--workers=2", "--", "--co", "-q")
        left += [f"after {moment:.2f} s: {one}" for one in (*traceback, *runs.left())]
    return "\n".join([f"{count} kills within {whole:.1f} s, and {len(left)} things left", *left])


def main() -> None:
    more = argparse.ArgumentParser(add_help=False)
    more.add_argument("--kills", type=int, default=0, help="kill so many runs instead")
    more.add_argument("--tests", type=int, default=150, help="tests in each of the eight files")
    more.add_argument("--no-binary-log", action="store_true", help="turn MySQL's binary log off")
    own, rest = more.parse_known_args()
    sys.argv[1:] = rest
    arguments = parse_arguments(textwrap.dedent(__doc__ or ""))
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder), arguments.mysqld, binary_log=not own.no_binary_log)
        runs.write(1)
        # The template is made once.
        runs.run("--workers=1")
        if own.kills:
            print(kills(runs, own.kills))
        else:
            print(speed(runs, own.tests, arguments.rounds), cost(runs, arguments.rounds), sep="\n")
        runs.remove()


if __name__ == "__main__":
    main()
