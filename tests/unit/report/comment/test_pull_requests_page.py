"""What docs/pull-requests.md shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_kit.report.comment.body import LIMIT as BODY_LIMIT
from ci_kit.report.comment.hidden import SHORTEST, hidden_values
from ci_kit.report.comment.writing import LONGEST_SECONDS, PAUSES
from ci_kit.workflow.pins import PINS
from tests.support.workflow_linters import CHECKS, require_valid
from tests.unit.support import ROOT

PAGE = (ROOT / "docs/pull-requests.md").read_text(encoding="utf-8")
PART, *WORKFLOWS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("checker", CHECKS)
@pytest.mark.parametrize("text", WORKFLOWS, ids=["tests", "comment"])
def test_the_workflows_are_valid(text: str, checker: str, tmp_path: Path) -> None:
    require_valid(text, checker, tmp_path)


@pytest.mark.parametrize("text", [PART, *WORKFLOWS], ids=["part", "tests", "comment"])
def test_each_step_uses_a_pin_and_inputs_that_there_are(text: str) -> None:
    for line in re.findall(r"uses: (actions/.*)", text):
        assert line == str(PINS[line.partition("@")[0]])
    for job in yaml.safe_load(text)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("OWNER/"):
                assert step["with"].keys() <= ACTION["inputs"].keys()


def test_only_the_workflow_that_runs_no_code_may_comment() -> None:
    tests, comment = (yaml.safe_load(text)["jobs"] for text in WORKFLOWS)
    assert tests["test"]["permissions"] == {"contents": "read"}
    steps: list[dict[str, Any]] = comment["comment"]["steps"]
    assert comment["comment"]["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert all("run" not in step for step in steps)
    assert not any("checkout" in step["uses"] for step in steps)


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"GitHub accepts {BODY_LIMIT:,} characters" in PAGE
    assert f"with {SHORTEST} characters or more" in PAGE
    assert f"for {LONGEST_SECONDS:.0f} seconds at most" in PAGE
    assert len(PAUSES) + 1 == 3
    assert "ci-kit tries three times" in PAGE


def test_the_names_of_secrets_are_those_of_the_code() -> None:
    sentence = PAGE.partition("Such names contain ")[2].partition(";")[0]
    anywhere, words = sentence.split(" or have")
    for name in re.findall(r"`(\w+)`", anywhere):
        assert list(hidden_values({f"x{name}x": "a long secret"})) != []
    for name in re.findall(r"`(\w+)`", words):
        assert list(hidden_values({f"x{name}x": "a long secret"})) == []
        assert list(hidden_values({f"x_{name}": "a long secret"})) != []
