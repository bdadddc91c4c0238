"""The linters of a project: which it has, and the command that checks the code and changes nothing.

To add a linter, add one row to ``LINTERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.managers.manager import PackageManager
from ci_kit.managers.packages import declares, installs
from ci_kit.managers.toml_tables import read_table
from ci_kit.settings.names import did_you_mean


@dataclass(frozen=True)
class Linter:
    """One linter. ``arguments`` follow the program ``package``; they may depend on the project's folder.

    ``table`` is its table below ``[tool]`` of pyproject.toml, ``files`` are other files that configure it.
    """

    name: str
    package: str
    title: str
    arguments: Callable[[Path], str]
    table: tuple[str, ...]
    files: tuple[str, ...] = ()
    only_if_configured: bool = False

    def configured(self, folder: Path) -> bool:
        """Whether the project in ``folder`` has settings for it."""
        if read_table(folder / "pyproject.toml", "tool", *self.table):
            return True
        return any(_has_settings(folder / name, self.table[1:]) for name in self.files)


def _has_settings(file: Path, table: tuple[str, ...]) -> bool:
    return bool(read_table(file, *table)) if table else file.is_file()


@dataclass(frozen=True)
class LinterStep:
    """A step of the job ``static-analysis``."""

    title: str
    command: str


def _always(arguments: str) -> Callable[[Path], str]:
    return lambda _folder: arguments


def _mypy_arguments(folder: Path) -> str:
    settings = read_table(folder / "pyproject.toml", "tool", "mypy")
    files = [name for name in ("mypy.ini", ".mypy.ini", "setup.cfg") if (folder / name).is_file()]
    text = "\n".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in files)
    named = {"files", "modules", "packages"}
    from_file = any(line.partition("=")[0].strip() in named for line in text.splitlines() if "=" in line)
    # With a path as an argument, mypy would ignore the files of the settings.
    return "" if named & settings.keys() or from_file else " ."


_RUFF = ("ruff.toml", ".ruff.toml")

LINTERS: tuple[Linter, ...] = (
    Linter("black", "black", "Check the format with black", _always(" --check --diff ."), ("black",)),
    Linter(
        "ruff format",
        "ruff",
        "Check the format with ruff",
        _always(" format --check --diff ."),
        ("ruff", "format"),
        _RUFF,
        only_if_configured=True,
    ),
    Linter(
        "isort",
        "isort",
        "Check the imports with isort",
        _always(" --check-only --diff ."),
        ("isort",),
        (".isort.cfg",),
    ),
    Linter("ruff check", "ruff", "Lint with ruff", _always(" check ."), ("ruff",), _RUFF),
    # Unlike the others, flake8 does not leave out .venv by default.
    Linter(
        "flake8",
        "flake8",
        "Lint with flake8",
        _always(" --extend-exclude=.venv ."),
        ("flake8",),
        (".flake8",),
    ),
    Linter(
        "mypy", "mypy", "Check the types with mypy", _mypy_arguments, ("mypy",), ("mypy.ini", ".mypy.ini")
    ),
    Linter(
        "pyright",
        "pyright",
        "Check the types with pyright",
        _always(""),
        ("pyright",),
        ("pyrightconfig.json",),
    ),
)
"""Formatters first: their findings are the quickest to correct."""

_NAMES = tuple(linter.name for linter in LINTERS)


def linters_of(folder: Path, manager: PackageManager | None) -> tuple[Linter, ...]:
    """The linters that the project in ``folder`` uses: it installs them, and declares or configures them.

    A lock file also lists linters that another package needs, such as isort for pylint. ruff formats only if
    the project configures its format.
    """
    if manager is None:
        return ()
    return tuple(
        linter
        for linter in LINTERS
        if installs(manager, folder, linter.package)
        and (
            linter.configured(folder) or (declares(folder, linter.package) and not linter.only_if_configured)
        )
    )


def unused_linters(folder: Path, manager: PackageManager | None) -> tuple[str, ...]:
    """The packages of linters that the project configures, and that are not among its dependencies."""
    packages = {linter.package: None for linter in LINTERS if linter.configured(folder)}
    return tuple(name for name in packages if manager is None or not installs(manager, folder, name))


def linter_steps(
    names: Sequence[str] | None, folder: Path, manager: PackageManager | None, install: str
) -> tuple[LinterStep, ...]:
    """The steps of the linters with these names, or of those that the project in ``folder`` uses.

    ``install`` is a script of the project's own; empty if the package manager's commands install it. Raises
    ValueError for a name that is neither an installed linter nor a command.
    """
    environment = _environment(folder, manager, install)
    if names is not None:
        return tuple(_step(_named(name, folder, manager), folder, environment or "") for name in names)
    if environment is None:
        return ()
    return tuple(_step(linter, folder, environment) for linter in linters_of(folder, manager))


def _environment(folder: Path, manager: PackageManager | None, install: str) -> str | None:
    """What a command of the project's environment begins with; None if there are several environments."""
    environment = manager.in_environment(folder) if manager else ""
    # A script of the project's own may install into another Python than the one of .venv.
    other = environment is not None and environment.startswith(".venv") and install and ".venv" not in install
    return "" if other else environment


def _named(name: str, folder: Path, manager: PackageManager | None) -> Linter | str:
    linter = next((one for one in LINTERS if one.name == name), None)
    if linter is None:
        if " " in name:
            return name
        hint = did_you_mean(name, _NAMES) or f"the linters are {', '.join(_NAMES)}"
        raise ValueError(f"unknown linter {name!r}: {hint}; a command of your own has a space")
    if manager is None or not installs(manager, folder, linter.package):
        raise ValueError(f"{linter.package} is not among the dependencies of the project")
    return linter


def _step(linter: Linter | str, folder: Path, environment: str) -> LinterStep:
    if isinstance(linter, str):
        return LinterStep(f"Run {linter}", linter)
    return LinterStep(linter.title, f"{environment}{linter.package}{linter.arguments(folder)}")
