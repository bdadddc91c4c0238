"""Small workflows for the tests of ``ci-kit adopt``, and what becomes of them."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml

from ci_kit.adopt.adoption import Adoption, adopt_text
from ci_kit.workflow.uses import Uses

ACTION = Uses("example/ci-kit", "0123456789abcdef0123456789abcdef01234567", "v1.0.0")
USES = f"{ACTION.action}@{ACTION.ref}"


def job(*steps: str, head: str = "") -> str:
    """A workflow with one job. A step is a script, or the text of its keys; ``head`` has keys of the job."""
    keys = "".join(f"    {line}\n" for line in textwrap.dedent(head).strip().splitlines())
    return (
        f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n{keys}    steps:\n{''.join(map(step, steps))}"
    )


def step(text: str) -> str:
    """A step as it stands below ``steps:``."""
    lines = textwrap.dedent(text).strip("\n").splitlines()
    if lines[0].partition(":")[0] not in {
        "run",
        "uses",
        "name",
        "if",
        "id",
        "env",
        "shell",
        "continue-on-error",
    }:
        lines = ["run: |", *(f"  {line}" for line in lines)]
    return "".join(f"      {'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(lines))


def adopt(text: str) -> Adoption:
    return adopt_text(text, ACTION, name="ci.yml")


def told(adoption: Adoption) -> str:
    """The explanation."""
    return "\n".join(line for one in adoption.explanations for line in one.lines())


def steps_of(adoption: Adoption, name: str = "test") -> list[dict[str, Any]]:
    """The steps of a job after the adoption, with every scalar as a string."""
    workflow = yaml.load(adoption.after.removeprefix("\ufeff"), yaml.BaseLoader)
    steps: list[dict[str, Any]] = workflow["jobs"][name]["steps"]
    return steps


def inputs_of(adoption: Adoption) -> dict[str, str]:
    """The inputs of the one step that uses the action."""
    (found,) = [one for one in steps_of(adoption) if one.get("uses") == USES]
    inputs: dict[str, str] = found["with"]
    return inputs


def inputs(*steps: str, head: str = "") -> dict[str, str]:
    """The inputs that become of some steps."""
    return inputs_of(adopt(job(*steps, head=head)))
