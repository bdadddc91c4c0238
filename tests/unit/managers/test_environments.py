"""Which folders are environments, and which of several is for the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.managers.environments import environment_for_tests, python_of
from tests.unit.testing.environments import make_environment


@pytest.mark.parametrize(
    ("mark", "mode", "found"),
    [
        ("pyvenv.cfg", 0o755, True),
        ("conda-meta/history", 0o755, True),
        # A folder of settings, and an environment whose Python cannot run.
        ("dev.env", 0o755, False),
        ("pyvenv.cfg", 0o644, False),
    ],
)
def test_an_environment_has_a_mark_and_a_python(mark: str, mode: int, found: bool, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "env", mark=mark)
    python.chmod(mode)
    assert python_of(tmp_path / "env") == (python if found else None)


def test_an_environment_whose_python_was_removed_is_none(tmp_path: Path) -> None:
    python = make_environment(tmp_path / "env")
    python.unlink()
    assert python_of(tmp_path / "env") is None
    python.symlink_to(tmp_path / "removed")
    assert python_of(tmp_path / "env") is None


@pytest.mark.parametrize(
    ("environments", "with_pytest", "name"),
    [
        (["lint", "py", "py312"], [], "py"),
        (["py311", "py312", "tests"], ["py311", "py312", "tests"], "tests"),
        (["docs", "tests-3-12"], [], "tests-3-12"),
        (["3.12", "lint"], [], "3.12"),
        (["py", "unit"], ["unit"], "unit"),
        (["check"], ["check"], "check"),
        (["lint", "docs"], [], None),
        ([], [], None),
    ],
)
def test_the_environment_for_the_tests(
    environments: list[str], with_pytest: list[str], name: str | None, tmp_path: Path
) -> None:
    for environment in environments:
        make_environment(tmp_path / ".tox" / environment)
    for environment in with_pytest:
        (tmp_path / ".tox" / environment / "lib/python3.12/site-packages/pytest").mkdir(parents=True)
    found = environment_for_tests(tmp_path / ".tox")
    assert found == (tmp_path / ".tox" / name / "bin/python" if name else None)
