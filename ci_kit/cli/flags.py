"""The flags of settings: one for each option, listed in ``--help`` under the options' groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from ci_kit.cli.call import JobCommand
from ci_kit.settings.option import Option
from ci_kit.settings.options import OPTIONS

_Function = TypeVar("_Function", bound=Callable[..., Any])
_GROUPS: dict[str | None, str] = {option.field: option.group for option in OPTIONS}


class SettingsCommand(JobCommand):
    """A job whose help lists the flags of settings under the headings of their groups."""

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(context):
            record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
            if record:
                sections.setdefault(_GROUPS.get(parameter.name, "Options"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def settings_flags(options: Iterable[Option]) -> Callable[[_Function], _Function]:
    """A flag for each of the options, except for secrets."""
    flags = [_flag(option) for option in options if not option.secret]

    def decorate(command: _Function) -> _Function:
        for flag in reversed(flags):
            command = flag(command)
        return command

    return decorate


def _flag(option: Option) -> Callable[[_Function], _Function]:
    if option.switch:
        names = f"{option.flag}/--no-{option.name}"
        return click.option(names, option.field, default=None, help=option.help)
    metavar = "|".join(option.choices) or option.metavar or option.name.rsplit("-", 1)[-1].upper()
    if option.is_list:
        return click.option(
            option.flag,
            option.field,
            multiple=True,
            callback=_joined(option),
            metavar=metavar,
            help=option.help,
            shell_complete=_choices(option),
        )
    return click.option(
        option.flag, option.field, metavar=metavar, help=option.help, shell_complete=_choices(option)
    )


def _choices(option: Option) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """What a shell offers for the value of a flag."""

    def matching(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        return [choice for choice in option.choices if choice.startswith(begun)]

    return matching


def _joined(option: Option) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], object]:
    """The words of a flag that is given several times, in order; None if it is not given."""

    def join(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> object:
        if not texts:
            return None
        from ci_kit.settings.parsing import parse
        from ci_kit.settings.source import flag_source

        words: list[object] = []
        for text in texts:
            parsed = parse(option, text, flag_source(option))
            words += parsed if isinstance(parsed, tuple) else ()
        return tuple(words)

    return join
