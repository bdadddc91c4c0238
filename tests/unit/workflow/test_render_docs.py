"""docs/render.md agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import OutOfDateError
from ci_kit.host.machine import Host
from ci_kit.templating import shipped_templates
from ci_kit.workflow.options import WORKFLOW_OPTIONS
from ci_kit.workflow.pins import PINS
from ci_kit.workflow.render import TEMPLATES
from ci_kit.workflow.shipped import SHIPPED
from ci_kit.workflow.writing import write

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

DOCS = (Path(__file__).parents[3] / "docs/render.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCS.split(f"# {title}\n")[1].split("\n#")[0]


def example(language: str) -> str:
    return DOCS.split(f"```{language}\n")[1].split("```")[0]


def test_the_table_of_settings_is_complete() -> None:
    documented = re.findall(r"^\| `([a-z-]+)` \|", section("Settings"), flags=re.MULTILINE)
    assert documented == [*SHIPPED, *(option.name for option in WORKFLOW_OPTIONS)]


@pytest.mark.parametrize("name", ["_tests.jinja", "release.yml.jinja", "dependabot.yml.jinja"])
def test_the_blocks_are_those_of_the_templates(name: str) -> None:
    template = (shipped_templates() / TEMPLATES / name).read_text(encoding="utf-8")
    text = section("Templates of your own").split("**Blocks**")[1].split("**Partials**")[0]
    kinds = {"_tests.jinja": "of the templates with tests", "release.yml.jinja": "of `release`"}
    blocks = text.split(kinds.get(name, "of `dependabot`"))[1].split("- of")[0]
    assert re.findall(r"`(\w+)`", blocks) == re.findall(r"<% block (\w+) %>", template)


def test_every_partial_is_listed() -> None:
    partials = sorted(file.name for file in (shipped_templates() / TEMPLATES).glob("_*.jinja"))
    text = section("Templates of your own").split("**Partials**")[1].split("**Values**")[0]
    assert re.findall(r"`(_\w+\.jinja)`", text) == partials


def test_every_pin_is_listed() -> None:
    assert [action for action in PINS if f"`{action}`" not in section("Templates of your own")] == []


def test_the_example_of_a_section_stays(repository: Repository) -> None:
    repository.configure()
    write(repository.root, Host())
    with repository.workflow.open("a", encoding="utf-8") as file:
        file.write("\n" + example("yaml"))
    repository.configure(name="x")
    write(repository.root, Host())
    assert repository.workflow.read_text(encoding="utf-8").endswith(example("yaml"))
    assert repository.parsed()["jobs"]["test"]["steps"][-1]["name"] == "Keep the coverage report"


def test_the_exit_code_of_a_check_is_right() -> None:
    assert f"exit code {OutOfDateError.exit_code} " in DOCS


@pytest.mark.parametrize("with_template", [False, True])
def test_the_examples_render(repository: Repository, with_template: bool) -> None:
    table = '[tool.ci-kit.workflow]\ntemplates = "ci"' if with_template else "[tool.ci-kit.workflow]"
    repository.write("pyproject.toml", example("toml").replace("[tool.ci-kit.workflow]", table, 1))
    repository.write("ci/ci.yml.jinja", example("jinja"))
    repository.write("ci/nightly.yml.jinja", '<% extends "ci-kit/nightly.yml.jinja" %>')
    last = repository.parsed()["jobs"]["test"]["steps"][-1]
    assert last["name"] == ("Keep the coverage report" if with_template else "Run the tests")
