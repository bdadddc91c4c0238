"""The action that the repository itself is, if it is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ci_kit.errors import UsageError
from ci_kit.workflow.loader import LOADER


@dataclass(frozen=True)
class OwnAction:
    """What the action.yml at the repository's root says."""

    name: str
    inputs: tuple[str, ...]

    @property
    def is_ci_kit(self) -> bool:
        return "ci-kit" in self.name.lower()


def own_action(root: Path) -> OwnAction | None:
    """None where the repository has no action at its root."""
    path = root / "action.yml"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  (both are the safe ones)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="mend the file") from error
    match document:
        case {"name": str(name), "inputs": dict(inputs)}:
            return OwnAction(name, tuple(map(str, inputs)))
        case {"name": str(name)}:
            return OwnAction(name, ())
    raise UsageError(f"{path} is not an action's", why="it has no name", todo="mend the file")
