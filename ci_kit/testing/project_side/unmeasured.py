"""Finds out why coverage measured nothing, or nothing but the tests."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from coverage import Coverage

# pytest's names for files of tests, and the folders that have them and their helpers.
_TEST_FILE = re.compile(r"(test_.*|.*_test|tests?|conftest)\.py")
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})
_SOURCE_FOLDERS = ("src", "lib")


def explain(coverage: Coverage) -> dict[str, str] | None:
    """What went wrong, why, and what to do about it; None if coverage measured code of the project."""
    data = coverage.get_data()
    measured = set(data.measured_files())
    tests = [path for path in measured if _is_test(Path(path))]
    if any(data.lines(path) for path in measured.difference(tests)):
        return None
    executed = any(data.lines(path) for path in tests)
    if copies := list(_installed_copies()):
        names = ", ".join(f'"{path.stem}"' for path, _ in copies)
        return {
            "what": "coverage measured only the tests" if executed else "coverage measured no line that ran",
            "why": "; ".join(
                f"Python imports {path.stem} from {place}, not from {path}" for path, place in copies
            ),
            "todo": "install the project in editable mode (pip install -e .), or let coverage measure the"
            f" installed copy: source_pkgs = [{names}] in its configuration",
        }
    if executed:
        return None
    file = coverage.config.config_file or "the configuration of coverage"
    return {
        "what": "none of the files that coverage measures ran" if measured else "coverage measured nothing",
        "why": "; ".join(_likely_causes(coverage)),
        "todo": f"correct source, include or omit in {file}, or import the code in the tests",
    }


def _is_test(path: Path) -> bool:
    here = Path.cwd()
    folders = (path.relative_to(here) if path.is_relative_to(here) else path).parts[:-1]
    return bool(_TEST_FILE.fullmatch(path.name) or _TEST_FOLDERS.intersection(folders))


def _installed_copies() -> Iterator[tuple[Path, Path]]:
    """The packages and modules of this project that Python imports from another place, and that place."""
    here = [path.parent for path in Path().glob("*/__init__.py")]
    inside = [path for folder in _SOURCE_FOLDERS for path in Path(folder).glob("*")]
    for path in sorted({*here, *inside}):
        place = None if path.name in _TEST_FOLDERS else _place(path.stem)
        if place and place.resolve() != path.resolve():
            yield path, place


def _place(name: str) -> Path | None:
    """The folder or file that Python imports a module from."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    place = next(iter(spec.submodule_search_locations or ()), spec.origin)
    return Path(place) if place else None


def _likely_causes(coverage: Coverage) -> Iterator[str]:
    sources, packages = _names(coverage, "run:source"), _names(coverage, "run:source_pkgs")
    folders = [name for name in sources if Path(name).is_dir()]
    for name in folders:
        yield f"no test ran a Python file of the folder {name}, which source names"
    for name in [*sources, *packages]:
        if name in folders:
            continue
        if _place(name):
            yield f"no test imported {name}, which source names"
        else:
            yield f"source names {name}, which is neither a folder here nor a module that Python finds"
    for option in ("include", "omit"):
        if patterns := _names(coverage, f"run:{option}"):
            yield f"{option} may leave out too much: {', '.join(patterns)}"
    if not sources and not packages:
        yield "what the tests ran is installed in site-packages, or ran in another process"


def _names(coverage: Coverage, option: str) -> list[str]:
    value = coverage.get_option(option)
    return [str(name) for name in value] if isinstance(value, (list, tuple)) else []
