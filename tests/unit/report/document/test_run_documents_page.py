"""What docs/run-documents.md shows is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_kit.errors import exit_codes
from ci_kit.report.document.schema import schema
from ci_kit.settings.options import OPTIONS
from ci_kit.workflow.pins import PINS
from tests.support.workflow_linters import CHECKS, require_valid
from tests.unit.support import ROOT

PAGE = (ROOT / "docs/run-documents.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_has_only_fields_of_the_schema() -> None:
    definitions = schema()["$defs"]
    document = json.loads(example("json"))
    head = {"format", "version", "written_by"}
    assert document.keys() - head <= definitions["RunReport"]["properties"].keys()
    assert document["results"].keys() <= definitions["Results"]["properties"].keys()
    assert document["results"]["failures"][0].keys() <= definitions["Failure"]["properties"].keys()
    assert document["covered"][0].keys() <= definitions["FileCoverage"]["properties"].keys()


@pytest.mark.parametrize("checker", CHECKS)
def test_the_workflow_of_a_matrix_is_valid(checker: str, tmp_path: Path) -> None:
    require_valid(example("yaml"), checker, tmp_path)


def test_the_workflow_uses_the_pins_and_inputs_that_there_are() -> None:
    for line in re.findall(r"uses: (actions/.*)", example("yaml")):
        assert line == str(PINS[line.partition("@")[0]])
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    workflow: Any = yaml.safe_load(example("yaml"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for step in steps:
        if step.get("uses", "").startswith("OWNER/"):
            assert step["with"].keys() <= action["inputs"].keys()
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    (report,) = (step["with"] for step in steps if step.get("with", {}).get("command") == "report")
    assert int(report["min-runs"]) == len(matrix["python"]) * len(matrix["image"])


def test_each_setting_and_exit_code_is_one_that_there_is() -> None:
    names = {option.name for option in OPTIONS}
    assert {"run-report", "run-name", "junit-report", "fail-under", "patch-fail-under"} <= names
    table = PAGE.partition("| exit code | if |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    codes = {int(code) for cell in listed for code in cell.split(",")}
    assert len(codes) > 5
    assert codes <= exit_codes().keys()
