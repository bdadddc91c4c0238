"""``ci-kit render``: the workflow file."""

from __future__ import annotations

import click

from ci_kit.cli.call import Call, with_call


@click.command()
@with_call
@click.option("--check", is_flag=True, help="Change nothing; fail if the file is out of date.")
@click.option("--diff", is_flag=True, help="Change nothing; print the difference.")
@click.option("--force", is_flag=True, help="Replace a file that ci-kit did not write.")
def render(call: Call, check: bool, diff: bool, force: bool) -> None:
    """Write the workflow file from [tool.ci-kit.workflow] and the templates."""
    from ci_kit.settings.pyproject import read_table, resolve_root
    from ci_kit.workflow.render import render

    call.warn(read_table(resolve_root(call.root)).warnings)
    render(call.root, call.host, check=check, diff=diff, force=force)
