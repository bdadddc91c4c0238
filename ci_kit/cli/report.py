"""``ci-kit report``: the reports of runs that ended."""

from __future__ import annotations

from functools import cached_property

import click

from ci_kit.cli.call import Call, with_call
from ci_kit.cli.command_line import WholeNumber
from ci_kit.cli.flags import SettingsCommand, settings_flags
from ci_kit.settings.options import OPTIONS

# What applies to runs that ended. Each report in a file has a setting too.
_OTHERS = ("fail-under", "patch-fail-under", "min-tests", "comment", "run-name")
_OF_COMBINE = ("history", "patch-base")

_MOST_RUNS = 10_000
"""More than the jobs of any matrix: GitHub allows 256 in one."""


class ReportCommand(SettingsCommand):
    """A command with a flag for each report in a file, and for each setting among ``others``."""

    others: tuple[str, ...] = _OTHERS

    def get_params(self, context: click.Context) -> list[click.Parameter]:
        return [*super().get_params(context), *self._flags]

    @cached_property
    def _flags(self) -> list[click.Parameter]:
        # Here, because the table takes time to import, and other commands do not need it.
        from ci_kit.report.report_files import REPORT_FILES

        names = {*REPORT_FILES, *self.others}
        flags = click.Command(None)
        settings_flags(option for option in OPTIONS if option.name in names)(flags)
        return flags.params[::-1]


@click.command(cls=ReportCommand)
@with_call
@click.argument("documents", nargs=-1, metavar="DOCUMENTS...")
@click.option(
    "--min-runs",
    type=WholeNumber(1, _MOST_RUNS),
    envvar="CI_KIT_MIN_RUNS",
    default=1,
    show_default=True,
    help="Fail if fewer runs have a document.",
)
def report(call: Call, documents: tuple[str, ...], min_runs: int) -> int:
    """Report runs that ended, several as one: from the documents that run-report has written.

    DOCUMENTS are files, folders with *.json, or patterns. On a runner, ci-kit writes the page, annotations
    and outputs of a run, elsewhere the result on the terminal, and the files that the flags name. The
    settings come from flags and CI_KIT_* variables, not from pyproject.toml.
    """
    from ci_kit.report.command import report_runs

    return report_runs(call.settings(pyproject=False), call.runner, documents, min_runs=min_runs)


class CombineCommand(ReportCommand):
    others = (*_OTHERS, *_OF_COMBINE)


@click.command(cls=CombineCommand)
@with_call
@click.argument("documents", nargs=-1, metavar="DOCUMENTS...")
def combine(call: Call, documents: tuple[str, ...]) -> int:
    """Report all shards of a suite as one run: from the documents that run-report has written.

    DOCUMENTS are files, folders with *.json, or patterns. A missing shard is an error. The thresholds apply
    to all shards together, and the history keeps them as one run. The settings are those of `ci-kit run`.
    """
    from ci_kit.report.combining import combine_shards

    return combine_shards(call.settings(), call.runner, documents)
