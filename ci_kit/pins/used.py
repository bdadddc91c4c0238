"""The actions that the generated workflows use, and the place where the ref of each one is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.pins.releases import version_number
from ci_kit.workflow.files import Rendered, render_files
from ci_kit.workflow.header import without_header
from ci_kit.workflow.pins import PINS, PROJECT_FILE, project_pins
from ci_kit.workflow.uses import Uses, moved_pins, uses_in


@dataclass(frozen=True)
class Newer:
    """A newer version that is known without a network, and the file that has it."""

    version: str
    place: str


@dataclass(frozen=True)
class UsedAction:
    """An action of generated workflows, whose paths are ``files``.

    ``source`` is where its ref is written. ``movable`` means that the ref is a pin, which a pin file decides.
    """

    uses: Uses
    source: str
    movable: bool
    files: tuple[str, ...]
    newer: tuple[Newer, ...] = ()


def used_actions(root: Path) -> tuple[UsedAction, ...]:
    """The actions of the repository's generated workflows, by their names. Raises UsageError."""
    rendered = render_files(root)
    # A file of its own may pin an action again.
    files: dict[tuple[Uses, str, bool], list[Rendered]] = {}
    for file in rendered:
        for uses in dict.fromkeys(uses_in(file.text)):
            files.setdefault((_of_repository(uses), *_source(root, uses, file)), []).append(file)
    return tuple(
        UsedAction(
            uses,
            source,
            movable,
            tuple(dict.fromkeys(str(file.settings.path) for file in found)),
            tuple(_newer(uses, source, rendered)),
        )
        for (uses, source, movable), found in sorted(files.items(), key=lambda one: str(one[0]))
    )


def pins_in_workflows(root: Path) -> dict[str, Uses]:
    """The pins that another program, such as Dependabot, has written into the generated files.

    Raises UsageError if two files have different pins of one action.
    """
    found: dict[str, Uses] = {}
    for file in render_files(root):
        for written, expected in _moved(file):
            pin = _of_repository(written)
            if not _source(root, expected, file)[1] or not (pin.pinned and pin.version):
                continue
            if found.setdefault(pin.action, pin) != pin:
                raise UsageError(
                    f"the workflows have different pins of {pin.action}",
                    why=f"they have {found[pin.action].label} and {pin.label}",
                    todo="let Dependabot update all of them, or use `ci-kit pins update` alone",
                )
    return found


def _source(root: Path, uses: Uses, file: Rendered) -> tuple[str, bool]:
    """Where a ref is written, and whether that is a pin file."""
    own = project_pins(root)
    pin = _of_repository(uses)
    if own.get(pin.action) == pin:
        return str(PROJECT_FILE), True
    if pin.action not in own and PINS.get(pin.action) == pin:
        return "ci-kit", True
    if uses == file.settings.action:
        return file.workflow.sources["action"], False
    if file.settings.templates:
        return f"{file.settings.path}, or a template in {file.settings.templates}", False
    return str(file.settings.path), False


def _newer(uses: Uses, source: str, rendered: Sequence[Rendered]) -> Iterator[Newer]:
    """The newer versions that ci-kit's own pins and the present files have."""
    known = [(PINS[uses.action], "ci-kit")] if uses.action in PINS and source != "ci-kit" else []
    known += [
        (_of_repository(written), str(file.settings.path))
        for file in rendered
        for written, expected in _moved(file)
        if _of_repository(expected) == uses
    ]
    current = version_number(uses.version)
    for other, place in dict.fromkeys(known):
        number = version_number(other.version)
        if current and number and number > current:
            yield Newer(other.version, place)


def _moved(file: Rendered) -> list[tuple[Uses, Uses]]:
    return moved_pins(without_header(file.current or ""), without_header(file.text))


def _of_repository(uses: Uses) -> Uses:
    return Uses(uses.repository, uses.ref, uses.version)
