"""The project's own Python, and the test tools in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command, Env
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.activation import activation, changes
from ci_kit.testing.advice import how_to_install
from ci_kit.testing.search import Interpreter, find_interpreter

PYTEST = frozenset({"pytest"})

# No braces: `hatch run` takes them for fields of its own.
_PROBE = """\
import importlib.util, json, os, sys, sysconfig
names = ["pytest", "coverage", "pytest_jsonreport", "xdist", "pytest_env", "pytest_dotenv"]
has = [name for name in names + sys.argv[1:] if importlib.util.find_spec(name)]
if importlib.util.find_spec("environs"):
    import importlib.metadata
    if int(importlib.metadata.version("environs").split(".")[0]) < 15:
        has.append("environs<15")
facts = dict(version=sys.version.split()[0], prefix=sys.prefix, base=sys.base_prefix, has=has)
scripts = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", os.name + "_user")]
facts.update(scripts=scripts + [os.path.dirname(sys.executable)])
facts.update(executable=sys.executable, environ=dict(os.environ))
print(json.dumps(facts))
"""


@dataclass(frozen=True)
class Project:
    """A project's Python: the command that runs it, its version, and the test tools that it can import.

    ``has`` also contains ``environs<15`` for an old release of that library, and modules that test-command
    runs. ``pytest`` are its arguments that start pytest. ``scripts`` are the folders of its scripts.
    ``activation`` are the changes of the environment that activate it; ``why`` tells how ci-kit found it.
    """

    python: tuple[str, ...]
    version: str
    has: frozenset[str]
    pytest: tuple[str, ...] = ("-m", "pytest")
    scripts: tuple[str, ...] = ()
    activation: Env = field(default_factory=dict, repr=False)
    why: str = ""

    def command(self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Command:
        """A call of this Python with arguments."""
        return Command([*self.python, *words], env=env, cwd=cwd, unshown=self.activation)

    def variable(self, name: str, host: Host) -> str | None:
        """The value of an environment variable in calls of this Python."""
        return {**host.environ, **self.activation}.get(name)

    def __str__(self) -> str:
        return f"{self.version}, {self.why}" if self.version else self.why


def inspect_project(host: Host, settings: Settings, *, modules: frozenset[str] = PYTEST) -> Project:
    """The project's Python. Raises UnavailableError if it cannot run the tests.

    ``modules`` are those that the commands of the tests run. Coverage is required too, if it measures them.
    """
    interpreter = find_interpreter(host, settings)
    if host.dry and interpreter.through_manager:
        # The program would create an environment that does not exist yet.
        return Project(interpreter.command, "", modules | {"coverage"}, why=str(interpreter))
    facts = _ask(host, settings, interpreter, modules)
    required = modules | {"coverage"} if settings.coverage else modules
    if missing := sorted(required - set(facts["has"])):
        advice = how_to_install(missing, interpreter, settings, host)
        raise UnavailableError(
            f"the project's Python has no {' and no '.join(missing)}",
            why=f"`{' '.join(interpreter.command)}` is Python {facts['version']} in {facts['prefix']}"
            f" ({interpreter.why})",
            todo=f"{advice}, or set its Python with the setting python",
        )
    python, env = _activated(host, interpreter, facts)
    return Project(
        python,
        facts["version"],
        frozenset(facts["has"]),
        _pytest(facts, settings) if "pytest" in modules else (),
        tuple(facts["scripts"]),
        env,
        str(interpreter),
    )


def _activated(host: Host, interpreter: Interpreter, facts: Mapping[str, Any]) -> tuple[tuple[str, ...], Env]:
    """The command that starts the Python from now on, and what activates its environment."""
    if interpreter.through_manager:
        # The program starts once: each start takes up to a second. It may have set variables of its own.
        return (facts["executable"],), changes(host.environ, facts["environ"])
    if len(interpreter.command) > 1:
        return interpreter.command, {}
    return interpreter.command, activation(facts["prefix"], facts["base"], host.environ)


def _pytest(facts: Mapping[str, Any], settings: Settings) -> tuple[str, ...]:
    """The arguments that start pytest: as a module, or the path of the command, which is a script."""
    if settings.root_on_path:
        return ("-m", "pytest")
    for folder in facts["scripts"]:
        if (path := Path(folder, "pytest")).is_file():
            return (str(path),)
    raise UnavailableError(
        "the project's Python has no command pytest",
        why=f"root-on-path is off (it came from {settings.source('root-on-path')}), and there is no pytest"
        f" among the scripts of {facts['prefix']}",
        todo="install pytest again, or turn root-on-path on",
    )


def _ask(host: Host, settings: Settings, interpreter: Interpreter, modules: Iterable[str]) -> dict[str, Any]:
    python = interpreter.command
    try:
        # A package manager may install the project's environment first, which takes an unknown time.
        answer = host.ask(Command([*python, "-c", _PROBE, *sorted(modules)], cwd=settings.root), seconds=None)
    except UnavailableError as error:
        source = f" (it came from {settings.source('python')})" if settings.given("python") else ""
        error.todo = (
            f"set the project's Python with the setting python{source}; by default, ci-kit takes it from"
            " .venv, a package manager or the PATH"
        )
        raise
    try:
        facts: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise UnavailableError(
            f"`{' '.join(python)}` does not run as Python",
            why=f"its exit code was {answer.code}",
            details=tuple((answer.stderr or answer.stdout).splitlines()[-5:]),
            todo="install the project's dependencies, or set its Python with the setting python",
        ) from error
    return facts
