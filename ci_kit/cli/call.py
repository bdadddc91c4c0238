"""What every command is called with: the project's folder, the machine, the runner and the settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ci_kit.settings.options import OPTIONS

if TYPE_CHECKING:
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host
    from ci_kit.redaction import Redactor
    from ci_kit.settings.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])
_FIELDS = frozenset(option.field for option in OPTIONS)


@dataclass
class Invocation:
    """The words after ``ci-kit``, and what outlives the command: an error that ends it is shown by this.

    - ``redactor`` has the secrets that this process must not show.
    - ``is_job`` means that the command does a job for a step of a workflow: its end is in the step's outputs.
    """

    words: tuple[str, ...]
    redactor: Redactor
    is_job: bool = False

    @property
    def is_dry(self) -> bool:
        """Whether it is a dry run, also if its words are wrong."""
        return "--dry-run" in takewhile(lambda word: word != "--", self.words)


class JobCommand(click.Command):
    """A command that does a job for a step of a workflow."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        # Before its words are parsed, because they may be wrong.
        if invocation := context.find_object(Invocation):
            invocation.is_job = True
        return super().parse_args(context, args)


@dataclass(frozen=True)
class Call:
    """What a command needs. ``flags`` maps fields of the settings to the values of their flags."""

    root: Path
    host: Host
    runner: Runner
    flags: Mapping[str, Any]

    def settings(self, *, pytest_args: Sequence[str] = (), pyproject: bool = True) -> Settings:
        """Load the settings, show their warnings, and hide the password from here on. Raises UsageError.

        Without ``pyproject``, the tables of the project do not count.
        """
        from ci_kit.settings.loading import load_settings
        from ci_kit.settings.placeholders import placeholder
        from ci_kit.settings.variables import names_of

        settings = load_settings(
            self.root, self.host.environ, self.flags, pytest_args=pytest_args, pyproject=pyproject
        )
        for server in (settings, *settings.servers):
            password = f"{{{placeholder(server.name, 'password')}}}"
            self.host.redactor.name_variables(names_of("password", server.login_variables))
            self.host.redactor.name_variables(one.name for one in settings.env if one.text == password)
            self.runner.hide(server.mysql_password)
        self.warn(settings.warnings)
        return settings

    def warn(self, warnings: Sequence[str]) -> None:
        for warning in warnings:
            self.host.console.warning(warning)


def with_call(command: _Function) -> Callable[..., Any]:
    """Call a command with a :class:`Call` in place of the common options and the flags of settings."""

    @wraps(command)
    def called(**given: Any) -> Any:
        flags = {field: given.pop(field) for field in _FIELDS & given.keys()}
        return command(_make_call(click.get_current_context(), flags), **given)

    return common_options(called)


def common_options(command: _Function) -> _Function:
    """Options that a command and the groups before it accept; the last value of ``-C`` counts."""
    for option in (
        _common("--dry-run", is_flag=True, help="Print what would be done, and change nothing."),
        _common("-q", "--quiet", is_flag=True, help="Print only problems."),
        _common("-v", "--verbose", is_flag=True, help="Print every command, file and statement."),
        _common(
            "-C",
            "directory",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Folder of the project. Without it, the current folder.",
        ),
    ):
        command = option(command)
    return command


def _common(*names: str, **attributes: Any) -> Callable[[_Function], _Function]:
    return click.option(*names, **attributes, expose_value=False, callback=_remember)


def _remember(context: click.Context, parameter: click.Parameter, value: Path | bool | None) -> None:
    # A command shares this mapping with the groups before it; what is not given must not overwrite theirs.
    if value:
        context.meta[f"{__name__}.{parameter.name}"] = value


def _make_call(context: click.Context, flags: Mapping[str, Any]) -> Call:
    from ci_kit.console import Console
    from ci_kit.github import TOKEN_VARIABLE, Runner
    from ci_kit.host.machine import DryHost, Host

    def given(name: str) -> Any:
        return context.meta.get(f"{__name__}.{name}")

    invocation = context.find_object(Invocation)
    if invocation is None:
        raise AssertionError("main() makes it")
    verbosity = bool(given("verbose")) - bool(given("quiet"))
    console = Console(verbosity, redactor=invocation.redactor)
    environ = dict(os.environ)
    token = environ.pop(TOKEN_VARIABLE, "")
    host = (DryHost if given("dry_run") else Host)(console, environ)
    runner = Runner(host, token)
    runner.hide(token)
    return Call(given("directory") or Path(), host, runner, flags)
