"""Runs pytest, coverage, or both in the project's Python, as the words after FOLDER tell Python itself to.

Usage: project_side FOLDER/N -m pytest [ARGUMENT...]
       project_side FOLDER/N SCRIPT [ARGUMENT...], for the script pytest
       project_side FOLDER/N -m coverage run -m pytest [ARGUMENT...], and the same with SCRIPT
       project_side FOLDER/N -m coverage run -m MODULE|FILE|-c TEXT [ARGUMENT...]
       project_side FOLDER -m coverage combine
       project_side FOLDER -m coverage report -m [--fail-under=PERCENT] [--FORMAT=PATH...] [--contexts=PATH]

FOLDER is for the files of this run, and FOLDER/N for those of one command. The modules session, program and
report describe what is different there.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent


def main() -> int:
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    _set_first_path()
    if words[:2] == ["-m", "coverage"] and words[2] != "run":
        return int(_load("report").main(folder, words[2:], _load))
    return int(_load("session").main(folder, words, _load))


def _set_first_path() -> None:
    """Put the working directory in the place of this folder, as ``python -m`` does."""
    if sys.flags.isolated or getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    else:
        sys.path[0] = str(Path.cwd())


def _load(name: str) -> ModuleType:
    """Import a module of this folder, without a place for it in ``sys.modules``."""
    path = _HERE / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
