"""``ci-kit doctor``: what a run would do here, and what is missing."""

from __future__ import annotations

import click

from ci_kit.cli.call import Call, with_call
from ci_kit.cli.flags import SettingsCommand, settings_flags
from ci_kit.settings.options import OPTIONS


@click.command(cls=SettingsCommand)
@with_call
@click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output.")
@settings_flags(OPTIONS)
def doctor(call: Call, as_json: bool) -> int:
    """Show what a run would do here, with which Python and server, and what is missing.

    It changes nothing. The exit code is that of the error with which the run would end.
    """
    from ci_kit.doctor.command import doctor

    text, code = doctor(call.settings(), call.runner, as_json=as_json)
    click.echo(text)
    return code
