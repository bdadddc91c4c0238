"""The errors of a wrong command line, in the one form of ci-kit's errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import click
from click.core import ParameterSource

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.parsers import integer


class CommandGroup(click.Group):
    """A group of commands. An unknown command is an error that names the nearest one."""

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if words and not self.get_command(context, words[0]) and not words[0].startswith("-"):
            self._fail(context, words[0])
        return super().resolve_command(context, words)

    def _fail(self, context: click.Context, word: str) -> NoReturn:
        names = self.list_commands(context)
        raise UsageError(
            f"{context.command_path} does not have the command {word!r}",
            why=f"the commands are {', '.join(names)}",
            todo=did_you_mean(word, names) or _see_help(context),
        )


def as_usage_error(error: click.ClickException) -> UsageError:
    """The error of click as one of ci-kit."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    words = context.command_path if context else "ci-kit"
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, _options(context))
        return UsageError(
            f"{words} does not have the option {error.option_name}", todo=near or _see_help(context)
        )
    return UsageError(_sentence(error), todo=_see_help(context))


# click 8.2 has no type arguments for it.
@dataclass(frozen=True)
class WholeNumber(click.ParamType):  # type: ignore[type-arg]
    """A whole number from ``low`` to ``high``, both included. A wrong one is the error of a wrong setting."""

    low: int
    high: int
    name = "number"

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> int:
        try:
            return integer(self.low, self.high)(value)
        except ValueError as error:
            flag = parameter.opts[0] if parameter else self.name
            raise UsageError(
                f"{flag.removeprefix('--')} is not valid: {value!r}",
                why=f"{error}; it came from {_source(flag, parameter, context)}",
                todo=_see_help(context),
            ) from error


def _source(flag: str, parameter: click.Parameter | None, context: click.Context | None) -> str:
    name = parameter.name if parameter else None
    source = context.get_parameter_source(name) if context and name else None
    if parameter and source is ParameterSource.ENVIRONMENT:
        return f"the environment variable {parameter.envvar}"
    return flag


def _sentence(error: click.ClickException) -> str:
    text = error.message.strip().removesuffix(".")
    return text[:1].lower() + text[1:]


def _options(context: click.Context | None) -> list[str]:
    parameters = context.command.get_params(context) if context else []
    return [name for one in parameters for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]


def _see_help(context: click.Context | None) -> str:
    return f"see `{context.command_path if context else 'ci-kit'} --help`"
