"""The validators of generated files. Each checks all files in one process, because it takes long to start."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import check_jsonschema  # type: ignore[import-untyped]
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ci_kit.workflow.files import Rendered
from tests.support.github_parser import parser_errors
from tests.support.waiting import LIMIT
from tests.unit.workflow.tools import SEARCHED, tool

SCHEMAS = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"


class Yaml12(yaml.CSafeLoader):
    """A parser with the types of YAML 1.2's core schema (section 10.3.2 of its specification)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_integer(self, node: yaml.ScalarNode) -> int:
        # PyYAML's own method reads 0123 as YAML 1.1 does.
        return int(node.value, 0 if node.value[:2] in ("0o", "0x") else 10)


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan",
        "-+.0123456789",
    ),
):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), [*first, ""])

Yaml12.add_constructor("tag:yaml.org,2002:int", Yaml12.construct_integer)


@cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def require_same_data(written: str) -> Any:
    """The data of a text, which is the same for a YAML 1.1 and a YAML 1.2 parser."""
    data = yaml.load(written, yaml.CSafeLoader)
    assert data == yaml.load(written, Yaml12)
    return data


def require_schema(file: Rendered) -> None:
    """A file is the same data in YAML 1.1 and 1.2, and fulfils the schema of its kind."""
    written = require_same_data(file.text)
    schema = validator("github-workflows" if file.settings.is_workflow else "dependabot")
    assert list(schema.iter_errors(written)) == []


def require_validators_accept(repositories: Sequence[Path], *, shellcheck: bool = True) -> None:
    """actionlint, zizmor and GitHub's own parser report nothing about the workflows of the repositories."""
    workflows = [file for root in repositories for file in sorted((root / ".github/workflows").glob("*.yml"))]
    if workflows:
        errors = parser_errors(workflows)
        assert not errors, errors[-3000:]
        _require_success(["actionlint", "-no-color", *([] if shellcheck else ["-shellcheck="])], workflows)
    zizmor = ["zizmor", "--offline", "--no-progress", "--quiet", "--pedantic"]
    _require_success(zizmor, repositories)


def _require_success(command: Sequence[str], paths: Sequence[Path]) -> None:
    done = subprocess.run(
        [tool(command[0]), *command[1:], *paths],
        # The configuration of this repository is not for the generated files.
        cwd=paths[0].parent,
        # actionlint starts shellcheck.
        env=os.environ | {"PATH": SEARCHED},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
