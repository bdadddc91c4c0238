"""Every command of ci-kit, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from ci_kit.cli import cli


def commands(
    group: click.Group, prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*prefix, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*prefix, name))


COMMANDS = dict(commands(cli))
LEAVES = [words for words, command in COMMANDS.items() if not isinstance(command, click.Group)]
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
every_leaf = pytest.mark.parametrize("words", LEAVES, ids=" ".join)
