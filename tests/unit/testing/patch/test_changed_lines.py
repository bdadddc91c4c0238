"""Which lines a change adds or modifies, by a real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.testing.patch.changed_lines import changed_lines
from tests.unit.support import write
from tests.unit.testing.patch.repositories import base_of, commit, git, repository

FIVE = "one\ntwo\nthree\nfour\nfive\n"


def changes(root: Path, project: str = ".", *, untracked: bool = False) -> dict[str, list[int] | None]:
    """The changed lines by the name of the file in the repository, compared with the branch main."""
    base = base_of(root / project, patch_base="main")
    assert base is not None
    found = changed_lines(base, untracked=untracked)
    return {
        str(path.relative_to(root.resolve())): lines if lines is None else sorted(lines)
        for path, lines in found.items()
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository on a branch that starts at main."""
    folder = repository(tmp_path / "repository", {"app.py": FIVE, "other.py": FIVE})
    git(folder, "checkout", "--quiet", "-b", "topic")
    return folder


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo\n3\nfour\nfive\n", [3]),
        ("zero\none\ntwo\nthree\nfour\nfive\nsix\n", [1, 7]),
        ("one\nfive\n", []),
        ("1\ntwo\n3\nfour\n5\n", [1, 3, 5]),
        ("one\ntwo\nthree\nfour\nfive", [5]),
        ("", []),
        ("one\ntwo\n++ other.py\n-- a\n@@ -1 +9 @@\ndiff --git a b\nthree\nfour\nfive\n", [3, 4, 5, 6]),
        ("one\n+++ other.py\n@@ -1 +9,9 @@\nfour\nfive\nsix\n", [2, 3, 6]),
        ("one\ntwo\x0c\x1c\u2028new\nthree\nfour\nfive\nsix\n", [2, 6]),
        ("one\r\ntwo\nthree\nfour\nfive\n", [1]),
    ],
    ids=[
        "modified",
        "added",
        "removed",
        "several",
        "no newline at the end",
        "empty",
        "added lines like headers",
        "modified lines like headers",
        "other line breaks",
        "carriage return",
    ],
)
@pytest.mark.parametrize("state", ["committed", "staged", "not staged"])
def test_added_and_modified_lines_are_found(state: str, text: str, lines: list[int], root: Path) -> None:
    (root / "app.py").write_bytes(text.encode())
    if state == "committed":
        commit(root, {})
    elif state == "staged":
        git(root, "add", "app.py")
    assert changes(root) == ({"app.py": lines} if lines else {})


@pytest.mark.parametrize(
    "name",
    [
        "a b.py",
        " b.py ",
        "café/한국어.py",
        'quo"te.py',
        "back\\slash.py",
        "tab\tbed.py",
        "new\nline.py",
        "b/b.py",
        "-x.py",
        "dev/null",
    ],
)
def test_the_name_of_a_file_may_have_any_character(name: str, root: Path) -> None:
    commit(root, {name: FIVE})
    assert changes(root) == {name: [1, 2, 3, 4, 5]}
    git(root, "branch", "--force", "main", "topic")
    write(root, {name: FIVE + "six\n"})
    assert changes(root) == {name: [6]}


def test_a_deleted_file_has_no_lines(root: Path) -> None:
    (root / "app.py").unlink()
    assert changes(root) == {}


def test_a_renamed_file_has_only_its_new_lines(root: Path) -> None:
    git(root, "mv", "app.py", "renamed.py")
    git(root, "mv", "other.py", "moved.py")
    commit(root, {"renamed.py": FIVE + "six\n"})
    assert changes(root) == {"renamed.py": [6]}


def test_changes_of_the_other_branch_do_not_count(root: Path) -> None:
    commit(root, {"app.py": FIVE + "six\n"})
    git(root, "checkout", "--quiet", "main")
    commit(root, {"other.py": "zero\n" + FIVE})
    git(root, "checkout", "--quiet", "topic")
    assert changes(root) == {"app.py": [6]}


def test_a_binary_file_has_no_lines(root: Path) -> None:
    (root / "data.bin").write_bytes(b"\0\n+++ app.py\n@@ -0,0 +1 @@\n")
    commit(root, {"app.py": FIVE + "six\n"})
    assert changes(root) == {"app.py": [6]}


@pytest.mark.parametrize("untracked", [False, True])
def test_untracked_files_count_on_request(untracked: bool, root: Path) -> None:
    write(root, {"new file.py": FIVE, "build/made.py": FIVE, ".gitignore": "build/\n"})
    git(root, "add", ".gitignore")
    expected = {"new file.py": None} if untracked else {}
    assert changes(root, untracked=untracked) == {".gitignore": [1], **expected}


@pytest.mark.parametrize("untracked", [False, True])
def test_a_project_may_be_a_part_of_its_repository(untracked: bool, root: Path) -> None:
    commit(root, {"services/shop/app.py": FIVE, "services/other/app.py": FIVE})
    git(root, "branch", "--force", "main", "topic")
    git(root, "mv", "services/other/app.py", "services/shop/moved.py")
    write(root, {"services/shop/app.py": FIVE + "six\n", "services/shop/new.py": FIVE, "app.py": "one\n1\n"})
    expected: dict[str, list[int] | None] = {"services/shop/app.py": [6], "app.py": [2]}
    if untracked:
        expected["services/shop/new.py"] = None
    assert changes(root, "services/shop", untracked=untracked) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.relative", "true"),
        ("diff.renames", "false"),
        ("diff.external", "false"),
        ("diff.context", "3"),
        ("diff.interHunkContext", "9"),
        ("diff.wordRegex", "."),
        ("diff.submodule", "log"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.quotePath", "false"),
        ("core.pager", "false"),
        ("diff.python.textconv", "tac"),
    ],
)
def test_the_configuration_of_git_changes_nothing(name: str, value: str, root: Path) -> None:
    (root / "other").mkdir()
    git(root, "mv", "other.py", "other/é.py")
    commit(root, {"app.py": "1\ntwo\nthree\nfour\n5\n", ".gitattributes": "*.py diff=python\n"})
    git(root, "config", name, value)
    assert changes(root, "other") == {".gitattributes": [1], "app.py": [1, 5]}
