"""The settings of a run: one table for pyproject.toml, the flags, the action's inputs and the documents."""

from __future__ import annotations

from ci_kit.settings.option import Option, ServerKind
from ci_kit.settings.options.database import DATABASE
from ci_kit.settings.options.reports import REPORTS
from ci_kit.settings.options.server import SERVER
from ci_kit.settings.options.tests import TESTS
from ci_kit.settings.options.time_zone import TIME_ZONE

OPTIONS: tuple[Option, ...] = (*TIME_ZONE, *SERVER, *DATABASE, *TESTS, *REPORTS)


def options_for(kind: ServerKind) -> tuple[Option, ...]:
    """The options that apply if a run uses this kind of server."""
    return tuple(option for option in OPTIONS if kind in option.kinds)
