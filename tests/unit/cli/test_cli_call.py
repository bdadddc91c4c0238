"""Options that all commands share, and warnings about settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.commands import COMMANDS, every_command, every_leaf
from tests.unit.support import exit_code, write

pytestmark = [pytest.mark.usefixtures("restored_signals"), pytest.mark.usefixtures("cache")]


@every_command
def test_every_command_and_group_has_the_common_options(words: tuple[str, ...]) -> None:
    flags = {flag for parameter in COMMANDS[words].params for flag in parameter.opts}
    assert {"-C", "-v", "--verbose", "-q", "--quiet", "--dry-run"} <= flags


@every_leaf
def test_a_folder_that_is_missing_is_a_usage_error(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, "-C", tmp_path / "none") == 64
    printed = capsys.readouterr()
    assert str(tmp_path / "none") in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


PLACES = pytest.mark.parametrize("place", [0, 1, 2])


def placed(place: int, *option: str | Path) -> list[str | Path]:
    """``ci-kit mysql down`` with an option before, between or after its words."""
    words: list[str | Path] = ["mysql", "down"]
    return [*words[:place], *option, *words[place:]]


@PLACES
def test_the_folder_can_be_given_at_every_word(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*placed(place, "-C", tmp_path / "none")) == 64
    assert f"no such folder: {tmp_path / 'none'}" in capsys.readouterr().err


def test_the_last_folder_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("-C", tmp_path / "none", "mysql", "-C", tmp_path, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"server": "none"}
    assert exit_code("-C", tmp_path, "mysql", "status", "-C", tmp_path / "none") == 64


@PLACES
def test_a_command_can_be_made_quiet_at_every_word(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*placed(place, "-q"), "-C", tmp_path) == 0
    assert capsys.readouterr().err == ""


@PLACES
def test_verbose_and_quiet_at_different_words_cancel_each_other(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*placed(place, "-v"), "-q", "-C", tmp_path) == 0
    assert capsys.readouterr().err == "mysql      no server is up for this project\n"


@pytest.mark.parametrize("place", [0, 1])
def test_a_dry_run_can_be_asked_for_at_every_word(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = '[tool.ci-kit.workflow]\naction = "a/b@c"\ninstall = "make"\n'
    write(tmp_path, {"pyproject.toml": workflow})
    words = ["render", "-C", str(tmp_path)]
    assert exit_code(*words[:place], "--dry-run", *words[place:]) == 0
    assert "would be written" in capsys.readouterr().err
    assert not (tmp_path / ".github").exists()


def test_render_warns_of_a_table_with_a_similar_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = (
        '[tool.ci-kit.workflow]\naction = "a/b@c"\ninstall = "make"\n[tool.cikit.workflow]\nname = "x"\n'
    )
    write(tmp_path, {"pyproject.toml": workflow})
    assert exit_code("render", "-C", tmp_path) == 0
    assert capsys.readouterr().err.startswith(
        "ci-kit: warning: [tool.cikit] in pyproject.toml is ignored; did you mean [tool.ci-kit]?\n"
    )


def test_warnings_about_settings_are_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI_KIT_DATABSE", "x")
    write(tmp_path, {"pyproject.toml": "[tool.ci_kit]\ndatabase = 'x'\n"})
    assert exit_code("mysql", "status", "--json", "-q", "-C", tmp_path) == 0
    printed = capsys.readouterr()
    assert printed.err == (
        "ci-kit: warning: [tool.ci_kit] in pyproject.toml is ignored; did you mean [tool.ci-kit]?\n"
        "ci-kit: warning: the environment variable CI_KIT_DATABSE is unknown and ignored;"
        " did you mean 'CI_KIT_DATABASE'?\n"
    )
    assert json.loads(printed.out) == {"server": "none"}
