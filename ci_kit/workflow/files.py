"""The files that ``ci-kit render`` writes, checks or compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from ci_kit.errors import OutOfDateError, UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.templating import require_inside
from ci_kit.workflow.difference import unified_diff
from ci_kit.workflow.header import MARK, is_edited, is_generated, without_header
from ci_kit.workflow.loading import Workflow, load_workflows
from ci_kit.workflow.loss import lost
from ci_kit.workflow.render import render_text, require_valid
from ci_kit.workflow.sections import BEGIN, END, with_sections
from ci_kit.workflow.settings import WorkflowSettings
from ci_kit.workflow.uses import Uses, moved_pins


@dataclass(frozen=True)
class Rendered:
    """The expected text of a file, and ``current``, its present text (None if there is no file)."""

    path: Path
    text: str
    current: str | None
    workflow: Workflow

    @property
    def settings(self) -> WorkflowSettings:
        return self.workflow.settings

    @property
    def foreign(self) -> bool:
        """Whether the present file was not written by ci-kit."""
        return self.current is not None and not is_generated(self.current)

    @property
    def edited(self) -> bool:
        """Whether ci-kit wrote the present file, and it has been changed since."""
        if self.current is None or self.foreign:
            return False
        # Dependabot may have moved a pin before the pin file: the file then only lacks its new checksum.
        return without_header(self.current) != without_header(self.text) and is_edited(self.current)

    @property
    def up_to_date(self) -> bool:
        return self.current == self.text

    @property
    def diff(self) -> str:
        """The unified diff from the present to the expected text, as `git apply` reads it, or empty."""
        name = self.settings.path
        before = "/dev/null" if self.current is None else f"a/{name}"
        return unified_diff(self.current or "", self.text, (before, f"b/{name}"))

    @property
    def first_difference(self) -> int:
        """The first line of the present text that differs, from 1; 0 if there is no file."""
        if self.current is None:
            return 0
        # The checksum differs wherever the text does.
        body = without_header(self.current)
        header = self.current.removesuffix(body).count("\n")
        lines, expected = body.splitlines(), without_header(self.text).splitlines()
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(lines, expected, strict=False)))
        return header + min(same + 1, max(len(lines), 1))

    @property
    def lost(self) -> tuple[str, ...]:
        """What the present file has and the expected one does not."""
        return () if self.current is None else lost(self.current, self.text)


def render_files(
    root: Path, names: Sequence[str] = (), planned: Mapping[str, Any] | None = None
) -> tuple[Rendered, ...]:
    """Render the workflow files of the repository in ``root``, or those with the given names.

    ``planned`` is the content of ``[tool.ci-kit]`` before it is written; None reads pyproject.toml. Raises
    UsageError if the settings or a template are wrong, or if a section has no place any more.
    """
    return tuple(_render(root, workflow) for workflow in chosen_workflows(root, names, planned))


def _render(root: Path, workflow: Workflow) -> Rendered:
    path = root / workflow.settings.path
    # The file too: its present text is shown.
    for place in (path.parent, path):
        require_inside(place, root)
    text, current = render_text(root, workflow.settings), _current(path)
    if current is not None and is_generated(current):
        text = _with_sections(text, current, path, workflow)
    return Rendered(path, text, current, workflow)


def _with_sections(text: str, current: str, path: Path, workflow: Workflow) -> str:
    """The text with the sections of the present text. Raises UsageError if it is not valid with them."""
    body = without_header(text)
    merged = text.removesuffix(body) + with_sections(body, without_header(current), str(path))
    try:
        require_valid(merged, workflow.settings)
    except UsageError as error:
        raise UsageError(
            f"{path} is not valid with its sections",
            why=error.why,
            details=error.details,
            todo=f'correct the lines between "{BEGIN}" and "{END}"',
        ) from error
    return merged


def chosen_workflows(
    root: Path, names: Sequence[str], planned: Mapping[str, Any] | None = None
) -> tuple[Workflow, ...]:
    """The workflows whose files have one of the names, without ``.yml``; all without a name.

    Raises UsageError for a name that no file has.
    """
    workflows = load_workflows(root, planned)
    known = list(dict.fromkeys(one.settings.path.stem for one in workflows))
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no workflow {name!r}",
                why="a workflow has the name of its file, without .yml",
                todo=did_you_mean(name, known) or f"the workflows are {', '.join(known)}",
            )
    return tuple(one for one in workflows if one.settings.path.stem in names or not names)


def _current(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}", why=error.strerror or str(error)) from error


def require_own(rendered: Rendered) -> None:
    """Raise UsageError if ci-kit did not write the present file, or if it was edited since."""
    if rendered.foreign:
        what, why = "was not generated by ci-kit", f"its first line does not begin with {MARK!r}"
    elif rendered.edited:
        what, why = "was edited after ci-kit wrote it", _edits(rendered)
    else:
        return
    losses = tuple(f"--force would remove {loss}" for loss in rendered.lost)
    todo = (
        f"check `ci-kit render --diff`, then use --force; or set another path in [{rendered.settings.table}]"
    )
    raise UsageError(f"{rendered.path} {what}", why=why, details=losses, todo=todo)


def out_of_date(files: Sequence[Rendered]) -> OutOfDateError:
    """The error for files that differ from their settings and templates."""
    if len(files) == 1:
        (file,) = files
        why, todo = _reason(file)
        details = tuple(file.diff.splitlines())
        return OutOfDateError(f"{file.path} is not up to date", why=why, details=details, todo=todo)
    reasons = [f"{file.path}: {_reason(file)[0]}" for file in files]
    return OutOfDateError(
        f"{len(files)} generated files are not up to date",
        details=(*reasons, *(line for file in files for line in file.diff.splitlines())),
        todo="; ".join(dict.fromkeys(_reason(file)[1] for file in files)),
    )


def _reason(rendered: Rendered) -> tuple[str, str]:
    todo = "run `ci-kit render` and commit the file"
    if rendered.current is None:
        return "it does not exist", todo
    if _moved(rendered):
        return _edits(rendered), (
            "run `ci-kit pins update --from-workflows` and `ci-kit render` to keep the pins of the file, or"
            " `ci-kit render --force` to replace them; then commit the files"
        )
    if rendered.edited:
        return _edits(rendered), "run `ci-kit render`, which tells what it would remove, and commit the file"
    return "it differs from the settings and templates", todo


def _edits(rendered: Rendered) -> str:
    # Dependabot updates pins in the generated file only.
    if moved := _moved(rendered):
        pins = (f"{old.action} is {old.label} in the file, and its pin is {new.label}" for old, new in moved)
        return f"only pins differ: {'; '.join(pins)}"
    return "its lines do not fit its checksum"


def _moved(rendered: Rendered) -> list[tuple[Uses, Uses]]:
    return moved_pins(without_header(rendered.current or ""), without_header(rendered.text))
