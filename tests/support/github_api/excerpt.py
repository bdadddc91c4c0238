"""Write ``description.json``: the part of GitHub's OpenAPI description that the tests use.

``python -m tests.support.github_api.excerpt FILE`` reads the whole description of api.github.com: the file
``generated/api.github.com.json`` of the npm package @octokit/openapi. It is GitHub's own description
(github/rest-api-description) in one file, with the MIT licence in ``LICENSE`` beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).with_name("description.json")
OPERATIONS = {
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ("patch", "delete"),
    "/repos/{owner}/{repo}/pulls": ("get",),
    "/user": ("get",),
}
# They are for readers and for other programs.
LEFT_OUT = ("examples", "externalDocs", "summary", "tags", "x-github", "x-octokit")


def main() -> None:
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    paths = {
        path: {method: whole["paths"][path][method] for method in OPERATIONS[path]} for path in OPERATIONS
    }
    components: dict[str, dict[str, Any]] = {}
    add_components(paths, whole["components"], components)
    info = {name: whole["info"][name] for name in ("title", "version", "license")}
    part = {
        "openapi": whole["openapi"],
        "info": info,
        "servers": whole["servers"],
        "paths": paths,
        "components": components,
    }
    DESCRIPTION.write_text(json.dumps(reduced(part), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def add_components(node: Any, every: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    """Add the components that a part of the description refers to, and those that they refer to."""
    match node:
        case {"$ref": str(reference)}:
            _, _, kind, name = reference.split("/")
            if name not in found.setdefault(kind, {}):
                found[kind][name] = every[kind][name]
                add_components(every[kind][name], every, found)
        case dict():
            for value in node.values():
                add_components(value, every, found)
        case list():
            for value in node:
                add_components(value, every, found)


def reduced(node: Any, *, names: bool = False) -> Any:
    """The description without texts and examples. The keys of ``properties`` are ``names``."""
    match node:
        case dict():
            return {
                key: reduced(value, names=key == "properties")
                for key, value in node.items()
                if names or not (key in LEFT_OUT or (key in ("description", "example") and is_text(value)))
            } | ({"description": ""} if is_response(node) else {})
        case list():
            return [reduced(one) for one in node]
    return node


def is_text(value: Any) -> bool:
    return not isinstance(value, dict) or "type" not in value


def is_response(node: dict[str, Any]) -> bool:
    """Whether OpenAPI requires a description."""
    return "description" in node and ("content" in node or "headers" in node or set(node) == {"description"})


if __name__ == "__main__":
    main()
