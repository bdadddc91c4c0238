"""Warnings about what in a project replaces the variables of a run.

The tests would then log in elsewhere, and the reason would be hard to find.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ci_kit.testing.dotenv.env_file import find_env_file, folders_above, replaced_variables
from ci_kit.testing.dotenv.loaders import WORDS, Loader, find_loaders
from ci_kit.testing.dotenv.pytest_config import loaded_files, read_configuration, set_variables

_SKIPPED = {"node_modules", "site-packages", "__pycache__", "build", "dist", "docs", "examples"}
_LARGEST = 1_000_000
_WORDS = re.compile("|".join(WORDS).encode())
_LONGEST = 60
# Where the settings module of Django may be named.
_CONFIGURATIONS = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")
_TEST_FILE = re.compile(r"conftest\.py|test_.*\.py|.*_test\.py")


def override_warnings(
    root: Path, environ: Mapping[str, str], *, pytest_args: Sequence[str] = (), has: Collection[str] = ()
) -> list[str]:
    """A warning for each file that replaces variables of the run, with what loads it.

    ``environ`` has the variables that the run sets. ``has`` are the modules that the project can import.
    """
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for file, names, loader in (*_by_code(root, environ, has), *_by_pytest(root, environ, pytest_args, has)):
        if names:
            found.setdefault((file, names), []).append(loader)
    return [
        f"{file} replaces {_and(names)} of this run: {'; '.join(loaders)}. Let the environment win there, or"
        " remove these variables from the file"
        for (file, names), loaders in found.items()
    ]


def _by_code(
    root: Path, environ: Mapping[str, str], has: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    modules, env_files = _files(root)
    # Most projects have no such file, and their modules need not be read.
    if not any(_replaced(file, environ, any_case=True) for file in env_files):
        return
    for path, loader in _loaders(modules):
        if loader.needs and loader.needs not in has:
            continue
        file = find_env_file(loader.files, path.parent, root)
        names = _replaced(file, environ, any_case=loader.any_case) if file else ()
        if file and names and _is_imported(path, root, modules):
            yield _shown(file, root), names, f"{_shown(path, root)}:{loader.line} has {_short(loader.code)}"


def _by_pytest(
    root: Path, environ: Mapping[str, str], arguments: Sequence[str], has: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    plugins = {"pytest_env", "pytest_dotenv"} & set(has)
    if not plugins:
        return
    configuration = read_configuration(root)
    for name, why in loaded_files(configuration, arguments, plugins):
        if file := find_env_file([name], root, root):
            yield _shown(file, root), _replaced(file, environ), why
    yield (
        configuration.file,
        set_variables(configuration, environ, plugins),
        "pytest-env sets them without D:",
    )


def _files(root: Path) -> tuple[list[Path], list[Path]]:
    """The project's own Python files, and all files there or above that may be a ``.env`` file."""
    modules: list[Path] = []
    env_files = [path for folder in folders_above(root, root) for path in sorted(folder.glob("*env*"))]
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in set(folders) - _SKIPPED
            if not name.startswith(".") and not Path(folder, name, "pyvenv.cfg").exists()
        )
        modules += [Path(folder, name) for name in sorted(files) if name.endswith(".py")]
        env_files += [Path(folder, name) for name in files if "env" in name and not name.endswith(".py")]
    return modules, [path for path in env_files if path.is_file()]


def _loaders(modules: Sequence[Path]) -> Iterator[tuple[Path, Loader]]:
    for path in modules:
        source = _bytes(path)
        if _WORDS.search(source):
            for loader in find_loaders(source.decode(errors="replace")):
                yield path, loader


def _is_imported(path: Path, root: Path, modules: Sequence[Path]) -> bool:
    """Whether the tests may import a module: it is one of theirs, or another file of the project names it.

    A script that no other file names, such as one for a deployment, does not concern the tests.
    """
    if _TEST_FILE.fullmatch(path.name):
        return True
    name = re.escape(path.parent.name if path.name == "__init__.py" else path.stem)
    # In an import, or in a text such as "shop.settings".
    named = re.compile(rf"^\s*(?:from|import)\s.*\b{name}\b|[\"'\s=][\w.]+\.{name}[\"'\s]", re.MULTILINE)
    others = (*(one for one in modules if one != path), *(root / one for one in _CONFIGURATIONS))
    return any(named.search(_bytes(one).decode(errors="replace")) for one in others)


def _replaced(file: Path, environ: Mapping[str, str], *, any_case: bool = False) -> tuple[str, ...]:
    return replaced_variables(_bytes(file).decode(errors="replace"), environ, any_case=any_case)


def _bytes(path: Path) -> bytes:
    with suppress(OSError):
        if path.stat().st_size <= _LARGEST:
            return path.read_bytes()
    return b""


def _shown(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)


def _short(code: str) -> str:
    return code if len(code) <= _LONGEST else f"{code[: _LONGEST - 1]}…"


def _and(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
