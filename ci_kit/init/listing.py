"""The list on the terminal: what was found, where, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from ci_kit.columns import padded, width
from ci_kit.console import Console
from ci_kit.init.decision import Finding

# In columns: a longer text moves the rest of its own line only.
_WIDEST = 44


def show(title: str, findings: Sequence[Finding], console: Console) -> None:
    """Show findings in aligned columns, under the name of their project."""
    rows = [(one.found, str(one.place), one.became) for one in dict.fromkeys(findings)]
    first, second = (
        max((width(row[column]) for row in rows if width(row[column]) <= _WIDEST), default=0)
        for column in (0, 1)
    )
    console.step("found", title)
    for found, place, became in rows:
        text = f"{padded(found, first)}  {console.styled(padded(place, second), 'dim')}  -> {became}"
        console.command(text)
