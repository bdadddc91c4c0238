"""The report in JUnit XML, as a parser reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.report.junit_report import junit_path, write_junit_report
from ci_kit.report.run_report import RunReport
from ci_kit.testing.junit import read_junit
from ci_kit.testing.results import Failure, Results, Section, TestResult
from tests.unit.report.making import REPORT
from tests.unit.support import ALONE, ROOT, ci_kit, make_host, make_settings, python, snapshot, write

TEST = TestResult("tests/test_a.py::Cases::test_a[b::c]", "passed", 0.25, "/repository/tests/test_a.py", 3)
FAILURE = Failure(TEST.node, "call", "/repository/tests/test_a.py", 4, "ValueError: no\nmore", test=TEST.node)


def suite_of(folder: Path, report: RunReport) -> ET.Element:
    """The element of the suite that the report of a run has."""
    path = folder / "reports" / "junit.xml"
    placed = replace(report, repository=Path("/repository"), junit_report=path)
    write_junit_report(placed, Runner(make_host({})))
    (suite,) = ET.parse(path).getroot()
    return suite


def case_of(
    folder: Path, test: TestResult, *failures: Failure, rerun: tuple[Failure, ...] = ()
) -> ET.Element:
    """The test case of a run with one test."""
    results = Results(tests=(test,), failures=failures, rerun=rerun)
    (case,) = suite_of(folder, replace(REPORT, outcome="passed", results=results))
    return case


def test_a_test_has_its_name_its_place_and_its_time(tmp_path: Path) -> None:
    assert case_of(tmp_path, TEST).attrib == {
        "classname": "tests.test_a.Cases",
        "name": "test_a[b::c]",
        "time": "0.250",
        "file": "tests/test_a.py",
        "line": "3",
    }


def test_a_failure_has_its_message_its_exception_and_its_traceback(tmp_path: Path) -> None:
    failure = replace(
        FAILURE, traceback="    f()\nE   ValueError", sections=(Section("Captured log", "<b>"),)
    )
    found, output = case_of(tmp_path, replace(TEST, outcome="failed"), failure)
    assert (found.tag, found.attrib) == ("failure", {"message": "ValueError: no\nmore", "type": "ValueError"})
    assert found.text == "    f()\nE   ValueError"
    assert (output.tag, output.text) == ("system-out", "--- Captured log\n<b>\n")


@pytest.mark.parametrize(
    ("outcome", "failures", "tag"),
    [
        ("passed", (), "flakyFailure"),
        ("failed", (FAILURE,), "rerunFailure"),
        ("error", (FAILURE,), "rerunFailure"),
    ],
)
def test_each_run_of_a_test_is_visible(
    outcome: str, failures: tuple[Failure, ...], tag: str, tmp_path: Path
) -> None:
    test = replace(TEST, outcome=outcome, reruns=2)  # type: ignore[arg-type]
    case = case_of(tmp_path, test, *failures, rerun=(replace(FAILURE, message="first"), FAILURE))
    runs = case.findall(tag)
    assert [run.get("message") for run in runs] == ["first", "ValueError: no\nmore"]
    assert runs[0].findtext("stackTrace") == "first"


@pytest.mark.parametrize(("outcome", "kind"), [("skipped", "pytest.skip"), ("xfailed", "pytest.xfail")])
def test_a_skip_has_its_reason(outcome: str, kind: str, tmp_path: Path) -> None:
    (found,) = case_of(tmp_path, replace(TEST, outcome=outcome, reason="later"))  # type: ignore[arg-type]
    assert (found.tag, found.attrib) == ("skipped", {"message": "later", "type": kind})


@pytest.mark.parametrize("text", ["\0", "\x1b[31m", "\x0b", "\ufffe", "a\x08b"])
def test_characters_that_xml_cannot_have_are_replaced(text: str, tmp_path: Path) -> None:
    test = replace(TEST, node=f"test_a.py::test[{text}]", outcome="failed")
    case = case_of(tmp_path, test, replace(FAILURE, node=test.node, test=test.node, message=f"no {text}!"))
    assert (case.get("name") or "").startswith("test[")
    assert (case[0].text or "").endswith("!")


@pytest.mark.parametrize("text", ["<&>\"'", "]]>", "&amp;", "a\tb\nc", "한국어 🎉", "<!DOCTYPE x>"])
def test_any_other_text_is_read_as_it_was(text: str, tmp_path: Path) -> None:
    test = replace(TEST, node=f"test_a.py::test[{text}]", outcome="failed")
    case = case_of(tmp_path, test, replace(FAILURE, node=test.node, test=test.node, message=text))
    assert case.get("name") == f"test[{text}]"
    assert (case[0].get("message"), case[0].text) == (text, text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"problem": "no server", "outcome": "error", "results": None}, "no server"),
        ({"reason": "exit code 3 of `make`", "results": Results(uncounted=1)}, "exit code 3 of `make`"),
        ({"results": None}, "Tests failed"),
    ],
)
def test_a_run_that_failed_without_a_failed_test_is_an_error(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    suite = suite_of(tmp_path, replace(REPORT, **change))  # type: ignore[arg-type]
    ((error,),) = suite
    assert (suite.get("errors"), error.tag, error.get("message")) == ("1", "error", message)


def test_ci_kit_reads_its_own_report(tmp_path: Path) -> None:
    tests = (TEST, replace(TEST, node="b", outcome="failed"), replace(TEST, node="c", outcome="skipped"))
    failures = (
        replace(FAILURE, node="b", test="b"),
        replace(FAILURE, node="d", test="d", stage="collection"),
    )
    suite_of(tmp_path, replace(REPORT, results=Results(tests=tests, failures=failures)))
    read = read_junit(tmp_path / "reports/junit.xml", tmp_path)
    assert (read.passed, read.failed, read.errors, read.skipped) == (1, 1, 1, 1)
    assert [test.outcome for test in read.tests] == ["passed", "failed", "skipped", "error"]


def test_without_the_setting_nothing_is_written(tmp_path: Path) -> None:
    write_junit_report(REPORT, Runner(make_host({})))
    assert snapshot(tmp_path) == {}


FILES = {"test_a.py": "import os\ndef test_a(): assert not os.environ.get('FAILS')\n", "reports": "a file\n"}


@pytest.mark.parametrize("path", [".", "reports/junit.xml", "test_a.py/junit.xml", "reports/"])
def test_a_path_that_cannot_be_a_file_is_an_error_before_anything_starts(path: str, tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    if path == "reports/":
        (root / "reports").unlink()
        (root / "reports").mkdir()
    before = snapshot(root)
    done = ci_kit("run", "-C", root, "--mysql=off", f"--junit-report={path}")
    assert done.returncode == 64
    assert done.stderr.startswith(f"ci-kit: error: cannot write the JUnit report {root / path}\n")
    assert done.stderr.count("ci-kit: error: ") == 1
    assert "junit-report came from --junit-report" in done.stderr
    assert snapshot(root) == before


@pytest.fixture
def another_user() -> Iterator[None]:
    """This process as a user who is not root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.mark.usefixtures("another_user")
def test_a_folder_of_another_user_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        junit_path(make_settings(Path("/"), junit_report="junit.xml"))
    assert caught.value.what == "cannot write the JUnit report /junit.xml"
    assert caught.value.why.startswith("this user cannot write into /; ")


@pytest.mark.parametrize(("fails", "code"), [("", 69), ("1", 1)])
@pytest.mark.parametrize("path", ["/proc/junit.xml", "/proc/reports/junit.xml", "gone/junit.xml"])
def test_a_report_that_cannot_be_written_keeps_the_exit_code_of_the_tests(
    path: str, fails: str, code: int, tmp_path: Path
) -> None:
    # A test takes the place of the folder, so the path is right when the run starts.
    text = "def test_b():\n    from pathlib import Path\n    Path('gone').write_text('')\n"
    root = write(tmp_path, {"test_a.py": FILES["test_a.py"], "test_b.py": text})
    words = (f"--python={sys.executable}", "--mysql=off", "--no-coverage", f"--junit-report={path}")
    done = ci_kit("run", "-C", root, *words, env=ALONE | {"FAILS": fails})
    assert done.returncode == code, done.stderr
    assert done.stderr.count("ci-kit: error: ") == 1
    assert f"ci-kit: error: cannot write the JUnit report {root / path}\n" in done.stderr
    assert "Traceback" not in done.stderr


FULL = """\
import resource
from pathlib import Path
from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.report.junit_report import write_junit_report
from dataclasses import replace
from tests.unit.report.making import REPORT
from tests.unit.support import make_host
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_junit_report(replace(REPORT, junit_report=Path("junit.xml").absolute()), Runner(make_host({})))
except UnavailableError as error:
    print(error.what, error.why)
"""


def test_a_file_without_room_is_an_error_and_the_earlier_report_stays(tmp_path: Path) -> None:
    root = write(tmp_path, {"junit.xml": "earlier"})
    before = snapshot(root)
    done = python("-c", FULL, cwd=root, env={"PYTHONPATH": str(ROOT)})
    assert done.stdout == f"cannot write the JUnit report {root / 'junit.xml'} File too large\n", done.stderr
    assert snapshot(root) == before
