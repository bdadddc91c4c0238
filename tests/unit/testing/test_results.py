"""The results of a run, read from the report of a real pytest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_kit.testing.results import Failure, Results
from ci_kit.testing.results_file import read_results
from tests.unit.support import write
from tests.unit.testing.reading import results_of

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


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("project"), PROJECT)


@pytest.fixture(scope="module")
def results(root: Path) -> Results:
    words = ["--continue-on-collection-errors", "--deselect=tests/test_all.py::test_is_deselected"]
    return results_of(root, *words)


def failure(results: Results, name: str) -> Failure:
    (found,) = [item for item in results.failures if name in item.node]
    return found


def line_of(text: str, mark: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(mark))


def test_tests_are_counted_by_outcome(results: Results) -> None:
    counts = {
        "collected": 15,
        "deselected": 1,
        # With the test whose teardown fails.
        "passed": 4,
        "failed": 5,
        # Fixtures that fail before or after a test, and a file that cannot be imported.
        "errors": 4,
        "skipped": 1,
        "xfailed": 1,
        "xpassed": 1,
        "ran": 15,
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
    assert (found.path, found.line) == (str(root / "test_broken_import.py"), 1)
    assert "No module named 'a_module_that_is_not_there'" in found.message


def test_a_failure_has_its_line_if_pytest_s_root_is_above_the_project(tmp_path: Path) -> None:
    test = "import pytest\n\ndef test_fails():\n    value = 1\n    assert value == 2  # here\n"
    write(tmp_path, {"pytest.ini": "[pytest]\n", "app/tests/test_a.py": test})
    results = results_of(tmp_path, cwd=tmp_path / "app")
    (found,) = results.failures
    assert (found.path, found.line) == (str(tmp_path / "app/tests/test_a.py"), line_of(test, "# here"))


FINISH = {
    "warnings": [["UserWarning", "old", "/a.py", 1, "a.py::test", 2]],
    "more_warnings": 0,
    "event": "finish",
    "counts": {"passed": 1},
    "collected": 1,
    "deselected": 0,
    "selected": 1,
    "ended": 1,
    "only_collects": False,
    "interrupted": None,
    "seconds": 0.5,
}
FAILURE: dict[str, object] = {
    "event": "failure",
    "node": "a",
    "stage": "call",
    "file": "/a",
    "line": 1,
    "message": "no",
}
BAD_DETAILS: list[dict[str, object]] = [
    {"test": 1},
    {"traceback": None},
    {"sections": ["a"]},
    {"sections": [["a"]]},
]
TEST = ["test_a.py::test_a", "passed", 0.25, "", 3, "", 0]
BAD_TESTS = [
    None,
    [1],
    [TEST[:-1]],
    [[*TEST, 1]],
    [["a", "fine", *TEST[2:]]],
    [["a", "passed", "1", *TEST[3:]]],
]


def test_a_long_message_is_kept_until_its_secrets_are_redacted(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": "def test_a():\n    raise ValueError('x' * 100_000)\n"})
    assert results_of(tmp_path).failures[0].message.endswith("x" * 100_000)


def test_the_last_counts_are_the_right_ones(tmp_path: Path) -> None:
    lines = (FINISH, FAILURE, FINISH | {"counts": {"passed": 3}})
    path = tmp_path / "results"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    results = read_results(path)
    assert results is not None
    assert (results.passed, results.complete, len(results.failures)) == (3, True, 1)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{\n",
        "[]\n",
        "null\n",
        "12\n",
        '{"summary": {"total": 1}}\n',
        "<testsuite/>\n",
        b"\xff\xfe\n",
        b"\0" * 10 + b"\n",
        "[" * 100_000 + "\n",
        *(
            f"{json.dumps({name: value for name, value in FINISH.items() if name != gone})}\n"
            for gone in FINISH
            if gone not in ("only_collects", "interrupted")
        ),
        *(
            f"{json.dumps({name: value for name, value in FAILURE.items() if name != gone})}\n"
            for gone in FAILURE
        ),
        f"{json.dumps(FINISH | {'counts': []})}\n",
        f"{json.dumps(FINISH | {'counts': {'passed': '1'}})}\n",
        f"{json.dumps(FINISH | {'ended': True})}\n",
        f"{json.dumps(FINISH | {'warnings': [['UserWarning', 'old', '/a.py', '1', '', 2]]})}\n",
        *(f"{json.dumps(FAILURE | change)}\n" for change in BAD_DETAILS),
        *(f"{json.dumps({'event': 'tests', 'root': '/r', 'tests': tests})}\n" for tests in BAD_TESTS),
    ],
)
def test_a_missing_report_and_one_of_another_shape_give_no_results(
    text: str | bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "results"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert read_results(path) is None


def test_a_folder_gives_no_results(tmp_path: Path) -> None:
    assert read_results(tmp_path) is None


def test_a_session_that_was_killed_keeps_its_failures(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_text(f'{json.dumps(FAILURE)}\n{{"event": "fin')
    (tmp_path / "results.began").write_bytes(b"test_b\0earlier\0")
    results = read_results(path)
    assert results is not None
    assert (results.complete, results.began_last, len(results.failures)) == (False, "test_b", 1)


def test_a_lone_surrogate_is_shown_as_its_escape(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": "def test_a():\n    raise ValueError('\\udcff')\n"})
    (failure,) = results_of(tmp_path).failures
    assert failure.message == "ValueError: \\udcff"


FLAKY = """\
import pytest
tries = []

@pytest.mark.flaky(reruns=3)
def test_passes_at_the_third_try():
    tries.append(1)
    assert len(tries) == 3  # here

@pytest.mark.flaky(reruns=1)
def test_never_passes():
    assert 0

@pytest.mark.flaky(reruns=1)
def test_is_skipped_the_second_time():
    tries.append(1)
    if len(tries) > 6:
        pytest.skip()
    assert 0
"""


def test_a_test_that_passes_after_a_rerun_is_flaky(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": FLAKY})
    results = results_of(tmp_path, "-p", "pytest_rerunfailures")
    (flaky,) = results.flaky
    assert (flaky.node, flaky.line) == ("test_a.py::test_passes_at_the_third_try", line_of(FLAKY, "# here"))
    assert flaky.message.startswith("assert 2 == 3")
    assert (results.passed, results.ended) == (1, 3)


SUBTESTS = """\
import unittest

class Cases(unittest.TestCase):
    def test_even(self):
        for n in (2, 3):
            with self.subTest("even", n=n):
                self.assertEqual(n % 2, 0)  # here
"""


def test_a_failed_subtest_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": SUBTESTS})
    (subtest,) = results_of(tmp_path).failures
    assert subtest.node.startswith("test_a.py::Cases::test_even [even] (n=")
    assert (subtest.line, subtest.message) == (line_of(SUBTESTS, "# here"), "AssertionError: 1 != 0")


BROKEN = {
    "an import": ("import os\nimport none_such\n", 2, "ModuleNotFoundError: No module named 'none_such'"),
    "syntax": ("x = 1\ndef test_a(:\n", 2, "SyntaxError: invalid syntax"),
    "a helper": ("import os\nimport helper\n", 2, "KeyError: 'deep'"),
    "an assertion": ("a = 1\n\nassert a == 2\n", 3, "assert 1 == 2"),
}


@pytest.mark.parametrize(("text", "line", "message"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", ["test_a.py", "conftest.py", "sub/conftest.py"])
def test_a_file_that_cannot_be_imported_has_its_line_and_cause(
    name: str, text: str, line: int, message: str, tmp_path: Path
) -> None:
    write(
        tmp_path, {"helper.py": "raise KeyError('deep')\n", name: text, "sub/test_b.py": "", "pytest.ini": ""}
    )
    (failure,) = results_of(tmp_path).failures
    assert failure.path == str(tmp_path / name)
    assert failure.line == line
    assert message in failure.message
    assert "Traceback" not in failure.message


ENDINGS = """\
import pytest, unittest

@pytest.fixture
def broken(): raise RuntimeError("set-up")

@pytest.fixture
def untidy():
    yield
    raise RuntimeError("teardown")

def test_passed(): ...
def test_failed(): assert 0
def test_error(broken): ...
def test_error_after_it(untidy): ...
def test_failed_and_error(untidy): assert 0
@pytest.mark.skip(reason="later")
def test_skipped(): ...
def test_skipped_inside(): pytest.skip("not here")
@pytest.mark.xfail(reason="known")
def test_xfailed(): assert 0
def test_xfailed_inside(): pytest.xfail("known, too")
@pytest.mark.xfail(run=False, reason="crashes")
def test_xfailed_without_a_run(): ...
@pytest.mark.xfail
def test_xpassed(): ...
@pytest.mark.xfail(strict=True)
def test_failed_because_it_passed(): ...
def test_failed_in_a_subtest(subtests):
    with subtests.test(): assert 0
def test_passed_with_a_skip(subtests):
    with subtests.test(): pytest.skip("a part")
class Cases(unittest.TestCase):
    def test_failed_in_a_sub_test(self):
        with self.subTest(n=1): self.fail()
"""
REASONS = {
    "test_skipped": "later",
    "test_skipped_inside": "not here",
    "test_xfailed": "known",
    "test_xfailed_inside": "known, too",
    "test_xfailed_without_a_run": "[NOTRUN] crashes",
}


@pytest.mark.parametrize("words", [(), ("-p", "xdist", "-n2")], ids=["serial", "xdist"])
def test_each_test_is_listed_once_with_how_it_ended(words: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, {"pytest.ini": "", "test_a.py": ENDINGS})
    found = {test.node.rpartition("::")[2]: test for test in results_of(tmp_path, *words).tests}
    assert len(found) == 15
    assert {name: test.outcome for name, test in found.items()} == {
        name: name.split("_")[1] for name in found
    }
    assert {name: test.reason for name, test in found.items() if test.reason} == REASONS
    assert {test.path for test in found.values()} == {str(tmp_path / "test_a.py")}
    assert found["test_failed"].line == line_of(ENDINGS, "def test_failed(): assert 0")
    assert all(test.seconds > 0 for test in found.values())


def test_a_test_that_runs_again_is_listed_once(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": FLAKY})
    results = results_of(tmp_path, "-p", "pytest_rerunfailures")
    assert [(test.outcome, test.reruns) for test in results.tests] == [
        ("passed", 2),
        ("failed", 1),
        ("failed", 1),
    ]
    assert len(results.rerun) == 4


def test_a_file_that_skips_itself_is_listed(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n"})
    (test,) = results_of(tmp_path).tests
    assert (test.node, test.outcome, test.reason) == ("test_a.py", "skipped", "not here")


def test_a_failure_has_its_traceback_and_what_the_test_printed(tmp_path: Path) -> None:
    text = "import sys\ndef test_a():\n    print('one')\n    print('two', file=sys.stderr)\n    assert 0\n"
    write(tmp_path, {"test_a.py": text})
    (failure,) = results_of(tmp_path).failures
    assert failure.traceback.startswith("def test_a():\n        print('one')\n")
    assert failure.traceback.endswith("test_a.py:5: AssertionError")
    assert [(section.title, section.text) for section in failure.sections] == [
        ("Captured stdout call", "one\n"),
        ("Captured stderr call", "two\n"),
    ]


def test_long_output_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    text = "def test_a():\n    print('first', 'x ' * 100_000, 'last')\n    assert 0\n"
    write(tmp_path, {"test_a.py": text})
    (section,) = results_of(tmp_path).failures[0].sections
    assert len(section.text) < 17_000
    assert section.text.startswith("first x")
    assert section.text.endswith("last\n")


def test_output_of_very_many_failures_is_left_out(tmp_path: Path) -> None:
    text = "import pytest\n@pytest.mark.parametrize('n', range(3000))\ndef test_a(n):\n"
    write(tmp_path, {"test_a.py": f"{text}    print('x ' * 10_000)\n    assert 0\n"})
    failures = results_of(tmp_path, "--tb=short", "--show-capture=no").failures
    assert len(failures) == 3000
    assert failures[0].sections[0].text
    assert not failures[-1].sections[0].text
    assert failures[-1].message == "assert 0"


def test_a_session_that_is_killed_keeps_the_tests_of_its_batches(tmp_path: Path) -> None:
    text = "import os, pytest\n@pytest.mark.parametrize('n', range(500))\ndef test_a(n):\n"
    write(tmp_path, {"test_a.py": f"{text}    if n == 450: os._exit(0)\n"})
    results = results_of(tmp_path)
    assert not results.complete
    assert len(results.tests) in range(400, 451)
    assert results.began_last == "test_a.py::test_a[450]"
