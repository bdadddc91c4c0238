"""The command line of ``ci-kit render``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.support import exit_code

pytestmark = pytest.mark.usefixtures("restored_signals")

TABLES = """\
[project]
name = "demo"
[tool.ci-kit.workflow]
action = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"
[tool.ci-kit.workflows.nightly]
template = "nightly"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(TABLES, encoding="utf-8")
    return tmp_path


def workflow(project: Path, name: str) -> Path:
    return project / ".github/workflows" / f"{name}.yml"


def test_all_files_or_the_named_one_are_written(project: Path) -> None:
    assert exit_code("render", "nightly", "-C", project) == 0
    assert workflow(project, "nightly").exists()
    assert not workflow(project, "ci").exists()
    assert exit_code("render", "-C", project) == 0
    assert workflow(project, "ci").exists()


@pytest.mark.parametrize(
    ("flags", "code", "shown"),
    [
        (["--check"], 10, "2 generated files are not up to date"),
        (["--check", "nightly"], 10, "nightly.yml is not up to date"),
        (["--diff"], 0, "+name: Nightly"),
        (["--stdout", "nightly"], 0, "\nname: Nightly\n"),
        (["--stdout"], 64, "name one: ci, nightly"),
        (["--explain"], 0, "with the template nightly"),
        (["nightli"], 64, "did you mean 'nightly'?"),
    ],
)
def test_other_modes_write_nothing(
    project: Path, flags: list[str], code: int, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("render", *flags, "-C", project) == code
    printed = capsys.readouterr()
    assert shown in printed.out + printed.err
    assert not (project / ".github").exists()


def test_force_replaces_a_file_written_by_hand(project: Path) -> None:
    workflow(project, "ci").parent.mkdir(parents=True)
    workflow(project, "ci").write_text("name: by hand\n", encoding="utf-8")
    assert exit_code("render", "-C", project) == 64
    assert workflow(project, "ci").read_text(encoding="utf-8") == "name: by hand\n"
    assert exit_code("render", "--force", "-C", project) == 0
    assert exit_code("render", "--check", "-C", project) == 0
