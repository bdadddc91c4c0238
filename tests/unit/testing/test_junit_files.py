"""Which JUnit XML files a command has written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_kit.testing.junit_files import JunitFiles
from tests.unit.support import write

ONE = "<testsuite><testcase/></testsuite>"
TWO = "<testsuite><testcase/><testcase><failure message='no'/></testcase></testsuite>"


@pytest.mark.parametrize(
    ("names", "passed"),
    [
        (["a.xml"], 1),
        (["reports"], 2),
        (["reports/"], 2),
        (["reports/*.xml"], 2),
        (["**/*.xml"], 4),
        (["a.xml", "reports", "reports/b.xml"], 3),
        (["{root}/a.xml"], 1),
        (["{root}/rep*"], 2),
    ],
)
def test_a_name_means_a_file_a_folder_or_a_pattern(names: list[str], passed: int, tmp_path: Path) -> None:
    files = JunitFiles(tmp_path, [name.format(root=tmp_path) for name in names])
    written = ("a.xml", "reports/b.xml", "reports/c.xml", "reports/deep/d.xml", "reports/log.txt")
    write(tmp_path, dict.fromkeys(written, ONE))
    results, warnings = files.read_new("python runtests.py")
    assert (results.passed, results.counted, warnings) == (passed, True, [])


@pytest.mark.parametrize("change", ["content", "time", "file"])
def test_a_file_counts_if_the_command_has_written_it(change: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.xml": ONE, "b.xml": ONE})
    files = JunitFiles(tmp_path, ["*.xml"])
    if change == "content":
        write(tmp_path, {"a.xml": TWO})
    elif change == "time":
        os.utime(tmp_path / "a.xml", (0, 0))
    else:
        status = (tmp_path / "a.xml").stat()
        write(tmp_path, {"c.xml": ONE})
        os.utime(tmp_path / "c.xml", ns=(status.st_atime_ns, status.st_mtime_ns))
        (tmp_path / "c.xml").replace(tmp_path / "a.xml")
    results, warnings = files.read_new("make check")
    assert (results.passed, results.failed, warnings) == (1, int(change == "content"), [])


@pytest.mark.parametrize("before", [{}, {"a.xml": ONE}, {"a.xml/x": ""}], ids=["none", "old", "folder"])
def test_counts_are_unknown_if_the_command_wrote_no_file(before: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, before)
    results, warnings = JunitFiles(tmp_path, ["a.xml", "b*"]).read_new("make check")
    assert (results.uncounted, results.ended) == (1, 0)
    assert warnings == ["`make check` wrote no file that junit-xml names (a.xml, b*): its counts are unknown"]


def test_counts_are_unknown_without_the_setting(tmp_path: Path) -> None:
    results, warnings = JunitFiles(tmp_path, []).read_new("make check")
    assert (results.uncounted, warnings) == (1, [])


@pytest.mark.parametrize("text", ["", "1 passed", "<!DOCTYPE a><testsuite/>"])
def test_a_file_that_cannot_be_read_is_named_and_the_others_still_have_their_failures(
    text: str, tmp_path: Path
) -> None:
    files = JunitFiles(tmp_path, ["*.xml"])
    write(tmp_path, {"a.xml": text, "b.xml": TWO})
    results, (warning,) = files.read_new("make check")
    assert (results.counted, [one.message for one in results.failures]) == (False, ["no"])
    assert warning.startswith(f"the counts of `make check` are unknown: cannot read {tmp_path / 'a.xml'}: it")


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    files = JunitFiles(tmp_path, ["*.xml"])
    os.mkfifo(tmp_path / "a.xml")
    assert files.read_new("make check")[0].uncounted == 1
