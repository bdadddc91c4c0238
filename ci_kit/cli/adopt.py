"""``ci-kit adopt``: hand-written steps become one step of the action."""

from __future__ import annotations

from pathlib import Path

import click

from ci_kit.cli.call import Call, with_call


@click.command()
@with_call
@click.argument("workflow", type=click.Path(path_type=Path), required=False)
@click.option("--check", is_flag=True, help="Change nothing; fail if steps can be replaced.")
@click.option("--diff", is_flag=True, help="Change nothing; print only the difference.")
@click.option("--in-place", is_flag=True, help="Write the workflow.")
@click.option(
    "--action",
    metavar="USES",
    default="",
    help='Action for the step: "OWNER/ci-kit@SHA # version". Without it, that of [tool.ci-kit.workflow].',
)
def adopt(call: Call, workflow: Path | None, check: bool, diff: bool, in_place: bool, action: str) -> None:
    """Replace hand-written set-up steps of a WORKFLOW by one step of ci-kit's action.

    Without WORKFLOW, all workflows of the repository are read. Without a flag, nothing is written: ci-kit
    explains each change and prints the difference.
    """
    from ci_kit.adopt.command import Request
    from ci_kit.adopt.command import adopt as adopt_workflows

    if check + diff + in_place > 1:
        raise click.UsageError("--check, --diff and --in-place exclude each other")
    adopt_workflows(call.root, call.host, Request(workflow, action, check, diff, in_place))
