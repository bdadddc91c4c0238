"""Where each value of a workflow came from, for ``ci-kit render --explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ci_kit.workflow.files import chosen_workflows
from ci_kit.workflow.linters import LinterStep
from ci_kit.workflow.loading import Workflow
from ci_kit.workflow.options import options_of


def explain(root: Path, names: Sequence[str] = ()) -> str:
    """Each setting of the workflows with its value and its source. Raises UsageError."""
    return "\n".join(_explained(one) for one in chosen_workflows(root, names))


def _explained(workflow: Workflow) -> str:
    settings = workflow.settings
    options = options_of(settings.template)
    width = max(len(option.name) for option in options)
    lines = [f"{settings.path}, from [{settings.table}] with the template {settings.template}"]
    for option in options:
        first, *more = _shown(getattr(settings, option.field))
        source = workflow.sources[option.field]
        lines.append(f"  {option.name.ljust(width)}  {first}  ({source})")
        lines += [f"  {' ' * width}  {line}" for line in more]
    return "".join(f"{line}\n" for line in lines)


def _shown(value: object) -> Iterator[str]:
    """A value as pyproject.toml would have it; a script has a line for each command."""
    match value:
        case str() if "\n" in value.strip():
            yield from value.strip().splitlines()
        case bool() | int():
            yield json.dumps(value)
        case tuple():
            yield f"[{', '.join(_text(item) for item in value)}]"
        case dict():
            yield f"{{{', '.join(f'{key} = {_text(item)}' for key, item in value.items())}}}"
        case None:
            yield "none"
        case _:
            yield _text(value)


def _text(value: object) -> str:
    text = value.command if isinstance(value, LinterStep) else str(value)
    return json.dumps(text.removesuffix("\n"), ensure_ascii=False)
