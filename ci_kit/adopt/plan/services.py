"""The service containers of a job that are MySQL or MariaDB."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from ci_kit.adopt.document import Entry, Job, remove_entry
from ci_kit.adopt.nodes import aliases_below, anchors_below, entries, items, resolved, scalar_text, value_at
from ci_kit.adopt.recognise.containers import host_port
from ci_kit.adopt.recognise.effects import Container
from ci_kit.adopt.recognise.images import is_server_image, version_of_image
from ci_kit.adopt.splices import Splice
from ci_kit.adopt.values import Scope, scalar_value

_KEYS = frozenset({"image", "env", "ports", "options"})


@dataclass(frozen=True)
class Service:
    """One service container. ``problem`` is why the action cannot replace it; empty if it can."""

    entry: Entry = field(repr=False)
    container: Container
    lines: tuple[int, int]
    problem: str = ""

    @property
    def name(self) -> str:
        return str(self.entry.key.value)


def services_of(job: Job, scope: Scope) -> list[Service]:
    """The service containers with MySQL or MariaDB."""
    return [
        _service(job, Entry(key, value), scope)
        for key, value in entries(value_at(job.node, "services"))
        if is_server_image(scalar_text(value_at(value, "image")) or "")
        or (str(key.value) in {"mysql", "mariadb"} and "${{" in (scalar_text(value_at(value, "image")) or ""))
    ]


def removals(job: Job, gone: list[Service]) -> list[Splice] | None:
    """The splices that remove service containers; None if they cannot be removed."""
    node = value_at(job.node, "services")
    if node is None or resolved(node) is not node:
        return None
    if len(list(entries(node))) == len(gone):
        splices = [remove_entry(job.document, job.node, "services")]
    else:
        splices = [remove_entry(job.document, node, one.name) for one in gone]
    return [one for one in splices if one] if all(splices) else None


def _service(job: Job, entry: Entry, scope: Scope) -> Service:
    node, document = entry.value, job.document
    image = scope.text(scalar_text(value_at(node, "image")) or "")
    version = version_of_image(image)
    environment = {
        str(key.value): scope.text(scalar_value(value)) for key, value in entries(value_at(node, "env"))
    }
    ports = [host_port(scope.text(scalar_value(one))) for one in items(value_at(node, "ports"))]
    problem = next(_problems(job, entry, version, scope), "")
    if not problem and (len(ports) > 1 or "" in ports):
        problem = "its ports are not understood"
    last = document.line(
        document.text.index(document.slice(node), node.start_mark.index) + len(document.slice(node))
    )
    lines = (int(entry.key.start_mark.line) + 1, last)
    return Service(entry, Container(version, environment, "".join(ports)), lines, problem)


def _problems(job: Job, entry: Entry, version: str, scope: Scope) -> Iterator[str]:
    node, text, name = entry.value, job.document.text, str(entry.key.value)
    if not isinstance(node, yaml.MappingNode):
        yield "it is not written in this place"
    if any(aliases_below(node)) or anchors_below(node):
        yield "it has an anchor or an alias"
    if f"job.services.{name}" in text or f"job.services['{name}']" in text:
        yield f"the workflow uses job.services.{name}"
    if not version:
        yield "its image is not an official one"
    for key, _ in entries(node):
        if key.value not in _KEYS:
            yield f"its key {key.value} has no input"
    try:
        options = shlex.split(scope.text(scalar_text(value_at(node, "options")) or ""))
    except ValueError:
        options = ["a quote"]
    for word in options:
        if word.startswith("-") and not word.startswith("--health-"):
            yield f"its option {word.partition('=')[0]} has no input"
