"""What of a workflow cannot run on a machine without Docker, and what runs in its place."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from tests.adopt.cases import Case

SECRET = "s3cret of the tests"
"""The value of every secret."""

_VERSION = re.compile(r"(mysql-version: *)[^\r\n]*")
_EXPRESSION = re.compile(r"\$\{\{ *(\w+)\.([\w-]+) *\}\}")
_USES = re.compile(r"""uses: *["']?([\w.-]+/[\w./-]+@[\w.-]+)""")


@dataclass(frozen=True)
class Prepared:
    """A workflow that can run, the server that must be up before, and what differs from the original."""

    text: str
    event: str
    container: dict[str, str] | None
    """The environment of the service container that the machine's server replaces."""
    replaced: str
    """One clause for the reader, empty if nothing differs."""

    @property
    def actions(self) -> set[str]:
        """The public actions of the workflow, each with its ref."""
        return set(_USES.findall(self.text))


def prepare(case: Case, data: bytes) -> Prepared:
    """Make a workflow of the corpus ready for a machine without Docker."""
    text = data.decode("utf-8")
    workflow = _yaml().load(text.removeprefix("\ufeff"))
    container = _take_container(workflow)
    replaced = ""
    if container is not None:
        output = io.StringIO()
        _yaml().dump(workflow, output)
        text = output.getvalue()
        replaced = "the machine's server runs in place of the service container"
    elif case.run in ("services", "docker") and _VERSION.search(text):
        text = _VERSION.sub(rf"\g<1>{'mariadb' if case.server == 'mariadb' else '9'}", text)
        replaced = "mysql-version is that of the machine's server"
    elif case.run == "docker":
        replaced = "a script that starts the machine's server stands in for Docker"
    events = workflow["on"]
    names = [events] if isinstance(events, str) else list(events)
    return Prepared(text, "push" if "push" in names else names[0], container, replaced)


def resolved(case: Case, text: str) -> str:
    """The text with the values of the secrets and of the chosen cell of the matrix."""
    key, _, value = case.matrix.partition(":")
    values = {("matrix", key): value}
    return _EXPRESSION.sub(lambda found: values.get((found[1], found[2]), SECRET), text)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 10_000  # a folded line could be another script
    return yaml


def _take_container(workflow: Any) -> dict[str, str] | None:
    """Remove all service containers, and return the environment of the one with MySQL or MariaDB."""
    found = None
    for job in workflow["jobs"].values():
        for service in job.get("services", {}).values():
            if str(service["image"]).startswith(("mysql", "mariadb")):
                found = {
                    name.replace("MARIADB", "MYSQL"): str(value) for name, value in service["env"].items()
                }
        if found is not None:
            job.pop("services", None)
    return found
