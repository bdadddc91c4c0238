"""Names that a user may have mistyped, and the known names they resemble."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ci_kit.settings.options import OPTIONS

_PREFIX = "CI_KIT_"

OTHER_VARIABLES = frozenset(
    {
        "CI_KIT_CACHE",
        "CI_KIT_COMMAND",
        "CI_KIT_DISPOSABLE_MACHINE",
        "CI_KIT_DOCUMENTS",
        "CI_KIT_MIN_RUNS",
        "CI_KIT_WORKING_DIRECTORY",
    }
)
"""Variables of ci-kit that are not a setting's."""


def did_you_mean(word: str, known: Iterable[str], *, shown_as: str = "{}") -> str:
    """A question that names the known word nearest to another, as in ``--{}``; empty if none is near."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {shown_as.format(close[0])!r}?" if close else ""


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A warning for each ``CI_KIT_*`` variable that ci-kit does not read."""
    known = {option.variable for option in OPTIONS} | OTHER_VARIABLES
    # An input that a workflow leaves out arrives as an empty variable.
    given = (name for name, value in sorted(environ.items()) if value and name.startswith(_PREFIX))
    return tuple(
        f"the environment variable {name} is unknown and ignored"
        + (f"; {hint}" if (hint := did_you_mean(name, known)) else "")
        for name in given
        if name not in known
    )
