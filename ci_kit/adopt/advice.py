"""Mistakes that hand-written workflows often have. ci-kit names them and does not change them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import yaml

from ci_kit.adopt.document import Document, Step
from ci_kit.adopt.explanation import Advice
from ci_kit.adopt.nodes import entries, resolved, value_at
from ci_kit.adopt.script_source import ScriptSource
from ci_kit.adopt.values import scalar_value

_FIX = re.compile(r"\b(?:ruff|isort)\b[^\n]*--fix\b")
_POETRY_PATH = re.compile(r"\.poetry/bin")
_WRONG_PATH_FILE = re.compile(r"%GITHUB_(?:PATH|ENV|OUTPUT)%?")
_PASSWORD_ARGUMENT = re.compile(r"\b(?:mysql|mariadb|mysqladmin)\b[^\n|;]*?\s(?:-p(?=\S)|--password=)")
_HIDDEN_COLLECTION = re.compile(
    r"--collect-only[^\n]*2>\s*/dev/null[^\n]*\|\|\s*true|--collect-only[^\n]*grep -c[^\n]*\|\|\s*true"
)
_NO_ROOT = re.compile(r"\bpoetry install\b(?![^\n]*--no-root)")
_OLD_POETRY = re.compile(r"poetry(?:==|\S*\s--version\s)1\.|--version 1\.\d|POETRY_VERSION=1\.")


def advice_for(document: Document) -> Iterator[Advice]:
    """The mistakes in a workflow, in all its jobs."""
    for job in document.jobs:
        for step in job.steps:
            if not step.is_alias and "run" in step.entries:
                for check in _SCRIPT_CHECKS:
                    yield from check(ScriptSource(document, step.entries["run"].value), step)
    yield from _numbers(document)


def _found(source: ScriptSource, pattern: re.Pattern[str], text: str) -> Iterator[Advice]:
    for found in pattern.finditer(source.script):
        line = source.script[source.script.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not line.lstrip().startswith("#"):
            yield Advice(source.line(found.start()), text.format(found[0].strip()))


def _fixes(source: ScriptSource, _: Step) -> Iterator[Advice]:
    text = "a linter with --fix changes the files and hides what it found; leave --fix out in CI"
    yield from _found(source, _FIX, text)


def _paths(source: ScriptSource, _: Step) -> Iterator[Advice]:
    yield from _found(source, _WRONG_PATH_FILE, "{} is the form of Windows; here the line does nothing")
    text = "~/.poetry/bin does not exist: Poetry's installer writes into ~/.local/bin"
    yield from _found(source, _POETRY_PATH, text)


def _passwords(source: ScriptSource, _: Step) -> Iterator[Advice]:
    text = "a password in the arguments is in the list of processes of the machine"
    yield from list(_found(source, _PASSWORD_ARGUMENT, text))[:1]


def _collections(source: ScriptSource, _: Step) -> Iterator[Advice]:
    text = "a conftest.py that cannot be loaded counts as no tests here, and the job is green"
    yield from _found(source, _HIDDEN_COLLECTION, text)


def _installs(source: ScriptSource, step: Step) -> Iterator[Advice]:
    if _OLD_POETRY.search(step.document.text):
        return
    text = "Poetry 2 fails here if the project is not a package: add --no-root"
    yield from _found(source, _NO_ROOT, text)


_SCRIPT_CHECKS: tuple[Callable[[ScriptSource, Step], Iterator[Advice]], ...] = (
    _fixes,
    _paths,
    _passwords,
    _collections,
    _installs,
)


def _numbers(document: Document) -> Iterator[Advice]:
    """Values of env that GitHub reads as numbers, and writes in another way."""
    jobs = [value_at(document.root, "env")]
    for job in document.jobs:
        jobs += [value_at(job.node, "env"), *(value_at(step.node, "env") for step in job.steps)]
    for env in jobs:
        for key, value in entries(env):
            node = resolved(value)
            if (
                isinstance(node, yaml.ScalarNode)
                and node.style is None
                and node.value not in {"", "~", "null"}
            ):
                changed = scalar_value(value)
                if changed != node.value:
                    text = f"{key.value}: {node.value} is a number, and arrives as {changed}; write quotes"
                    yield Advice(int(value.start_mark.line) + 1, text)
