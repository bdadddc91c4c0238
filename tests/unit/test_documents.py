"""What is generated from the code is up to date, and the action hands everything on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_kit.errors import exit_codes
from ci_kit.report.outputs import OUTPUTS
from ci_kit.settings.options import OPTIONS
from tests.support.waiting import LIMIT
from tests.unit.support import ROOT, SELF_HOSTED, file_command, python

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def test_the_generated_documents_are_current() -> None:
    done = python(ROOT / "tools/document.py", "--check")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_option_is_an_input_that_arrives_as_its_variable(option: Any) -> None:
    entry = ACTION["inputs"][option.name]
    assert entry["description"] == option.help
    # An empty input leaves the choice to pyproject.toml.
    assert entry["default"] == ""
    given = f"inputs.{option.name} || env.{option.variable}"
    assert STEPS[0]["env"][option.variable] == f"${{{{ {given} }}}}"


def test_every_input_is_an_option_or_says_what_to_do_where() -> None:
    assert ACTION["inputs"].keys() == {option.name for option in OPTIONS} | {"command", "working-directory"}
    assert len(STEPS[0]["env"]) == len(ACTION["inputs"])


def test_the_outputs_are_those_a_run_sets() -> None:
    assert ACTION["outputs"] == {
        output.name: {
            "description": output.description,
            "value": f"${{{{ steps.ci-kit.outputs.{output.name} }}}}",
        }
        for output in OUTPUTS
    }
    assert [step["id"] for step in STEPS] == ["ci-kit"]


def test_no_script_holds_an_expression() -> None:
    assert [step["run"] for step in STEPS if "${{" in step["run"]] == []


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
    assert [code for code, meaning in exit_codes().items() if f"| {code} | {meaning} |" not in text] == []


@pytest.mark.parametrize("document", ["README.md", "docs/render.md"])
def test_every_output_is_documented(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [output.name for output in OUTPUTS if f"`{output.name}`" not in text] == []


# The action's scripts


@pytest.mark.parametrize("command", ["render", "run; id", "mysql  up", "\n::add-mask::x", "##[add-mask]x"])
def test_the_action_refuses_a_command_it_does_not_have(command: str, tmp_path: Path) -> None:
    done = python(ROOT / "action/main.py", env={"CI_KIT_COMMAND": command} | step_files(tmp_path))
    assert done.returncode == 64
    assert done.stdout.startswith("::error title=ci-kit::the input command is ")
    assert done.stdout.count("\n") == 1
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert f"the input command is {command!r}\n" in (tmp_path / "summary").read_text()


def test_the_action_says_that_its_dependencies_cannot_be_installed(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    env = {"RUNNER_TEMP": str(tmp_path / "temporary"), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    done = python(ROOT / "action/main.py", env=env | step_files(tmp_path))
    assert done.returncode == 69
    assert "::error title=ci-kit::pip could not install ci-kit's own dependencies%0A" in done.stdout
    assert list((tmp_path / "temporary").iterdir()) == []
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert "pip could not install" in (tmp_path / "summary").read_text()


def step_files(folder: Path) -> dict[str, str]:
    """The variables of a step, with its files in a folder."""
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    return SELF_HOSTED | files


def shell(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The action's script where these programs are all there is."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "dirname").symlink_to("/usr/bin/dirname")
    return subprocess.run(
        ["/bin/bash", ROOT / "action/main.sh"],
        env={"PATH": str(programs)} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )


def test_a_runner_without_python_is_told_what_to_add(tmp_path: Path) -> None:
    done = shell(tmp_path, **step_files(tmp_path))
    assert done.returncode == 69
    assert "add actions/setup-python before ci-kit" in done.stdout
    assert done.stdout.startswith("::error title=ci-kit::")
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert "add actions/setup-python" in (tmp_path / "summary").read_text()


def test_the_python_of_a_runner_s_tool_cache_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "tools/Python/3.12.1/x64/bin"
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(sys.executable)
    done = shell(tmp_path, RUNNER_TOOL_CACHE=str(tmp_path / "tools"), CI_KIT_COMMAND="none such")
    assert done.returncode == 64
    assert "the input command is 'none such'" in done.stderr
