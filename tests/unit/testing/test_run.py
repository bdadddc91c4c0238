"""Real runs of pytest on small projects."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ci_kit.errors import AllTestsDeselectedError, CiKitError, NoTestReportError, Outcome, UnavailableError
from ci_kit.testing.commands import read_commands
from ci_kit.testing.python import Project, inspect_project
from ci_kit.testing.run import run_tests
from ci_kit.testing.verdict import TestRun
from tests.unit.support import QUICK, ROOT, make_host, make_settings, write

PASSING = {"test_a.py": "def test_a(): ...\ndef test_b(): ...\n"}
needs_xdist = pytest.mark.skipif(
    importlib.util.find_spec("xdist") is None, reason="pytest-xdist is missing: pip install pytest-xdist"
)
XDIST = pytest.param(["-n1"], marks=needs_xdist, id="xdist")
serial_and_xdist = pytest.mark.parametrize("workers", [pytest.param([], id="serial"), XDIST])


@cache
def this_python() -> Project:
    return inspect_project(make_host(), make_settings(ROOT, python=[sys.executable]))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def run(
    root: Path,
    *words: str,
    env: dict[str, str] | None = None,
    json_report: str = "",
    lent: bool = False,
    coverage: bool = False,
) -> TestRun:
    """Run a project's tests with this Python; raises the problem of the run.

    With ``lent``, ci-kit lends pytest-json-report to it.
    """
    host = make_host()
    settings = make_settings(
        root, python=[sys.executable], pytest_args=list(words), coverage=coverage, json_report=json_report
    )
    run_folder = root.parent / "run"
    run_folder.mkdir()
    found = this_python()
    project = replace(found, has=found.has - {"pytest_jsonreport"}) if lent else found
    commands = read_commands(settings)
    done = run_tests(host, settings, project, commands, env=QUICK | (env or {}), run_folder=run_folder)
    if done.problem:
        raise done.problem
    return done


@serial_and_xdist
def test_a_project_without_tests_is_reported(workers: list[str], root: Path) -> None:
    done = run(write(root, {"app.py": ""}), *workers)
    assert (done.outcome, done.code) == ("no-tests", 0)


def test_a_broken_conftest_fails(root: Path) -> None:
    done = run(write(root, {"conftest.py": "import os\nimport none_such\n"} | PASSING))
    assert (done.outcome, done.code) == ("failed", 4)
    assert done.results is not None
    (failure,) = done.results.failures
    assert (failure.stage, failure.path, failure.line) == ("conftest", str(root / "conftest.py"), 2)
    assert failure.message == "ModuleNotFoundError: No module named 'none_such'"


def test_a_conftest_that_exits_with_success_leaves_no_report(root: Path) -> None:
    with pytest.raises(NoTestReportError):
        run(write(root, {"conftest.py": "raise SystemExit(0)\n"} | PASSING))


@serial_and_xdist
def test_a_module_that_cannot_be_imported_fails(workers: list[str], root: Path) -> None:
    done = run(write(root, {"test_b.py": "import none_such\n"} | PASSING), *workers)
    assert (done.outcome, done.code) == ("failed", 1 if workers else 2)


def test_a_module_that_exits_with_success_fails(root: Path) -> None:
    done = run(write(root, {"test_b.py": "raise SystemExit(0)\n"} | PASSING))
    assert done.outcome == "failed"
    assert done.code != 0


@serial_and_xdist
def test_a_path_that_does_not_exist_fails(workers: list[str], root: Path) -> None:
    done = run(write(root, PASSING), *workers, "tests/none")
    assert (done.outcome, done.code) == ("failed", 4)


def test_a_test_that_ends_the_process_leaves_no_report(root: Path) -> None:
    with pytest.raises(NoTestReportError):
        run(write(root, {"test_a.py": "import os\ndef test_a(): os._exit(0)\ndef test_b(): assert 0\n"}))


EXITS = {
    "a test": {
        "test_a.py": "import pytest\ndef test_a(): pytest.exit('x', returncode=0)\ndef test_b(): assert 0\n"
    },
    "the last test": {"test_a.py": "import pytest\ndef test_a(): pytest.exit('x', returncode=0)\n"},
    "the last teardown": {
        "test_a.py": "import pytest\n@pytest.fixture\n"
        "def a():\n    yield\n    pytest.exit('x', returncode=0)\n"
        "def test_a(a): ...\n"
    },
}


@pytest.mark.parametrize("files", EXITS.values(), ids=EXITS)
def test_ending_the_session_with_success_fails(files: dict[str, str], root: Path) -> None:
    with pytest.raises(NoTestReportError):
        run(write(root, files))


@pytest.mark.parametrize("files", [{}, PASSING], ids=["the only module", "a second module"])
def test_a_module_that_ends_the_session_with_success_fails(files: dict[str, str], root: Path) -> None:
    module = "import pytest\npytest.exit('enough', returncode=0)\n"
    outcome: Outcome
    try:
        outcome = run(write(root, files | {"test_b.py": module})).outcome
    except CiKitError as error:
        outcome = error.outcome
    assert outcome == "failed"


def test_a_conftest_that_turns_no_tests_into_success_is_accepted(root: Path) -> None:
    conftest = "def pytest_sessionfinish(session): session.exitstatus = 0\n"
    done = run(write(root, {"conftest.py": conftest}))
    assert done.code == 0


DESCRIPTORS = """\
def test_a(tmp_path):
    os.closerange(3, 500)
    global others
    others = [open(tmp_path / str(n), "w") for n in range(20)]
def test_b(): ...
def test_c():
    assert not any(os.path.getsize(file.name) for file in others)
    kill()
"""
FORK = """\
def test_a():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        kill()
def test_b(): os._exit(0)
"""
ONE_WITH_ID = (
    "import pytest\n@pytest.mark.parametrize('n', [pytest.param(1, id={})])\ndef test_b(n): kill()\n"
)
BEGAN_LAST = {
    "the first test": ("def test_b(): kill()\n", "test_b"),
    "a shorter name than before": ("def test_another(): ...\ndef test_b(): kill()\n", "test_b"),
    "os._exit": ("def test_a(): ...\ndef test_b(): os._exit(0)\n", "test_b"),
    "closed descriptors": ("def test_a(): os.closerange(3, 500)\ndef test_b(): kill()\n", "test_b"),
    "descriptors that are used again": (DESCRIPTORS, "test_c"),
    "a forked child that goes on": (FORK, "test_a"),
    "replaced functions": (
        "def test_a(): os.open = os.write = os.getpid = None\ndef test_b(): kill()\n",
        "test_b",
    ),
    "a lone surrogate": (ONE_WITH_ID.format("'\\udcff'"), "test_b[\\udcff]"),
    "a long name": (ONE_WITH_ID.format("'x' * 5000"), "test_b[".ljust(4095 - len("test_a.py::"), "x")),
}
KILL = "import os, signal\nkill = lambda kill=os.kill, me=os.getpid(): kill(me, signal.SIGKILL)\n"


@pytest.mark.parametrize(("tests", "name"), BEGAN_LAST.values(), ids=BEGAN_LAST)
def test_a_session_that_ends_early_names_the_test_that_began_last(tests: str, name: str, root: Path) -> None:
    with pytest.raises(NoTestReportError) as caught:
        run(write(root, {"test_a.py": KILL + tests}), "-s")
    assert caught.value.why.endswith(f"; the test that began last is test_a.py::{name}")


@pytest.mark.parametrize("lent", [False, True], ids=["the project's", "lent"])
def test_a_json_report_is_written_on_request(lent: bool, root: Path) -> None:
    done = run(
        write(root, PASSING),
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        json_report="reports/tests.json",
        lent=lent,
    )
    assert done.outcome == "passed"
    assert json.loads((root / "reports/tests.json").read_text())["summary"]["passed"] == 2


def test_a_json_report_of_the_project_stays_where_the_project_wants_it(root: Path) -> None:
    ini = "[pytest]\naddopts = --json-report --json-report-file=own.json\n"
    done = run(write(root, PASSING | {"pytest.ini": ini}))
    assert done.outcome == "passed"
    assert json.loads((root / "own.json").read_text())["summary"]["total"] == 2


@serial_and_xdist
def test_deselecting_every_test_is_an_error(workers: list[str], root: Path) -> None:
    with pytest.raises(AllTestsDeselectedError, match="all tests were deselected: 2 tests") as caught:
        run(write(root, PASSING), *workers, "-k", "none_such")
    assert "none_such" in caught.value.why


def test_the_project_s_own_options_do_not_change_the_verdict(root: Path) -> None:
    done = run(write(root, PASSING | {"pytest.ini": "[pytest]\naddopts = -q --no-header -ra\n"}))
    assert done.results is not None
    assert (done.outcome, done.results.passed) == ("passed", 2)


def test_plugin_loading_and_warnings_as_errors_do_not_change_the_verdict(root: Path) -> None:
    ini = {"pytest.ini": "[pytest]\nfilterwarnings = error\n"}
    done = run(write(root, PASSING | ini), env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert done.results is not None
    assert (done.outcome, done.results.passed) == ("passed", 2)


def test_arguments_environment_and_folder_reach_the_tests(root: Path) -> None:
    test = (
        "import os\ndef test_one():\n"
        f"    assert (os.environ['TZ'], os.getcwd()) == ('UTC', {str(root)!r})\ndef test_two(): ...\n"
    )
    done = run(write(root, {"test_a.py": test}), "-k", "one and not two", env={"TZ": "UTC"})
    assert done.results is not None
    assert (done.results.passed, done.results.failed, done.results.deselected) == (1, 0, 1)


@needs_xdist
def test_tests_on_workers_are_counted_once(root: Path) -> None:
    done = run(write(root, PASSING), "-n2")
    assert done.results is not None
    assert (done.results.passed, done.results.collected) == (2, 2)


@needs_xdist
def test_a_test_that_ends_its_worker_fails(root: Path) -> None:
    test = "import os\ndef test_a(): os._exit(0)\n"
    assert run(write(root, {"test_a.py": test}), "-n1", "--max-worker-restart=0").outcome == "failed"


@pytest.mark.parametrize(
    "removal",
    [
        "shutil.rmtree(os.getcwd())",
        "os.rename(os.getcwd(), os.getcwd() + '-renamed')",
        "here = os.getcwd(); shutil.rmtree(here); os.mkdir(here)",
    ],
)
@pytest.mark.parametrize("coverage", [True, False])
def test_a_working_folder_that_the_tests_removed_is_named(removal: str, coverage: bool, root: Path) -> None:
    test = f"import os, shutil\ndef test_a():\n    {removal}\n"
    with pytest.raises(UnavailableError) as caught:
        run(write(root, {"test_a.py": test}), coverage=coverage)
    assert caught.value.what == f"the tests removed their working folder: {root}"


def test_a_folder_of_the_project_may_be_removed(root: Path) -> None:
    test = "import os, shutil\ndef test_a():\n    shutil.rmtree('build')\n"
    assert run(write(root, {"test_a.py": test, "build/x": ""})).outcome == "passed"
