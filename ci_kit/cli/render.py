"""``ci-kit render``: the workflow files."""

from __future__ import annotations

import click

from ci_kit.cli.call import Call, with_call


@click.command()
@with_call
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--check", "mode", flag_value="check", help="Change nothing; fail if a file is out of date.")
@click.option("--diff", "mode", flag_value="diff", help="Change nothing; print the difference.")
@click.option("--stdout", "mode", flag_value="stdout", help="Change nothing; print the text of one file.")
@click.option(
    "--explain", "mode", flag_value="explain", help="Change nothing; print each value and its source."
)
@click.option("--force", is_flag=True, help="Replace files that were written or edited by hand.")
def render(call: Call, names: tuple[str, ...], mode: str | None, force: bool) -> None:
    """Write the workflow files from pyproject.toml and the templates.

    NAME is the name of a file, without .yml. Without one, all files are written.
    """
    from ci_kit.settings.pyproject import read_table, resolve_root
    from ci_kit.workflow import writing
    from ci_kit.workflow.explain import explain

    root = resolve_root(call.root)
    call.warn(read_table(root).warnings)
    match mode:
        case "check":
            writing.check(root, call.host, names)
        case "diff":
            writing.show_difference(root, call.host, names)
        case "stdout":
            print(writing.text_of_one(root, names), end="")
        case "explain":
            print(explain(root, names), end="")
        case _:
            writing.write(root, call.host, names, force=force)
