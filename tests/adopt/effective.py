"""The settings that ci-kit's step of a workflow has: from an input, from the environment, or by default."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from ci_kit.settings.options import OPTIONS
from tests.adopt.adopting import ACTION

_ENV = re.compile(r"\$\{\{ *env\.(\w+) *\}\}")
_OPTIONS = {option.name: option for option in OPTIONS}


@dataclass(frozen=True)
class CiKitStep:
    """A step that uses ci-kit, and the environment that its job and workflow give it."""

    job: str
    inputs: dict[str, str]
    env: dict[str, str]

    def setting(self, name: str) -> str:
        """The value of a setting. Only references to the environment are replaced."""
        option = _OPTIONS.get(name)
        variables = (option.variable, *option.also_from) if option else ()
        given = (self.inputs.get(name), *(self.env.get(variable) for variable in variables))
        default = option.default_text.replace("empty", "") if option else "."
        return _ENV.sub(lambda found: self.env.get(found[1], ""), next(filter(None, given), default))

    @property
    def password_is_repeated(self) -> bool:
        """Whether the input is a text that the environment of the step has too."""
        password = self.inputs.get("mysql-password", "")
        return bool(password) and password in self.env.values()


def ci_kit_steps(text: str) -> list[CiKitStep]:
    """The steps that run ci-kit's tests, in all jobs."""
    workflow = YAML(typ="safe", pure=True).load(text.removeprefix("\ufeff"))
    return [
        CiKitStep(name, _texts(step.get("with")), _texts(workflow, job, step))
        for name, job in workflow["jobs"].items()
        for step in job.get("steps", ())
        if str(step.get("uses", "")).startswith(f"{ACTION}@")
        and _texts(step.get("with")).get("command", "run") == "run"
    ]


def wrong_settings(step: CiKitStep, wanted: dict[str, str]) -> Iterator[str]:
    """One message for each setting that has another value than wanted."""
    for name, value in wanted.items():
        found = _pytest_words(step) if name == "pytest-args" else _normal(name, step.setting(name))
        expected: object = shlex.split(value) if name == "pytest-args" else _normal(name, value)
        if found != expected:
            yield f"{name} is {found!r}, expected {expected!r}"


def _texts(*owners: Any) -> dict[str, str]:
    """The mapping, or the merged `env` of several owners, with the texts that the runner makes of values."""
    mappings = owners if len(owners) == 1 else [owner.get("env") for owner in owners]
    merged = {name: value for mapping in mappings for name, value in (mapping or {}).items()}
    return {name: _text(value) for name, value in merged.items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
    return str(value)


def _pytest_words(step: CiKitStep) -> list[str]:
    """The arguments of pytest, from its own setting or from the one command that runs the tests."""
    words = shlex.split(step.setting("test-command"))
    for start in (["python", "-m", "pytest"], ["pytest"]):
        if words[: len(start)] == start:
            words = words[len(start) :]
    return [*words, *shlex.split(step.setting("pytest-args"))]


def _normal(name: str, value: str) -> str:
    match name:
        case "working-directory":
            return posixpath.normpath(value)
        case "timezone":
            return value.removeprefix("Etc/")
        case "fail-under":
            return value.removesuffix(".0")
    return {"yes": "true", "on": "true", "no": "false"}.get(value, value)
