"""Whether the tests of a workflow write a comment on the pull request: their job then needs a right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.settings.inherited import nearest_tables, read_tables
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.project_folders import project_folders

(_COMMENT,) = (option for option in OPTIONS if option.name == "comment")


def asks_for_comment(project: Path, inputs: Mapping[str, str], env: Mapping[str, str]) -> bool:
    """Whether the input, the variable or the project's own table asks for a comment, in this order.

    An expression counts as a yes, because only the run gets its value.
    """
    # An empty input leaves the choice to the next place.
    given: object = inputs.get(_COMMENT.name) or env.get(_COMMENT.variable)
    found = nearest_tables(read_tables(project_folders(project, {}))).get(_COMMENT.name)
    if not given and found:
        given = found.table.values[_COMMENT.name]
    try:
        return given is not None and _COMMENT.value_of(given) != "no"
    except ValueError:
        # Of a wrong value, the run itself complains.
        return "${{" in str(given)
