"""The tests that a change affects, by what each test executed in a run of all tests.

A change that coverage cannot see affects every test: of a file that is not Python, of a conftest.py, or of a
module that no test is known to import. Better too many tests than one too few.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from ci_kit.testing.selection.blocks import Block, read_blocks
from ci_kit.testing.selection.imports import Imports
from ci_kit.testing.selection.measured import BlockId, Measured

# pytest's usual names for files of tests.
_TEST_FILE = re.compile(r"(test_.*|.*_test|tests)\.py")


@dataclass(frozen=True)
class Affected:
    """The tests that a change affects, by what changed, as in ``app/users.py:10-14 rename``.

    ``everything`` is why all tests run; empty if they do not.
    """

    everything: str = ""
    by_change: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def tests(self) -> frozenset[str]:
        """The node ids of the tests."""
        return frozenset().union(*self.by_change.values())


class _EverythingError(Exception):
    """A change that affects every test. Its text is the reason."""


def find_affected(
    measured: Measured, files: Mapping[str, str], read: Callable[[str], str], *, ignored: Iterable[str] = ()
) -> Affected:
    """The tests that a change affects. ``files`` are the digests of the files now; ``read`` gives a text.

    A change of a file that matches one of the patterns ``ignored`` affects no test.
    """
    comparison = _Comparison(measured, files, read)
    by_change: dict[str, frozenset[str]] = {}
    try:
        for path in sorted({*files, *measured.files}):
            # The digest of a submodule is empty: git does not list its files.
            same = files.get(path) == measured.files.get(path) and files.get(path)
            if not same and not any(fnmatch.fnmatchcase(path, pattern) for pattern in ignored):
                by_change.update(comparison.changes(path))
    except _EverythingError as reason:
        return Affected(everything=str(reason))
    return Affected(by_change=by_change)


class _Comparison:
    def __init__(self, measured: Measured, files: Mapping[str, str], read: Callable[[str], str]) -> None:
        self._measured = measured
        self._files = files
        self._read = read
        self._test_files = {test.path for test in measured.tests.values()}
        self._ran_in_tests = frozenset().union(
            *(test.ran for test in measured.tests.values()), *measured.shared.values()
        )

    def changes(self, path: str) -> Iterator[tuple[str, frozenset[str]]]:
        """What changed in a file, and the tests that it affects. Raises _EverythingError."""
        name = PurePosixPath(path).name
        if not name.endswith(".py"):
            raise _EverythingError(f"{path} changed, and coverage cannot tell which tests read it")
        if name == "conftest.py":
            raise _EverythingError(f"{path} changed")
        if path not in self._files:
            if path not in self._test_files:
                raise _EverythingError(f"{path} was removed")
            yield from self._importing_tests(path, f"{path}, which is gone")
        elif path not in self._measured.files:
            if not _TEST_FILE.fullmatch(name):
                raise _EverythingError(f"{path} is new")
            # Its own tests run, because no run has measured them.
            yield from self._importing_tests(path, path)
        elif path in self._measured.sources:
            yield from self._changed_blocks(path)
        else:
            self._require_late(path)
            yield path, self._by_import(path)

    def _importing_tests(self, path: str, shown: str) -> Iterator[tuple[str, frozenset[str]]]:
        """The tests of other files that import a file of tests, which is new or gone."""
        own = {node for node, test in self._measured.tests.items() if test.path == path}
        if found := self._importing(path) - own:
            yield shown, found

    def _require_late(self, path: str) -> None:
        """Raise _EverythingError if pytest imported a file before the tests, as it does with plugins."""
        if path in self._measured.startup:
            raise _EverythingError(f"{path} changed, and pytest imports it before it collects the tests")

    def _changed_blocks(self, path: str) -> Iterator[tuple[str, frozenset[str]]]:
        now = read_blocks(self._read(path))
        before = self._measured.sources[path]
        lines = {block.name: block for block in now.blocks}
        for name in {**before, **now.digests}:
            if before.get(name) == now.digests.get(name):
                continue
            block = (path, name)
            shown = _shown(path, name, lines.get(name))
            # A function that ran outside of tests left its result there. One that ran nowhere may have run in
            # a process that nothing measured.
            ran_outside = not name or block in self._measured.imported
            # The `def` of a new function is in the block around it, which has changed too.
            if name not in before:
                continue
            found = self._executing(block) | self._examples(path)
            if ran_outside:
                self._require_late(path)
            if ran_outside or block not in self._ran_in_tests:
                found |= self._by_import(path)
            yield shown, found

    def _executing(self, block: BlockId) -> frozenset[str]:
        found = {node for node, test in self._measured.tests.items() if block in test.ran}
        for scope, ran in self._measured.shared.items():
            if block in ran:
                found.update(node for node in self._measured.tests if in_scope(node, scope))
        return frozenset(found)

    def _examples(self, path: str) -> frozenset[str]:
        """The tests in the docstrings of a file. A docstring is a part of a function that need not run."""
        return frozenset(
            node
            for node, test in self._measured.tests.items()
            # doctest has the dotted name of the module. The name of a function has no dot.
            if test.path == path and "." in node.rpartition(".py::")[2].partition("[")[0]
        )

    def _by_import(self, path: str) -> frozenset[str]:
        """The tests of :meth:`_importing`. Raises _EverythingError if there are none."""
        found = self._importing(path)
        if not found:
            raise _EverythingError(f"{path} changed, and no test is known to import it")
        return found

    def _importing(self, path: str) -> frozenset[str]:
        """The tests whose files import a file, or that executed a part of one that does."""
        importers = self._imports.importers(path)
        folders = {
            str(PurePosixPath(one).parent) for one in importers if PurePosixPath(one).name == "conftest.py"
        }
        shared = [
            scope for scope, ran in self._measured.shared.items() if any(one in importers for one, _ in ran)
        ]
        return frozenset(
            node
            for node, test in self._measured.tests.items()
            if test.path in importers
            or any(one in importers for one, _ in test.ran)
            or any(_is_below(test.path, folder) for folder in folders)
            or any(in_scope(node, scope) for scope in shared)
        )

    @cached_property
    def _imports(self) -> Imports:
        # A file that is gone has no text, but others may import it.
        paths = {*self._files, *self._measured.files}
        return Imports((path for path in paths if path.endswith(".py")), self._read)


def in_scope(node: str, scope: str) -> bool:
    """Whether a test is in the scope of a fixture: the session, a package, a module or a class."""
    package = scope.removesuffix("__init__.py").rstrip("/")
    if package in ("", "."):
        return True
    return node.startswith((f"{scope}::", f"{package}/"))


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _shown(path: str, name: str, block: Block | None) -> str:
    if not name:
        return f"{path}, outside of functions"
    name = name.partition("#")[0]
    if block is None:
        return f"{path} {name}, which is gone"
    lines = f"{block.first}" if block.first == block.last else f"{block.first}-{block.last}"
    return f"{path}:{lines} {name}"
