"""The help of every command."""

from __future__ import annotations

import typing

import click
import pytest

from ci_kit.errors import exit_codes
from ci_kit.settings.option import Group
from tests.unit.cli.commands import COMMANDS, every_command
from tests.unit.support import exit_code, python

pytestmark = pytest.mark.usefixtures("restored_signals")


def test_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    for code, meaning in exit_codes().items():
        assert [str(code), *meaning.split()] in lines


@every_command
def test_every_command_and_each_of_its_options_has_a_help(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, "--help") == 0
    # A line may also end inside of a word with a hyphen.
    text = "".join(capsys.readouterr().out.split())
    command = COMMANDS[words]
    assert command.help
    assert "".join(command.help.split()) in text
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert "".join(parameter.help.split()) in text


def test_no_command_takes_a_password() -> None:
    parameters = [parameter for command in COMMANDS.values() for parameter in command.params]
    flags = [flag for one in parameters if not getattr(one, "is_flag", False) for flag in one.opts]
    assert [flag for flag in flags if "password" in flag] == []


def test_help_loads_only_what_it_needs() -> None:
    script = (
        "import sys, ci_kit.cli\n"
        "try: ci_kit.cli.main(['--help'])\n"
        "except SystemExit: print('loaded', *sys.modules)\n"
    )
    loaded = set(python("-c", script).stdout.rpartition("loaded ")[2].split())
    assert {"click", "ci_kit.cli"} <= loaded
    heavy = {
        "mysql",
        "jinja2",
        "yaml",
        "subprocess",
        "asyncio",
        "ssl",
        "socket",
        "importlib.metadata",
        "tomllib",
    }
    assert (
        loaded & (heavy | {"ci_kit.host.machine", "ci_kit.pipeline", "ci_kit.mysql", "ci_kit.workflow"})
        == set()
    )


@pytest.mark.parametrize(
    ("words", "groups"), [(["run"], typing.get_args(Group)), (["mysql", "up"], typing.get_args(Group)[:-2])]
)
def test_the_flags_of_settings_stand_under_their_groups(
    words: list[str], groups: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, "--help") == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [line for line in lines if line.endswith(":") and not line.startswith((" ", "Usage"))]
    assert headings == [f"{heading}:" for heading in ("Options", *groups)]
    database = lines[lines.index("Database:") :]
    assert any(line.startswith("  --init-sql ") for line in database)
    assert not any(line.startswith("  --replicas ") for line in database)


def test_the_flags_name_what_their_value_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("run", "--help") == 0
    printed = capsys.readouterr().out
    for flag in ("--html FILE", "--history FOLDER", "--fail-under PERCENT", "--boot-timeout SECONDS"):
        assert f"  {flag} " in printed
