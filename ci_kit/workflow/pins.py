"""The pins: the actions that templates use, each at the commit of a release.

ci-kit ships ``pins.txt``. A file of the project replaces pins of it and adds more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ci_kit.errors import UsageError
from ci_kit.templating import require_inside
from ci_kit.workflow.uses import Uses

PROJECT_FILE = PurePosixPath(".github/ci-kit-pins.txt")
"""The pins of a project, relative to its repository."""

SHIPPED_FILE = Path(__file__).with_name("pins.txt")
_HEADING = (
    "# Actions of the generated workflows. `ci-kit pins update` moves them, `ci-kit render` uses them.\n"
)


def pins_of(root: Path) -> Mapping[str, Uses]:
    """The pins of the repository in ``root``: its own ones replace those of ci-kit. Raises UsageError."""
    return {**PINS, **project_pins(root)}


def project_pins(root: Path) -> dict[str, Uses]:
    """The pins in the repository's own file; none without the file. Raises UsageError."""
    path = root / PROJECT_FILE
    require_inside(path, root)
    return parse_pins(pin_text(path), path)


def pin_text(path: Path) -> str:
    """The text of a pin file, empty if there is no such file. Raises UsageError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="correct the file") from error


def parse_pins(text: str, path: Path) -> dict[str, Uses]:
    """The pins in the text of a pin file, by the names of their actions. Raises UsageError."""
    pins: dict[str, Uses] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not _is_pin(line):
            continue
        try:
            pin = _parse(line)
            if pin.action in pins:
                raise ValueError(f"{pin.action} is there twice")
        except ValueError as error:
            raise UsageError(
                f"{path}, line {number} is not a pin: {line.strip()!r}",
                why=str(error),
                todo="write it as OWNER/REPOSITORY@COMMIT # VERSION, with the full commit",
            ) from error
        pins[pin.action] = pin
    return pins


def with_pins(text: str, pins: Iterable[Uses]) -> str:
    """The text of a pin file with other pins. Its comments and its order stay; a new pin comes at the end."""
    new = {pin.action: pin for pin in pins}
    lines = [
        str(new.pop(action)) if _is_pin(line) and (action := _parse(line).action) in new else line
        for line in (text or _HEADING).splitlines()
    ]
    return "".join(f"{line}\n" for line in (*lines, *new.values()))


def _is_pin(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _parse(line: str) -> Uses:
    """Read one pin. Raises ValueError."""
    pin = Uses.parse(line.strip())
    if pin.action != pin.repository:
        raise ValueError("a pin is for a whole repository: leave out the folder of the action")
    if not pin.pinned:
        raise ValueError("the commit is not complete: a tag or a branch can be moved")
    if not pin.version:
        raise ValueError("the version is missing")
    return pin


PINS: Mapping[str, Uses] = parse_pins(SHIPPED_FILE.read_text(encoding="utf-8"), SHIPPED_FILE)
"""The pins that ci-kit ships."""
