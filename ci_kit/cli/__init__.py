"""The command line: each command in a module of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from ci_kit import __version__
from ci_kit.cli import adopt, doctor, init, mysql, pins, render, report, run
from ci_kit.cli.call import Invocation, common_options
from ci_kit.cli.command_line import CommandGroup
from ci_kit.cli.exits import exit_code, exit_code_table, raise_on_signals


@click.group(
    cls=CommandGroup,
    epilog=exit_code_table(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "-V", "--version", prog_name="ci-kit")
@common_options
def cli() -> None:
    """CI test jobs for Python projects with a MySQL database.

    ci-kit reads its settings from flags, CI_KIT_* variables and [tool.ci-kit] in pyproject.toml, in this
    order.
    """


cli.add_command(run.run)
cli.add_command(report.report)
cli.add_command(report.combine)
cli.add_command(doctor.doctor)
cli.add_command(mysql.mysql)
cli.add_command(init.init)
cli.add_command(render.render)
cli.add_command(adopt.adopt)
cli.add_command(pins.pins)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command line, by default that of the process, and exit with its code."""
    from ci_kit.redaction import Redactor

    raise_on_signals()
    invocation = Invocation(tuple(sys.argv[1:] if argv is None else argv), Redactor())

    def command_line() -> object:
        return cli.main(list(invocation.words), prog_name="ci-kit", standalone_mode=False, obj=invocation)

    sys.exit(exit_code(command_line, invocation))
