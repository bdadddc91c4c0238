"""The JSON schema of ``[tool.ci-kit]``, from the same tables as the settings themselves.

SchemaStore's conventions: draft 7, the name ``partial-ci-kit.json`` for a part of pyproject.toml,
``additionalProperties`` is false, each property has a description. Source: SchemaStore's CONTRIBUTING.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ci_kit.settings.option import Option
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.servers import OPTIONS_OF_A_SERVER
from ci_kit.settings.shapes import shape_of
from ci_kit.workflow.option import WorkflowOption
from ci_kit.workflow.options import WORKFLOW_OPTIONS, options_of
from ci_kit.workflow.shipped import SHIPPED

PATH = "docs/schema/partial-ci-kit.json"


def schema() -> str:
    """The schema as the text of its file."""
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://json.schemastore.org/partial-ci-kit.json",
        "$comment": "Written by tools/schema.py; run `make render` to write it again.",
        "title": "ci-kit",
        "description": "Settings of ci-kit, the test job of a Python project with a MySQL database",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{option.name: _setting(option) for option in OPTIONS},
            "servers": _named("More servers of a run", {"$ref": "#/definitions/server"}),
            "workflow": {"$ref": "#/definitions/workflow"},
            "workflows": _named("Workflow files of the repository", {"$ref": "#/definitions/workflow"}),
        },
        "definitions": {
            "server": _object(
                "server",
                "Settings of one more server",
                {option.name: _setting(option) for option in OPTIONS_OF_A_SERVER},
            ),
            "workflow": _workflow(),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _workflow() -> dict[str, Any]:
    """The table of a workflow: each shipped template allows only the settings that it uses."""
    properties = {option.name: _workflow_setting(option) for option in WORKFLOW_OPTIONS}
    properties["template"]["anyOf"] = [
        *({"const": one.name, "description": one.help} for one in SHIPPED.values()),
        {"type": "string"},
    ]
    del properties["template"]["type"], properties["template"]["pattern"]
    return _object("workflow", "One workflow file that `ci-kit render` writes", properties)


def _workflow_setting(option: WorkflowOption) -> dict[str, Any]:
    used = [name for name in SHIPPED if option in options_of(name)]
    templates = "" if len(used) == len(SHIPPED) else f"\nTemplates: {', '.join(used)}"
    default = {} if option.default is None else {"default": option.default}
    return {"description": f"{option.help}{templates}", **shape_of(option.parse), **default}


def _setting(option: Option) -> dict[str, Any]:
    shape: Mapping[str, Any] = {"enum": list(option.choices)} if option.choices else shape_of(option.parse)
    default = option.default
    known = isinstance(default, str | int | float | bool)
    return {
        "description": option.help,
        **shape,
        **({"default": default} if known and not option.secret else {}),
    }


def _named(description: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "type": "object", "additionalProperties": value}


def _object(title: str, description: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
