"""``ci-kit pins``: the pinned actions of the generated workflows."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ci_kit.cli.call import Call, common_options, with_call
from ci_kit.cli.command_line import CommandGroup, WholeNumber

_LONGEST_COOL_DOWN = 3650


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
@common_options
def pins(context: click.Context) -> None:
    """List the actions of the generated workflows, or move their pins. Without a command: list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_pins, as_json=False)


@pins.command("list")
@with_call
@click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output.")
def list_pins(call: Call, as_json: bool) -> None:
    """List each action with its version, its commit, and where they are written. It needs no network."""
    from ci_kit.pins.listing import list_text, listed
    from ci_kit.settings.pyproject import resolve_root

    root = resolve_root(call.root)
    click.echo(json.dumps(listed(root), indent=2) if as_json else list_text(root), nl=as_json)


@pins.command()
@with_call
@click.argument("actions", nargs=-1, metavar="[ACTION]...")
@click.option("--check", is_flag=True, help="Change nothing; fail if a pin can move.")
@click.option("--major", is_flag=True, help="Take new major versions too: their inputs may differ.")
@click.option(
    "--cool-down",
    type=WholeNumber(0, _LONGEST_COOL_DOWN),
    metavar="DAYS",
    help="Take only releases of this age. Without it, cooldown-days of the workflow's table.",
)
@click.option(
    "--from-workflows",
    is_flag=True,
    help="Take the pins that Dependabot has written into the generated files. It needs no network.",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="Move all pins of this file, instead of those in .github/ci-kit-pins.txt.",
)
def update(
    call: Call,
    actions: tuple[str, ...],
    check: bool,
    major: bool,
    cool_down: int | None,
    from_workflows: bool,
    file: Path | None,
) -> None:
    """Move pins to the newest release of their major version.

    ACTION is an action such as actions/checkout. Without one, all actions of the generated workflows move.
    `ci-kit render` then writes them into the workflows.
    """
    from ci_kit.pins.updating import Request
    from ci_kit.pins.updating import update as update_pins
    from ci_kit.settings.pyproject import resolve_root

    if from_workflows and (major or file or cool_down is not None):
        raise click.UsageError("--from-workflows excludes --major, --cool-down and --file")
    request = Request(actions, file, cool_down, major, from_workflows, check)
    update_pins(resolve_root(call.root), call.host, request)
