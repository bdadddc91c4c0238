"""ci-kit's action: the one that a flag names, and the action.yml at the repository's root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ci_kit.errors import UsageError
from ci_kit.workflow.loader import LOADER
from ci_kit.workflow.uses import Uses


@dataclass(frozen=True)
class OwnAction:
    """The name and the inputs in the action.yml at the repository's root."""

    name: str
    inputs: tuple[str, ...]

    @property
    def is_ci_kit(self) -> bool:
        return "ci-kit" in self.name.lower()


def typed_action(text: str) -> Uses:
    """The action in the flag ``--action``. Raises UsageError."""
    try:
        return Uses.parse(text)
    except ValueError as error:
        raise UsageError(
            f"--action is not valid: {text!r}",
            why=str(error),
            todo='write it as "OWNER/ci-kit@SHA # version"',
        ) from error


def own_action(root: Path) -> OwnAction | None:
    """The action at the repository's root, None if there is none. Raises UsageError for a broken file."""
    path = root / "action.yml"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  (LOADER is a safe loader)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="correct the file") from error
    match document:
        case {"name": str(name), "inputs": dict(inputs)}:
            return OwnAction(name, tuple(map(str, inputs)))
        case {"name": str(name)}:
            return OwnAction(name, ())
    raise UsageError(f"{path} is not a valid action", why="it has no name", todo="add a name to it")
