"""The results of a run, read from the report of a real pytest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.testing.results import Failure, Results, read_results
from tests.unit.support import ALONE, write

FLAGS = [
    *("-p", "metadata", "-p", "pytest_jsonreport"),
    *("--json-report", "--json-report-verbosity=-1", "-p", "no:cacheprovider", "-q"),
]

PROJECT = {
    "pytest.ini": "[pytest]\n",
    "helper.py": "def fails():\n    raise LookupError('from the helper')\n",
    "conftest.py": """\
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("the fixture is broken")

@pytest.fixture
def untidy():
    yield
    raise RuntimeError("the fixture does not tidy up")
""",
    "test_first_line.py": "def test_on_the_first_line(broken): ...\n",
    "test_broken_import.py": "import a_module_that_is_not_there\n",
    "tests/test_all.py": """\
import pytest
import helper

def test_passes(): ...

@pytest.mark.parametrize("value", ["a::b", "c"])
def test_passes_with(value): ...

def test_fails():
    value = 1
    assert value == 2  # here: test_fails

def test_fails_elsewhere():
    if True:
        helper.fails()  # here: test_fails_elsewhere

def own_helper():
    raise LookupError  # here: test_fails_in_a_helper_of_its_file

def test_fails_in_a_helper_of_its_file():
    own_helper()

def test_errs(broken): ...

def test_is_untidy(untidy): ...

@pytest.mark.skip
def test_is_skipped(): ...

@pytest.mark.xfail
def test_is_expected_to_fail():
    assert False

@pytest.mark.xfail
def test_is_unexpectedly_fine(): ...

def test_is_deselected(): ...

class TestClass:
    def test_fails_in_a_class(self):
        assert not self  # here: TestClass::test_fails_in_a_class

@pytest.mark.parametrize("value", ["a::b"])
def test_fails_with(value):
    assert not value  # here: test_fails_with
""",
}


def pytest_report(root: Path, *words: str, cwd: Path | None = None) -> Path:
    """The report of a real run of pytest."""
    report = root / "report.json"
    command = [sys.executable, "-m", "pytest", *FLAGS, f"--json-report-file={report}", *words]
    Host().run(Command(command, cwd=cwd or root, env=ALONE))
    return report


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("project"), PROJECT)


@pytest.fixture(scope="module")
def results(root: Path) -> Results:
    words = ["--continue-on-collection-errors", "--deselect=tests/test_all.py::test_is_deselected"]
    read = read_results(pytest_report(root, *words), root)
    assert read is not None
    return read


def failure(results: Results, name: str) -> Failure:
    (found,) = [item for item in results.failures if name in item.node]
    return found


def line_of(text: str, mark: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(mark))


def test_tests_are_counted_by_outcome(results: Results) -> None:
    counts = {
        "collected": 15,
        "deselected": 1,
        "passed": 3,
        "failed": 5,
        # Fixtures that fail before or after a test.
        "errors": 3,
        "skipped": 1,
        "xfailed": 1,
        "xpassed": 1,
        "ran": 13,
    }
    assert {name: getattr(results, name) for name in counts} == counts
    assert results.duration > 0


def test_every_failure_is_listed_with_its_stage(results: Results) -> None:
    listed = {
        item.node.rpartition("/")[2].partition("::")[2] or item.node: item.stage for item in results.failures
    }
    assert listed == {
        "test_broken_import.py": "collection",
        "test_on_the_first_line": "setup",
        "test_fails": "call",
        "test_fails_elsewhere": "call",
        "test_fails_in_a_helper_of_its_file": "call",
        "test_errs": "setup",
        "test_is_untidy": "teardown",
        "TestClass::test_fails_in_a_class": "call",
        "test_fails_with[a::b]": "call",
    }


@pytest.mark.parametrize(
    "name",
    [
        "test_fails",
        "test_fails_elsewhere",
        "test_fails_in_a_helper_of_its_file",
        "TestClass::test_fails_in_a_class",
        "test_fails_with",
    ],
)
def test_a_failure_has_its_line_in_the_test_s_own_file(name: str, root: Path, results: Results) -> None:
    file = "tests/test_all.py"
    (found,) = [item for item in results.failures if item.node.partition("[")[0] == f"{file}::{name}"]
    assert found.path == str(root / file)
    assert found.line == line_of(PROJECT[file], f"# here: {name}")


@pytest.mark.parametrize("name", ["test_errs", "test_is_untidy"])
def test_a_fixture_s_failure_is_located_at_the_test(name: str, root: Path, results: Results) -> None:
    found = failure(results, name)
    assert found.path == str(root / "tests/test_all.py")
    assert PROJECT["tests/test_all.py"].splitlines()[found.line - 1].startswith(f"def {name}(")


def test_a_fixture_s_failure_may_be_on_the_first_line(results: Results) -> None:
    assert failure(results, "test_on_the_first_line").line == 1


def test_a_failure_has_a_message(results: Results) -> None:
    assert failure(results, "test_errs").message == "RuntimeError: the fixture is broken"
    assert failure(results, "test_fails_elsewhere").message == "LookupError: from the helper"
    assert failure(results, "test_fails_in_a_class").message.startswith("assert not <")


def test_a_file_that_cannot_be_imported_is_one_failure(root: Path, results: Results) -> None:
    found = failure(results, "test_broken_import")
    assert (found.path, found.line) == (str(root / "test_broken_import.py"), 0)
    assert "No module named 'a_module_that_is_not_there'" in found.message


def test_a_failure_has_its_line_if_pytest_s_root_is_above_the_project(tmp_path: Path) -> None:
    test = "import pytest\n\ndef test_fails():\n    value = 1\n    assert value == 2  # here\n"
    write(tmp_path, {"pytest.ini": "[pytest]\n", "app/tests/test_a.py": test})
    results = read_results(pytest_report(tmp_path, cwd=tmp_path / "app"), tmp_path / "app")
    assert results is not None
    (found,) = results.failures
    assert (found.path, found.line) == (str(tmp_path / "app/tests/test_a.py"), line_of(test, "# here"))


@pytest.mark.parametrize("text", [None, "", "{", '{"summary": {"total": 1}, "du'])
def test_a_missing_or_incomplete_report_gives_no_results(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    if text is not None:
        path.write_text(text)
    assert read_results(path, tmp_path) is None


def test_a_long_message_is_kept_until_its_secrets_are_redacted(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": "def test_a():\n    raise ValueError('x' * 100_000)\n"})
    results = read_results(pytest_report(tmp_path), tmp_path)
    assert results is not None
    assert results.failures[0].message.endswith("x" * 100_000)
