"""The measured files of the page, and their text."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ci_kit.redaction import Redactor
from ci_kit.report.html_page import files
from ci_kit.report.html_page.source import source_lines
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from tests.unit.report.html_page.reading import page_of
from tests.unit.report.making import COVERED, PATCH, PRICE, REPORT
from tests.unit.support import write


def unchanged(text: str) -> str:
    return text


def test_the_changed_files_come_first_with_the_state_of_each_line() -> None:
    price, init = page_of(replace(REPORT, covered=COVERED, patch=PATCH)).data["files-data"]
    assert (price["path"], init["path"]) == (PRICE.path, COVERED[0].path)
    assert price["states"] == "e" * 15 + " " * 4 + "mm" + " " * 18 + "m" + " " * 9 + "x"
    assert (price["changed"], price["changedMissed"]) == ([*range(1, 11), 20, 21], 2)
    assert (price["statements"], price["missed"], price["missedBranches"]) == (18, 3, [[3, 5], [20, -1]])
    assert price["lines"] is None
    assert init["states"] == ""


def test_the_text_of_a_file_is_read_from_the_project(tmp_path: Path) -> None:
    root = write(tmp_path, {PRICE.path: "a = 1\nb = 2\n"})
    data = page_of(replace(REPORT, covered=COVERED, root=root)).data["files-data"]
    assert {file["path"]: file["lines"] for file in data} == {
        PRICE.path: ["a = 1", "b = 2"],
        COVERED[0].path: None,
    }


def test_a_file_of_the_repository_outside_the_project_has_its_text_too(tmp_path: Path) -> None:
    outside = write(tmp_path, {"other.py": "a"}) / "other.py"
    covered = (FileCoverage(str(outside), 100.0, (1,)),)
    report = replace(REPORT, covered=covered, root=tmp_path / "project", repository=tmp_path)
    (file,) = page_of(report).data["files-data"]
    assert file["lines"] == ["a"]


def test_no_text_comes_from_outside_the_repository_or_from_git(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "outside.py": "a",
            "repository/.git/config": "a",
            "repository/.env": "a",
            "repository/inside.py": "a",
        },
    )
    repository = tmp_path / "repository"
    (repository / "link.py").symlink_to("../outside.py")
    (repository / "circle.py").symlink_to("circle.py")
    absolute = (tmp_path / "outside.py", repository / ".git/config", repository / "inside.py")
    relative = ("../outside.py", "../repository/.git/config", ".env", "link.py", "circle.py")
    names = [*map(str, absolute), *relative]
    covered = tuple(FileCoverage(name, 100.0, (1,)) for name in names)
    data = page_of(replace(REPORT, covered=covered, root=repository, repository=repository)).data[
        "files-data"
    ]
    assert [file["path"] for file in data if file["lines"]] == [str(repository / "inside.py")]


def test_a_line_that_no_file_has_makes_no_large_page() -> None:
    covered = (FileCoverage("a.py", 100.0, (20_000_000,)), FileCoverage("b.py", 100.0, (1,)))
    data = page_of(replace(REPORT, covered=covered)).data["files-data"]
    assert [file["states"] for file in data] == ["", "e"]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", [""]),
        (b"a\r\nb\rc\n", ["a", "b", "c"]),
        (b"a\x0cb\x0b\n\nc", ["a\x0cb\x0b", "", "c"]),
        ("한 = 1\u2028\n".encode(), ["한 = 1\u2028"]),
        (b"\xef\xbb\xbfa = 1\n", ["a = 1"]),
        ("# -*- coding: euc-kr -*-\n한\n".encode("euc-kr"), ["# -*- coding: euc-kr -*-", "한"]),
        (b"# coding: nothing\n\xff\n", ["# coding: nothing", "\ufffd"]),
        (b"\xff\x00\n", ["\ufffd\0"]),
    ],
)
def test_the_lines_are_those_that_python_counts(data: bytes, lines: list[str], tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(data)
    assert source_lines(file, tmp_path, unchanged) == lines


def test_what_is_not_a_file_has_no_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path in (tmp_path, tmp_path / "missing.py", tmp_path / "pipe.py", tmp_path / "a\0b"):
        assert source_lines(path, tmp_path, unchanged) is None


def test_a_secret_in_the_text_of_a_file_is_hidden(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add("p4ssword")
    file = write(tmp_path, {"a.py": "PASSWORD = 'p4ssword'\nb = 1\n"}) / "a.py"
    assert source_lines(file, tmp_path, redactor.redact) == ["PASSWORD = '***'", "b = 1"]


def test_a_secret_of_several_lines_does_not_move_the_lines_after_it(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add("p4ss\nword")
    file = write(tmp_path, {"a.py": "A = '''p4ss\nword'''\nb = 1\n"}) / "a.py"
    assert source_lines(file, tmp_path, redactor.redact) is None


def test_the_text_of_many_files_has_a_limit_and_the_changed_ones_keep_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SOURCE_LIMIT", 10)
    names = ("a.py", "b.py", "c.py")
    root = write(tmp_path, dict.fromkeys(names, "1234567890\n"))
    covered = tuple(FileCoverage(name, 100.0, (1,)) for name in names)
    patch = PatchCoverage("main", covered[2:])
    data = page_of(replace(REPORT, covered=covered, root=root, patch=patch)).data["files-data"]
    assert [(file["path"], bool(file["lines"])) for file in data] == [
        ("c.py", True),
        ("a.py", False),
        ("b.py", False),
    ]
