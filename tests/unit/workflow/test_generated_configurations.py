"""Two thousand generated configurations: each gives valid files, or one clear error.

About every third one has a wrong key or value.

Each file is read as YAML 1.1 and 1.2 and checked by the JSON schema of GitHub's workflows. actionlint, zizmor
and GitHub's own parser check all of them together.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ci_kit.errors import UsageError
from ci_kit.workflow.files import render_files
from ci_kit.workflow.options import options_of
from ci_kit.workflow.shipped import SHIPPED
from tests.unit.support import ROOT
from tests.unit.workflow.conftest import Repository, toml
from tests.unit.workflow.validators import require_same_data, require_schema, require_validators_accept

EXAMPLES = 2002
SHA = "0123456789abcdef0123456789abcdef01234567"
ODD = [
    "on",
    "no",
    "3.10",
    "0000",
    "012",
    "1e3",
    "~",
    "null",
    "=",
    "a: b",
    "a #b",
    "- x",
    "'",
    '"',
    "%",
    "한국어",
]

# In a script, zizmor 1.32 ends by SIGSEGV at a brace before a character of the last planes of Unicode.
characters = st.characters(max_codepoint=0x3FFFF, exclude_categories=["Cs"])
text = st.sampled_from(ODD) | st.text(characters, max_size=12).filter(
    lambda drawn: bool(drawn.strip()) and "\0" not in drawn
)
patterns = st.sampled_from(
    [*ODD[:4], "main", "release/**", "v*", "v[0-9]+", "!x", "a/b", "x?", "**", "한국어"]
)
expressions = st.sampled_from(
    ["${{ secrets.TOKEN }}", "${{ github.ref_name }}-x", "${{ format('}}{0}', vars.A) || 'b' }}", "a }} b"]
)
labels = st.sampled_from(["ubuntu-24.04", "ubuntu-22.04", "macos-15", "${{ vars.RUNNER }}"])
names = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True)
servers = st.sampled_from(["8.4", "mysql-9", "mariadb-11.4", "mariadb-10.11"])
tables = st.dictionaries(names, st.integers(0, 9999) | st.booleans() | text | expressions, max_size=3)


def several(values: st.SearchStrategy[str], low: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=low, max_size=3, unique=True)


RIGHT: dict[str, st.SearchStrategy[Any]] = {
    "name": text,
    "branches": several(patterns).map(lambda drawn: ["main", *drawn[1:]]),
    "paths": st.just("auto") | several(patterns).map(lambda drawn: ["src/**", *drawn]),
    "python-versions": st.just("auto") | several(st.sampled_from(["3.10", "3.13", "pypy-3.11"]), 1),
    "servers": st.just("auto") | several(servers),
    "operating-systems": several(labels),
    "server": st.just("auto") | servers,
    "runs-on": labels,
    "timeout-minutes": st.integers(1, 400),
    "working-directory": st.sampled_from([".", "api", "./api"]),
    "install": text | several(text, 1),
    "cache": st.booleans(),
    "linters": st.just("auto") | several(st.sampled_from(["ruff check", "make lint", "echo no: #1"])),
    "inputs": tables,
    "env": tables,
    "act": st.booleans(),
    "schedule": st.sampled_from(["17 18 * * *", "*/15 * * * *", "0 3 * * mon-fri", "5,35 0-6/2 1 jan *"]),
    "tags": several(patterns).map(lambda drawn: ["v*", *drawn]),
    "environment": text,
    "interval": st.sampled_from(["daily", "weekly", "monthly"]),
    "cooldown-days": st.integers(1, 90),
}
WRONG: dict[str, list[Any]] = {
    "name": ["", 3.1, "${{ github.ref }}"],
    "branches": [[], "main", ["a b"], ["!main"], ["main", "main"], ["["]],
    "paths": ["all", ["/src"], ["a//b"]],
    "python-versions": [[3.1], "3.13", [""]],
    "servers": [["10.6"], ["mysql"], [8.4]],
    "operating-systems": ["ubuntu-24.04"],
    "server": [8.4, "oracle-23"],
    "runs-on": [["a"], "${{ secrets.A }}"],
    "timeout-minutes": [0, "soon"],
    "working-directory": ["nowhere", "../x", "/"],
    "install": [[], "echo ${{ github.head_ref }}", 1],
    "cache": ["perhaps"],
    "linters": [["rufff"], ["mypy"], "ruff"],
    "inputs": [{"a b": 1}, {"A": "${{ secret.A }}"}, {"working-directory": "x"}, {"a": 1, "A": 2}],
    "env": [{"A": "${{ runner.os }}"}, {"A": "${{ vars.A"}, {"A": "${{ }}"}, {"A-B": 1}, {"A": [1]}],
    "act": ["perhaps"],
    "schedule": ["* * * * *", "0 25 * * *", "0 3 * *", "0 3 * * mon-"],
    "tags": [[]],
    "environment": [""],
    "interval": ["never"],
    "cooldown-days": [0, True],
    "nmae": ["x"],
    "template": ["nightl", 1],
}


MISTAKES = st.sampled_from([{name: value} for name, values in WRONG.items() for value in values])


def right(template: str) -> st.SearchStrategy[dict[str, Any]]:
    """Tables with settings that a template uses."""
    used = sorted({option.name for option in options_of(template)} & RIGHT.keys())
    return st.fixed_dictionaries({}, optional={name: RIGHT[name] for name in used})


@cache
def own_schema() -> Draft7Validator:
    return Draft7Validator(json.loads((ROOT / "docs/schema/partial-ci-kit.json").read_text(encoding="utf-8")))


def require_one_error(error: UsageError) -> None:
    lines = error.lines()
    assert error.what
    assert "\n" not in error.what
    assert "pyproject.toml" in "\n".join(lines)
    assert error.todo


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository with two projects, and an action elsewhere."""
    made = Repository(tmp_path)
    made.write("uv.lock", '[[package]]\nname = "ruff"\n')
    made.write("api/requirements.txt", "pytest\nruff\n")
    (tmp_path / ".git").mkdir()
    return made


@pytest.mark.parametrize("template", SHIPPED)
def test_a_generated_configuration_gives_valid_files_or_one_error(template: str, project: Repository) -> None:
    texts: dict[str, str] = {}
    errors: list[UsageError] = []

    @settings(
        max_examples=EXAMPLES // len(SHIPPED),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        first = {"action": f"owner/ci-kit@{SHA} # v1", **data.draw(right("ci"))}
        other = {"template": template, **data.draw(right(template))}
        if data.draw(st.integers(0, 3)) == 0:
            other |= data.draw(MISTAKES)
        key = f"other-{template}"
        lines = ['[project]\nrequires-python = ">=3.12"']
        for name, table in (("workflow", first), (f"workflows.{key}", other)):
            lines += [
                f"[tool.ci-kit.{name}]",
                *(f"{toml(word)} = {toml(value)}" for word, value in table.items()),
            ]
        project.write("pyproject.toml", "\n".join(lines))
        try:
            rendered = render_files(project.root)
        except UsageError as error:
            require_one_error(error)
            errors.append(error)
            return
        assert own_schema().is_valid({"workflow": first, "workflows": {key: other}})
        for file in rendered:
            require_schema(file)
            texts[file.text] = str(file.settings.path)

    run()
    assert len(texts) > EXAMPLES // len(SHIPPED) // 4
    assert errors
    for number, written in enumerate(sorted(texts)):
        project.write(f"{texts[written].removesuffix('.yml')}-{number}.yml", written)
    # The scripts are text of the test, so shellcheck has nothing to say about them.
    require_validators_accept([project.root], shellcheck=False)


def test_the_check_of_the_data_finds_a_difference_between_the_versions_of_yaml() -> None:
    for differing in ("a: no", "a: 0123", "on: 1", "a: 1:30", "a: 1_000"):
        with pytest.raises(AssertionError):
            require_same_data(f"{differing}\n")
