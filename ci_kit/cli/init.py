"""``ci-kit init``: the settings and the workflow of a project, found in its files."""

from __future__ import annotations

import click

from ci_kit.cli.call import Call, with_call


@click.command()
@with_call
@click.option("--check", is_flag=True, help="Change nothing; fail if a setting or a workflow is missing.")
@click.option("--force", is_flag=True, help="Write the workflow beside hand-written ones, or over one.")
@click.option("--adopt", is_flag=True, help="Put ci-kit's action into the hand-written workflows.")
@click.option(
    "--action",
    metavar="USES",
    default="",
    help='Action for the workflow: "OWNER/ci-kit@SHA # version". Needed the first time.',
)
def init(call: Call, check: bool, force: bool, adopt: bool, action: str) -> None:
    """Write the settings and the workflow that fit the project.

    ci-kit looks at the project's files, and imports none. Keys that are set stay as they are.
    """
    from ci_kit.init.command import Request
    from ci_kit.init.command import init as init_repository

    if force and adopt:
        raise click.UsageError("--force and --adopt exclude each other")
    init_repository(call.root, call.host, Request(action, check, force, adopt))
