"""``ci-kit run``: the whole test job."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile

import click

from ci_kit.cli.call import Call, Invocation, with_call
from ci_kit.cli.flags import SettingsCommand, settings_flags
from ci_kit.errors import UsageError
from ci_kit.settings.options import OPTIONS
from ci_kit.streams import STDOUT

_JSON = "--json"

_WORDS = f"{__name__}.words"
"""Where the words after ``run`` are in click's context."""


class RunCommand(SettingsCommand):
    """A command that explains where pytest's options go."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        # click takes words off the list.
        words = tuple(args)
        # Before the words are parsed, because they may be wrong.
        if context.find_object(Invocation) and _JSON in takewhile(lambda word: word != "--", words):
            STDOUT.keep_for_result()
        context.meta[_WORDS] = words
        try:
            return super().parse_args(context, args)
        except click.NoSuchOption as error:
            raise _unknown_option(error, context, words) from error


@click.command(cls=RunCommand)
@with_call
@click.option(
    _JSON,
    "as_json",
    is_flag=True,
    help="Print the run as one JSON document to standard output, and everything else to standard error.",
)
@settings_flags(OPTIONS)
@click.argument("pytest_words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST_ARGS]")
def run(call: Call, as_json: bool, pytest_words: tuple[str, ...]) -> int:
    """Do the whole test job: time zone, server, database, tests with coverage, report.

    The words after -- are arguments for pytest.
    """
    if as_json and call.host.dry:
        raise UsageError(
            f"{_JSON} prints the result of a run, and a dry run has none",
            todo=f"leave out {_JSON} or --dry-run",
        )
    from ci_kit.pipeline import Job
    from ci_kit.report.failed_again import CommandLine

    context = click.get_current_context()
    own, _ = _split_typed(context, context.meta[_WORDS])
    typed = CommandLine(own, pytest_words)
    return Job(call.settings(pytest_args=pytest_words), call.runner, typed).run()


def _split_typed(context: click.Context, words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a command line into ci-kit's own words and all others. ``words`` are those after ``run``."""
    invocation = context.find_object(Invocation)
    typed = invocation.words if invocation else ("run", *words)
    before = typed[: len(typed) - len(words)]
    own, others = split_words(context.command.get_params(context), words)
    return ("ci-kit", *before, *own), others


def _unknown_option(error: click.NoSuchOption, context: click.Context, words: tuple[str, ...]) -> UsageError:
    from ci_kit.settings.names import did_you_mean

    # Before the words are shown: a secret may be among them.
    for option in OPTIONS:
        if option.secret and option.flag in {word.partition("=")[0] for word in words}:
            return UsageError(
                f"{option.name} does not have a flag",
                why="a list of processes would show its value",
                todo=f"set the environment variable {option.variable}",
            )
    own, others = _split_typed(context, words)
    hint = f"type: {shlex.join([*own, '--', *others])}"
    known = [name.lstrip("-") for parameter in context.command.get_params(context) for name in parameter.opts]
    if near := did_you_mean(error.option_name.lstrip("-"), known, shown_as="--{}"):
        hint = f"{near} For an option of pytest, {hint}"
    return UsageError(
        f"ci-kit run does not have the option {error.option_name}",
        why="pytest's options follow --",
        todo=hint,
    )


def split_words(
    parameters: Iterable[click.Parameter], words: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the words after ``ci-kit run`` into its own options with their values, and all others."""
    options = {
        name: parameter
        for parameter in parameters
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    own: list[str] = []
    others: list[str] = []
    remaining = iter(words)
    for word in remaining:
        name, equals, _ = word.partition("=")
        if word == "--":
            others += remaining
        elif word[:2] in options and not options[word[:2]].is_flag and word != word[:2]:
            # A short option and its value in one word, as in -CDIR.
            own.append(word)
        elif name not in options:
            others.append(word)
        elif options[name].is_flag or equals:
            own.append(word)
        else:
            own += [word, *islice(remaining, 1)]
    return tuple(own), tuple(others)
