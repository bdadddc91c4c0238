"""Where the value of a setting came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ci_kit.settings.option import Option
from ci_kit.settings.pyproject import TABLE


@dataclass(frozen=True)
class Source:
    """``text`` names the place in a message. ``application`` is a variable that applications read too."""

    kind: Literal["flag", "variable", "application", "pyproject", "default"]
    text: str

    @property
    def explicit(self) -> bool:
        """Whether the value was given to ci-kit itself: by a flag, a CI_KIT_* variable or pyproject.toml."""
        return self.kind in {"flag", "variable", "pyproject"}


DEFAULT = Source("default", "the defaults")


def flag_source(option: Option) -> Source:
    return Source("flag", option.flag)


def variable_source(option: Option, variable: str) -> Source:
    kind: Literal["variable", "application"] = "variable" if variable == option.variable else "application"
    return Source(kind, f"the environment variable {variable}")


def pyproject_source(option: Option, file: str) -> Source:
    """``file`` is the path of the pyproject.toml, relative to the project's folder."""
    return Source("pyproject", f"[{TABLE}] {option.name} in {file}")
