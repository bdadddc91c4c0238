"""What is generated from the code is up to date, and the action hands everything on."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ci_kit.errors import exit_codes
from ci_kit.github import TOKEN_VARIABLE
from ci_kit.report.outputs import OUTPUTS
from ci_kit.settings.options import OPTIONS
from tests.unit.support import ROOT, python

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
    others = {"command", "working-directory", "documents", "min-runs", "token"}
    assert ACTION["inputs"].keys() == {option.name for option in OPTIONS} | others
    assert len(STEPS[0]["env"]) == len(ACTION["inputs"])


def test_the_token_is_the_job_s_own_unless_another_is_given() -> None:
    assert STEPS[0]["env"][TOKEN_VARIABLE] == "${{ inputs.token || env.CI_KIT_TOKEN || github.token }}"


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
