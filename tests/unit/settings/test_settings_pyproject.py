"""Reading [tool.ci-kit] of a pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.pyproject import read_table, resolve_root


def message(root: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_table(root)
    return "\n".join(caught.value.lines())


def test_a_project_without_the_table_has_an_empty_one(tmp_path: Path) -> None:
    assert read_table(tmp_path).values == {}
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert (read_table(tmp_path).values, read_table(tmp_path).warnings) == ({}, ())


@pytest.mark.parametrize("name", ["cikit", "ci_kit", "CI-Kit"])
def test_a_table_with_a_similar_name_is_a_warning(name: str, tmp_path: Path) -> None:
    text = f"[tool.{name}]\ndatabase = 'x'\n[tool.ci-kit]\ndatabase = 'y'\n[tool.kit]\n"
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    table = read_table(tmp_path)
    assert table.values == {"database": "y"}
    assert table.warnings == (f"[tool.{name}] in pyproject.toml is ignored; did you mean [tool.ci-kit]?",)


@pytest.mark.parametrize(
    "text",
    [
        b"[tool.ci-kit\n",
        b"[tool.ci-kit]\ndatabase = a\n",
        b"\xff\xfe",
        b"[tool]\nci-kit = 3\n",
        b"[tool]\nci-kit = [1]\n",
        b"tool = 3\n",
    ],
)
def test_a_broken_pyproject_is_named(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    assert str(tmp_path / "pyproject.toml") in message(tmp_path)


def test_a_pyproject_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    assert str(tmp_path / "pyproject.toml") in message(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_an_error_names_a_root_that_is_not_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=f"no such folder: {tmp_path / name}"):
        resolve_root(tmp_path / name)
