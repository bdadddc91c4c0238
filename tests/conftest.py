"""Fixtures of all tests: the command as a user calls it, projects, and servers."""

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
from tests.support.waiting import LIMIT, wait_until

# A shell without job control starts background processes with SIGINT ignored, and nohup ignores SIGHUP. Every
# process that a test interrupts would inherit that.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

# Each of the many processes that the tests start would compile its modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "meeting"
# In seconds: a call may prepare a datadir and boot several servers.
_CALL_LIMIT = 300
# Variables of this test run that would change the runs inside the tests.
_OUTER_RUN = (
    "ACT",
    "CI_KIT_",
    "COVERAGE_",
    "DATABASE_URL",
    "GITHUB_",
    "MYSQL_",
    "PYTEST_",
    "PYTHON",
    "RUNNER_",
    "VIRTUAL_ENV",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return _SharedScheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    # The tests of servers and machines wait for them about half of the time.
    return 2 * (os.cpu_count() or 1) if config.getoption("dist") == "loadfile" else None


class _SharedScheduling(LoadFileScheduling):  # type: ignore[misc]
    """Runs tests that share something in one process: those of a file, and all that use containers."""

    def _split_scope(self, nodeid: str) -> str:
        containers = "tests/containers/"
        return containers if nodeid.startswith(containers) else str(super()._split_scope(nodeid))


@dataclass(frozen=True)
class Answer:
    """The exit code and the output of a call of ci-kit."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


@dataclass(eq=False)
class CiKit:
    """Calls ci-kit in a new process, with the test's own cache folder."""

    cwd: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def servers(self) -> Path:
        """The folder of this test's private servers."""
        return Path(self.environ["CI_KIT_MYSQL_DATADIR"])

    def __call__(
        self, *args: str | Path, env: Mapping[str, str] | None = None, code: int | None = None
    ) -> Answer:
        """Call it and wait for its end; ``code`` is the expected exit code, None for any."""
        answer = finish(self.start(*args, env=env), seconds=_CALL_LIMIT)
        assert code is None or answer.code == code, answer.text
        return answer

    def without_server(self, *args: str | Path, env: Mapping[str, str] | None = None) -> Answer:
        """Call it as if no server program were installed on this machine."""
        try:
            prefix = no_server.prefix()
        except Unavailable as reason:
            skip_or_fail(reason)
        return finish(self._open([*prefix, *self.argv(*args)], env), seconds=_CALL_LIMIT)

    def start(self, *args: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return self._open(self.argv(*args), env)

    def argv(self, *args: str | Path) -> list[str]:
        return [sys.executable, "-m", "ci_kit", *map(str, args)]

    def _open(self, argv: list[str], env: Mapping[str, str] | None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            argv,
            cwd=self.cwd,
            env=self.environ | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def clean_environ() -> dict[str, str]:
    """This process's environment, without variables that would change a run inside a test."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_OUTER_RUN)}
    # All calls share their compiled modules, outside the checkout: compiling takes most of a short call.
    return environ | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "ci-kit-tests-pycache"))}


@pytest.fixture(scope="session")
def template_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for template datadirs, which all tests of this run share: to make one takes seconds."""
    own = tmp_path_factory.getbasetemp()
    # A worker of pytest-xdist has a folder in the one of the run.
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates"
    folder.mkdir(exist_ok=True)
    return folder


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
    """A folder for the private servers of one test.

    It is in memory if possible, as by default. Its path is short enough for the path of a socket.
    """
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"
    with tempfile.TemporaryDirectory(prefix="ci-kit-tests-", dir=memory) as name:
        # A test that runs as root runs its server as another user, who must reach the folder.
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def project(ci_kit: CiKit) -> Callable[[Mapping[str, str]], Path]:
    """Writes files into the folder where ci-kit is called."""

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
    """The path of a server program: a test runs once with each server."""
    program: str = request.getfixturevalue(request.param)
    return program


@pytest.fixture(scope="session")
def sample_python() -> str:
    """The Python of the sample app's environment, which `make test` creates."""
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
    """The private servers in a folder: the ids of their processes, and the paths of their folders."""
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
    """Fails if the test left a server, a server's folder or a server's record behind."""
    yield
    assert private_servers(ci_kit.servers) == set()
    servers = Path(ci_kit.environ["CI_KIT_CACHE"]) / "servers"
    assert not servers.exists() or not list(servers.iterdir())


def interrupt(child: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> Answer:
    """Send a signal to a running call, and wait for its end."""
    child.send_signal(number)
    return finish(child)


def finish(child: subprocess.Popen[str], *, seconds: float = LIMIT) -> Answer:
    """Wait for the end of a call. After ``seconds``, end it and fail with its output."""
    try:
        stdout, stderr = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # ci-kit ends its servers on SIGTERM; SIGKILL would leave them running.
        child.terminate()
        try:
            output = "".join(child.communicate(timeout=LIMIT))
        except subprocess.TimeoutExpired:
            child.kill()
            output = "(no output: SIGTERM did not end it)"
        pytest.fail(f"did not end in {seconds:g} s: {child.args!r}\n{output}")
    return Answer(child.returncode, stdout, stderr)


def wait_for(path: Path, child: subprocess.Popen[str]) -> None:
    """Wait until a file exists. Fails if the call that writes the file ends first."""
    wait_until(path.exists, f"the file {path}", child=child)


def assert_in_order(text: str, pieces: Sequence[str]) -> None:
    """Asserts that the text contains the pieces in this order."""
    position = 0
    for piece in pieces:
        found = text.find(piece, position)
        assert found >= 0, f"{piece!r} is missing after position {position} of:\n{text}"
        position = found
