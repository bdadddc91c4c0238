"""``ci-kit adopt``: its flags, its files and its errors."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.adopt.workflows import ACTION, job
from tests.unit.support import exit_code, write

pytestmark = pytest.mark.usefixtures("restored_signals")

TEXT = job("sudo systemctl start mysql", "pytest")
FILE = ".github/workflows/ci.yml"
FLAG = ("--action", str(ACTION))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a workflow, which is the current folder."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, timeout=60)
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {FILE: TEXT})


def text_of(repository: Path) -> str:
    return (repository / FILE).read_bytes().decode()


def test_without_a_flag_it_explains_and_writes_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("adopt", *FLAG) == 0
    shown = capsys.readouterr()
    assert "job test\n  replaced  line 7: the start of the server -> " in shown.out
    assert f"+++ b/{FILE}\n" in shown.out
    assert "nothing is written yet; --in-place writes it" in shown.err
    assert text_of(repository) == TEXT


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("path", [[], [FILE], ["{root}/" + FILE]])
def test_the_difference_is_what_git_applies(
    repository: Path, capsys: pytest.CaptureFixture[str], newline: str, path: list[str]
) -> None:
    (repository / FILE).write_bytes(TEXT.replace("\n", newline).encode())
    words = [word.replace("{root}", str(repository)) for word in path]
    assert exit_code("adopt", "--diff", *FLAG, *words) == 0
    (repository / "patch").write_bytes(capsys.readouterr().out.encode())
    subprocess.run(["git", "apply", "patch"], check=True, timeout=60)
    applied = text_of(repository)
    (repository / FILE).write_bytes(TEXT.replace("\n", newline).encode())
    assert exit_code("adopt", "--in-place", *FLAG) == 0
    assert text_of(repository) == applied != TEXT


@pytest.mark.parametrize("kind", ["a folder", "the current folder", "elsewhere"])
def test_without_a_repository_the_difference_has_the_path_from_the_folder_of_the_project(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "project/old/ci.yml"
    file.parent.mkdir(parents=True)
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    folder = {"a folder": ["-C", "../project"], "the current folder": [], "elsewhere": ["-C", "../other"]}[
        kind
    ]
    assert exit_code("adopt", "--diff", *FLAG, str(file), *folder) == 0
    shown = capsys.readouterr().out
    name = str(file) if kind == "elsewhere" else "a/old/ci.yml"
    assert shown.startswith(f"--- {name}\n")


def test_the_check_fails_until_the_workflow_is_adopted(repository: Path) -> None:
    assert exit_code("adopt", "--check", *FLAG) == 10
    assert text_of(repository) == TEXT
    assert exit_code("adopt", "--in-place", *FLAG) == 0
    adopted = text_of(repository)
    assert exit_code("adopt", "--check", *FLAG) == 0
    assert exit_code("adopt", "--in-place", *FLAG) == 0
    assert text_of(repository) == adopted


def test_the_mode_of_the_file_stays_and_nothing_else_is_left(repository: Path) -> None:
    (repository / FILE).chmod(0o640)
    exit_code("adopt", "--in-place", *FLAG)
    assert (repository / FILE).stat().st_mode & 0o777 == 0o640
    assert os.listdir((repository / FILE).parent) == ["ci.yml"]  # noqa: PTH208


def test_a_dry_run_prints_what_it_would_write(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("adopt", "--in-place", "--dry-run", *FLAG) == 0
    assert "write " in capsys.readouterr().out
    assert text_of(repository) == TEXT


def test_an_invalid_workflow_keeps_all_others_from_being_written(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repository, {".github/workflows/z.yml": "on: push\njobs:\n  a: [\n"})
    assert exit_code("adopt", "--in-place", *FLAG) == 64
    shown = capsys.readouterr().err
    assert "z.yml is not a valid workflow, line 4" in shown
    assert "| " in shown
    assert text_of(repository) == TEXT


def test_the_action_comes_from_pyproject_toml(repository: Path) -> None:
    write(repository, {"pyproject.toml": f"[tool.ci-kit.workflow]\naction = '{ACTION}'\n"})
    assert exit_code("adopt", "--in-place") == 0
    assert f"uses: {ACTION}\n" in text_of(repository)


def test_the_own_action_has_a_comment_for_zizmor(repository: Path) -> None:
    write(repository, {"action.yml": "name: ci-kit\ninputs: {}\n"})
    assert exit_code("adopt", "--in-place") == 0
    assert "uses: ./ # zizmor: ignore[self-repository]\n" in text_of(repository)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give --action, or set action"),
        (["--action", "x y"], "--action is not valid: 'x y'"),
        ([*FLAG, "none.yml"], "cannot read"),
        ([*FLAG, ".github"], "cannot read"),
        ([*FLAG, "-C", "empty"], "there is no workflow in empty/.github/workflows"),
        ([*FLAG, "--check", "--in-place"], "exclude each other"),
        ([*FLAG, "latin1.yml"], "is not UTF-8"),
        ([*FLAG, "outside.yml"], "is outside the repository"),
    ],
)
def test_bad_input_is_one_clear_error(
    repository: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    (repository / "empty").mkdir()
    (repository / "latin1.yml").write_bytes("name: café\n".encode("latin-1"))
    (repository / "outside.yml").symlink_to("/etc/hostname")
    assert exit_code("adopt", *words) == 64
    shown = capsys.readouterr().err
    assert told in shown
    assert "Traceback" not in shown
    assert text_of(repository) == TEXT


def test_a_link_within_the_repository_stays_a_link(repository: Path) -> None:
    write(repository, {"shared/ci.yml": TEXT})
    (repository / FILE).unlink()
    (repository / FILE).symlink_to("../../shared/ci.yml")
    assert exit_code("adopt", "--in-place", *FLAG) == 0
    assert (repository / FILE).is_symlink()
    assert "uses: example/ci-kit" in (repository / "shared/ci.yml").read_text(encoding="utf-8")


def test_a_workflow_of_render_stays(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {FILE: f"# Generated by ci-kit render from x\n{TEXT}"})
    assert exit_code("adopt", "--in-place", *FLAG) == 0
    assert "has nothing that ci-kit replaces" in capsys.readouterr().err


def test_the_runner_obeys_no_command_of_a_workflow(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repository, {FILE: TEXT.replace("      - run", "      # ##[error]x\n      - run", 1)})
    exit_code("adopt", *FLAG)
    assert "##[" not in capsys.readouterr().out
