"""Which Python files of a project import which others, as far as their source tells.

The graph has rather too many edges than too few: a name counts as every file that may have this name, and a
text that names a module counts as an import, because frameworks import modules by such names.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

_DOTTED = re.compile(r"\.*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\.?(?::\w+)?")
# A file with one of these names may import any file in its folder.
_DYNAMIC = frozenset(
    {
        *("import_module", "__import__", "iter_modules", "walk_packages", "find_modules"),
        *("spec_from_file_location", "run_path", "run_module", "exec"),
    }
)


class Imports:
    """The imports among the Python files with these paths. ``read`` gives the text of a file."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str]) -> None:
        self._paths = frozenset(paths)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._in_folder: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            self._in_folder[str(PurePosixPath(path).parent)].add(path)
            names = _module_names(path)
            for start in range(len(names)):
                self._by_name[".".join(names[start:])].add(path)
        self._importers: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            for imported in self._imported(path, read(path)):
                self._importers[imported].add(path)

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file, directly or through others, and the file itself."""
        found, waiting = {path}, [path]
        while waiting:
            more = self._importers[waiting.pop()] - found
            found |= more
            waiting += more
        return frozenset(found)

    def _imported(self, path: str, text: str) -> Iterator[str]:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            # It may import anything.
            yield from self._paths
            return
        for node in ast.walk(tree):
            match node:
                case ast.Import(names):
                    for alias in names:
                        yield from self._named(alias.name)
                case ast.ImportFrom(module, names, level):
                    yield from self._named_from(path, module or "", [one.name for one in names], level or 0)
                case ast.Constant(str(value)):
                    yield from self._told(value)
                case ast.Name(name) | ast.Attribute(attr=name) | ast.alias(name) if name in _DYNAMIC:
                    yield from self._below(str(PurePosixPath(path).parent))
                case ast.Attribute(ast.Name() | ast.Attribute()):
                    # After `import shop`, shop.price is a module if another file has imported it.
                    yield from self._by_name.get(ast.unparse(node), ())
                case _:
                    pass

    def _named(self, name: str) -> Iterator[str]:
        """The files of a module with a dotted name, and those of the packages that contain it."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            yield from self._by_name.get(".".join(parts[:end]), ())

    def _named_from(self, path: str, module: str, names: Iterable[str], level: int) -> Iterator[str]:
        if not level:
            for name in names:
                yield from self._named(f"{module}.{name}")
            return
        folder = PurePosixPath(path).parent
        for _ in range(level - 1):
            folder = folder.parent
        base = folder.joinpath(*module.split(".")) if module else folder
        for target in (base, *(base / name for name in names)):
            for file in (f"{target}.py", str(target / "__init__.py")):
                if file in self._paths:
                    yield file

    def _told(self, text: str) -> Iterator[str]:
        """The files that a text names: a module, a package with all its modules, or a path."""
        if text.endswith(".py"):
            end = text.removeprefix("./")
            yield from (path for path in self._in_folder_of(end) if path == end or path.endswith(f"/{end}"))
            return
        match = _DOTTED.fullmatch(text)
        if not match:
            return
        name = match[1]
        if "." not in name:
            # Most short texts are only words. A top-level package is not likely to be one.
            yield from self._paths & {f"{name}.py", f"src/{name}.py"}
            for folder in (name, f"src/{name}"):
                yield from self._in_folder.get(folder, ())
            return
        yield from self._named(name)
        for file in self._by_name.get(name, set()) | self._by_name.get(name.rpartition(".")[0], set()):
            if file.endswith("/__init__.py"):
                yield from self._in_folder[str(PurePosixPath(file).parent)]

    def _in_folder_of(self, end: str) -> Iterator[str]:
        name = PurePosixPath(end).stem
        yield from self._by_name.get(name, ())
        # The files named __init__.py have the name of their package.
        yield from (path for path in self._paths if name == "__init__" and path.endswith(end))

    def _below(self, folder: str) -> Iterator[str]:
        for path in self._paths:
            if folder == "." or path.startswith(f"{folder}/"):
                yield path


def _module_names(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts
