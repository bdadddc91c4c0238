"""The world of the tests: the command as a user calls it, projects to call it in, servers for it to run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.support import mariadb, mysql97, no_server
from tests.support.unavailable import Unavailable, skip_or_fail

# A shell without job control starts what it puts in the background with SIGINT ignored, and so would every
# process here be that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "meeting"
# Nothing of the run of these tests may steer the runs inside them.
_FOREIGN = ("ACT", "CI_KIT_", "COVERAGE_", "GITHUB_", "MYSQL_", "PYTEST_", "PYTHON", "RUNNER_", "VIRTUAL_ENV")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return _BySharing(config, log) if config.getoption("dist") == "loadfile" else None


class _BySharing(LoadFileScheduling):  # type: ignore[misc]
    """What tests share keeps them on one of several processes: a file's servers, all containers' network."""

    def _split_scope(self, nodeid: str) -> str:
        containers = "tests/containers/"
        return containers if nodeid.startswith(containers) else str(super()._split_scope(nodeid))


@dataclass(frozen=True)
class Answer:
    """A call of ci-kit that ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


@dataclass(eq=False)
class CiKit:
    """Calls ci-kit in a process of its own, with a cache folder of this test's."""

    cwd: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def servers(self) -> Path:
        """The folder of this test's private servers."""
        return Path(self.environ["CI_KIT_MYSQL_DATADIR"])

    def __call__(
        self, *args: str | Path, env: Mapping[str, str] | None = None, code: int | None = None
    ) -> Answer:
        """Call it to its end; ``code`` is the exit code the test expects, if it is sure of one."""
        child = self.start(*args, env=env)
        stdout, stderr = child.communicate(timeout=300)
        answer = Answer(child.returncode, stdout, stderr)
        assert code is None or answer.code == code, answer.text
        return answer

    def without_server(self, *args: str | Path, env: Mapping[str, str] | None = None) -> Answer:
        """Call it to its end on this machine as it would be without a server program."""
        try:
            prefix = no_server.prefix()
        except Unavailable as reason:
            skip_or_fail(reason)
        done = subprocess.run(
            [*prefix, *self.argv(*args)],
            cwd=self.cwd,
            env=self.environ | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*args),
            cwd=self.cwd,
            env=self.environ | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def argv(self, *args: str | Path) -> list[str]:
        return [sys.executable, "-m", "ci_kit", *map(str, args)]


def clean_environ() -> dict[str, str]:
    """This process's environment, without what would steer a run inside a test."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    # Compiled modules are kept, out of the tree: without them every call would compile them all.
    return environ | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "ci-kit-tests-pycache"))}


@pytest.fixture(scope="session")
def template_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Template datadirs, made once for all tests."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def ci_kit(tmp_path: Path, template_cache: Path) -> Iterator[CiKit]:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "templates").symlink_to(template_cache)
    project = tmp_path / "project"
    project.mkdir()
    with servers_folder() as servers:
        yield CiKit(
            project,
            clean_environ()
            | {
                "CI_KIT_CACHE": str(cache),
                "CI_KIT_PYTHON": sys.executable,
                "CI_KIT_MYSQL_DATADIR": str(servers),
            },
        )


@contextmanager
def servers_folder() -> Iterator[Path]:
    """A folder for private servers, by which they are told from those of other tests and of this machine.

    It is in memory where there is some, as by default, with a path that is short enough for a socket.
    """
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"
    with tempfile.TemporaryDirectory(prefix="ci-kit-tests-", dir=memory) as name:
        # For the unprivileged user that root runs a server as.
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def project(ci_kit: CiKit) -> Callable[[Mapping[str, str]], Path]:
    """Writes a project's files, by name, where ci-kit is called."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = ci_kit.cwd / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return ci_kit.cwd

    return write


@pytest.fixture(scope="session")
def mysqld() -> str:
    """A real MySQL 9.7."""
    return str(_required(mysql97.mysqld))


@pytest.fixture(scope="session")
def mariadbd() -> str:
    """A real MariaDB."""
    return str(_required(mariadb.mariadbd))


@pytest.fixture(params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def server(request: pytest.FixtureRequest) -> str:
    """Each of the servers in turn: the path of its program."""
    program: str = request.getfixturevalue(request.param)
    return program


@pytest.fixture(scope="session")
def sample_python() -> str:
    """The Python of the sample app's environment, which `make` makes."""
    python = SAMPLE / ".venv" / "bin" / "python"
    if not python.exists():
        skip_or_fail(Unavailable("the sample app has no environment: run the tests by `make test`"))
    return str(python)


def _required(bring: Callable[[], Path]) -> Path:
    try:
        return bring()
    except Unavailable as reason:
        skip_or_fail(reason)


def private_servers(folder: Path) -> set[str]:
    """What there is of the private servers with data in a folder: their processes' ids, their folders."""
    found = {str(path) for path in folder.iterdir()}
    return found | {pid for pid, line in command_lines() if f"--datadir={folder}/".encode() in line}


def command_lines() -> Iterator[tuple[str, bytes]]:
    """The ids and the command lines of all processes."""
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with suppress(OSError):
                yield path.name, (path / "cmdline").read_bytes()


@pytest.fixture
def nothing_left(ci_kit: CiKit) -> Iterator[None]:
    """Fails if the test left a server, its folder, its record, or a run's folder behind."""
    yield
    assert private_servers(ci_kit.servers) == set()
    servers = Path(ci_kit.environ["CI_KIT_CACHE"]) / "servers"
    assert not servers.exists() or not list(servers.iterdir())


def interrupt(child: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> Answer:
    """Send a signal to a call that goes on, and wait for its end."""
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=60)
    return Answer(child.returncode, stdout, stderr)


def wait_for(path: Path, child: subprocess.Popen[str]) -> None:
    """Wait until a file is there, as long as the call that is to write it goes on."""
    while not path.exists():
        assert child.poll() is None, child.communicate()


def assert_in_order(text: str, pieces: Sequence[str]) -> None:
    """Each piece stands in the text, after the one before it."""
    position = 0
    for piece in pieces:
        found = text.find(piece, position)
        assert found >= 0, f"{piece!r} is missing after position {position} of:\n{text}"
        position = found
