"""``ci-kit pins list``: it needs neither git nor a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ci_kit.workflow.pins import PINS, parse_pins
from tests.unit.support import ci_kit, write

COMMIT = "a" * 40
OFFLINE = {"PATH": "/nowhere"}


def listed(project: Path) -> dict[str, Any]:
    done = ci_kit("pins", "list", "--json", "-C", project, env=OFFLINE)
    assert done.returncode == 0, done.stderr
    return {one["action"]: one for one in json.loads(done.stdout)}


def test_each_action_has_its_version_its_commit_and_its_place(project: Path) -> None:
    write(project, {".github/ci-kit-pins.txt": f"actions/checkout@{COMMIT} # v1.0.0\n"})
    found = listed(project)
    python = PINS["actions/setup-python"]
    assert found[python.action] == {
        "action": python.action,
        "version": python.version,
        "ref": python.ref,
        "pinned": True,
        "source": "ci-kit",
        "files": [".github/workflows/ci.yml"],
        "newer": [],
    }
    assert found["actions/checkout"]["source"] == ".github/ci-kit-pins.txt"
    assert found["actions/checkout"]["newer"] == [
        {"version": PINS["actions/checkout"].version, "place": "ci-kit"}
    ]
    assert found["owner/ci-kit"]["source"] == "[tool.ci-kit.workflow] action in pyproject.toml"
    assert found["owner/ci-kit"]["pinned"] is False


def test_the_list_is_also_that_of_the_command_alone(project: Path) -> None:
    text = ci_kit("pins", "-C", project, env=OFFLINE).stdout
    assert text == ci_kit("pins", "list", "-C", project, env=OFFLINE).stdout
    checkout = PINS["actions/checkout"]
    assert f"{checkout.action}      {checkout.version}  {checkout.ref}  (from ci-kit)\n" in text
    assert "(from [tool.ci-kit.workflow] action in pyproject.toml; not pinned to a commit)\n" in text


def test_actions_of_a_template_are_listed(project: Path) -> None:
    write(
        project,
        {
            "pyproject.toml": "[tool.ci-kit.workflow]\naction = 'o/k@v1'\ninstall = ':'\ntemplates = 'ci'\n",
            "ci/ci.yml.jinja": '<% extends "ci-kit/ci.yml.jinja" %>\n<% block after_tests %>\n\n'
            '      - uses: <%= pins["o/own"] %>\n      - uses: o/literal/folder@v2\n<% endblock %>\n',
            ".github/ci-kit-pins.txt": f"o/own@{COMMIT} # v3.0.0\n",
        },
    )
    found = listed(project)
    assert found["o/own"]["source"] == ".github/ci-kit-pins.txt"
    assert found["o/literal"]["source"] == ".github/workflows/ci.yml, or a template in ci"
    assert found["o/literal"]["pinned"] is False


def test_an_older_pin_of_ci_kit_is_not_newer(project: Path) -> None:
    write(project, {".github/ci-kit-pins.txt": f"actions/checkout@{COMMIT} # v999.0.0\n"})
    assert listed(project)["actions/checkout"]["newer"] == []


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_pin_file_may_have_comments_and_empty_lines(end: str) -> None:
    text = f"# Ours.\n\n  # More.\n a/b@{COMMIT} # v1.0.0{end}"
    assert [str(pin) for pin in parse_pins(text, Path("x")).values()] == [f"a/b@{COMMIT} # v1.0.0"]
