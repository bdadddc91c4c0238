"""The files of the history: real ones, also broken ones, and two writers at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.history.folder import open_history
from ci_kit.history.past_run import PastRun
from ci_kit.history.past_tests import PastTests
from ci_kit.host.machine import Host
from tests.support.waiting import LIMIT
from tests.unit.history.making import ended, run_of
from tests.unit.support import ROOT, make_host

RUN = run_of()
TESTS = PastTests().with_run([ended("test_a.py::test_a")])


def keep(folder: Path, *runs: PastRun) -> None:
    for run in runs:
        with open_history(make_host({}), folder) as history:
            history.keep([*history.runs(), run], run.kind, TESTS)


def read(folder: Path, kind: tuple[str, str] = RUN.kind) -> tuple[tuple[PastRun, ...], PastTests, list[str]]:
    with open_history(make_host({}), folder) as history:
        return history.runs(), history.tests(kind), history.unread


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_one_run_keeps_the_next_one_reads(tmp_path: Path) -> None:
    assert read(tmp_path / "new") == ((), PastTests(), [])
    keep(tmp_path / "new", RUN)
    assert read(tmp_path / "new") == ((RUN,), TESTS, [])


def test_git_ignores_the_folder(tmp_path: Path) -> None:
    keep(tmp_path / "new", RUN)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True, timeout=LIMIT)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, check=True, capture_output=True, timeout=LIMIT).stdout == b""
    assert (tmp_path / "new" / "README.md").read_text().startswith("ci-kit keeps ")


def test_the_last_fifty_runs_of_each_kind_stay(tmp_path: Path) -> None:
    other = run_of(command="other")
    keep(tmp_path / "new", other)
    with open_history(make_host({}), tmp_path / "new") as history:
        runs = [*history.runs(), *(run_of(tests=n) for n in range(60))]
        history.keep(runs, RUN.kind, TESTS)
    kept = read(tmp_path / "new")[0]
    assert kept == (other, *(run_of(tests=n) for n in range(10, 60)))


def test_the_tests_of_a_kind_stay_as_long_as_its_runs(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    keep(folder, *(run_of(command=str(n)) for n in range(12)))
    assert {run.command for run in read(folder)[0]} == {str(n) for n in range(2, 12)}
    assert len([name for name in files(folder) if name.startswith("tests-")]) == 10
    assert read(folder, run_of(command="0").kind)[1] == PastTests()
    assert read(folder, run_of(command="2").kind)[1] == TESTS


def test_the_failed_tests_of_the_last_ten_kinds_stay_also_without_runs_of_a_kind(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    for number in range(12):
        keep(folder, RUN)
        with open_history(make_host({}), folder) as history:
            history.keep_failed(("name", str(number)), ["test_a.py::test_a"])
        # Some file systems count time in steps of several milliseconds.
        newest = max(folder.glob("failed-*.json"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    with open_history(make_host({}), folder) as history:
        kept = [number for number in range(12) if history.last_failed(("name", str(number)))]
    assert kept == [*range(2, 12)]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"another file\n",
        b'{"file": "the last runs of ci-kit", "version": 2}\n',
        b'{"file": "the last runs of ci-kit", "version": 1}\nnull\n',
        b'{"file": "the last runs of ci-kit", "version": 1}\n{"began": 3}\n',
        b"[" * 100_000,
    ],
)
def test_a_file_of_another_kind_is_named_and_begins_anew(text: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    keep(folder, RUN)
    broken = [folder / "runs.jsonl", next(folder.glob("tests-*.json"))]
    for path in broken:
        path.write_bytes(text)
    assert read(folder) == ((), PastTests(), list(map(str, broken)))
    keep(folder, RUN)
    assert read(folder) == ((RUN,), TESTS, [])


@pytest.mark.parametrize("name", ["app.py", "README.md", ".gitignore"])
def test_a_folder_with_other_files_stays_as_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("my own\n")
    with pytest.raises(UnavailableError) as caught:
        keep(tmp_path, RUN)
    assert caught.value.what == f"{tmp_path} has files that ci-kit did not write"
    assert files(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "my own\n"


@pytest.mark.parametrize("name", ["a-file", "a-file/below"])
def test_a_path_that_cannot_be_a_folder_is_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    with pytest.raises(UnavailableError):
        keep(tmp_path / name, RUN)


def test_a_killed_first_run_leaves_nothing_that_stops_the_next_one(tmp_path: Path) -> None:
    for name in (".README.md.abc", "lock"):
        (tmp_path / name).write_text("")
    keep(tmp_path, RUN)
    assert read(tmp_path)[0] == (RUN,)


WRITER = """\
import sys
from pathlib import Path
from tests.unit.history.test_folder import RUN, keep
for _ in range(20):
    keep(Path(sys.argv[1]), RUN)
"""


def test_two_processes_at_once_lose_no_run(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", WRITER, str(tmp_path / "new")]
    children = [subprocess.Popen(argv, cwd=ROOT) for _ in range(2)]
    assert [child.wait(LIMIT) for child in children] == [0, 0]
    assert read(tmp_path / "new")[0] == (RUN,) * 40


def test_nothing_but_the_history_is_in_the_folder(tmp_path: Path) -> None:
    keep(tmp_path / "new", RUN, RUN)
    (tests,) = (tmp_path / "new").glob("tests-*.json")
    assert files(tmp_path / "new") == {".gitignore", "README.md", "lock", "runs.jsonl", tests.name}


def test_a_verbose_run_names_the_files_and_not_their_text(tmp_path: Path) -> None:
    host = make_host({}, verbosity=1)
    assert isinstance(host, Host)
    with open_history(host, tmp_path / "new") as history:
        history.keep([RUN], RUN.kind, TESTS)
    text = host.console.stream.getvalue()  # type: ignore[attr-defined]
    assert f"write {tmp_path / 'new' / 'runs.jsonl'}\n" in text
    assert "test_a.py" not in text


def test_a_kind_that_goes_takes_no_run_of_another_kind_along(tmp_path: Path) -> None:
    usual = [run_of(tests=n) for n in range(3)]
    others = [run_of(command=f"once {n}") for n in range(10)]
    keep(tmp_path / "new", *usual, *others[:9], usual[0], others[9])
    kept = read(tmp_path / "new")[0]
    assert [run for run in kept if run.kind == RUN.kind] == [*usual, usual[0]]
    assert others[0] not in kept


def test_a_run_with_an_infinite_number_is_not_read(tmp_path: Path) -> None:
    keep(tmp_path / "new", RUN)
    runs = tmp_path / "new" / "runs.jsonl"
    runs.write_text(runs.read_text().replace('"seconds":30.0', '"seconds":1e999'))
    assert read(tmp_path / "new") == ((), TESTS, [str(runs)])
