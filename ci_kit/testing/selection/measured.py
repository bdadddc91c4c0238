"""What a run of all tests measured: the parts of the code that each test executed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ci_kit.testing.selection.blocks import Blocks, read_blocks

_VERSION = 2
SCOPE = "ci-kit scope:"
"""How the context of a fixture that several tests share begins; the node id of its scope follows."""

BlockId: TypeAlias = tuple[str, str]
"""The path of a file in the repository, and the name of one of its blocks."""


@dataclass(frozen=True)
class MeasuredTest:
    """A test that passed. ``path`` is its file in the repository, ``ran`` the blocks that it executed."""

    path: str
    ran: frozenset[BlockId] = frozenset()


@dataclass(frozen=True)
class Measured:
    """What a run of all tests executed.

    ``environment`` is a digest of what decides besides the files, and ``packages`` one of the packages that
    the project's Python has. ``files`` are the digests of all files of the repository. ``sources`` has the
    digests of the blocks of each measured file. ``shared`` are the blocks that a fixture of a larger scope
    executed, by the node id of the scope. ``imported`` are those that ran outside of tests. ``startup`` are
    the Python files that pytest had imported before it collected the tests.
    """

    environment: str = ""
    packages: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tests: Mapping[str, MeasuredTest] = field(default_factory=dict)
    shared: Mapping[str, frozenset[BlockId]] = field(default_factory=dict)
    imported: frozenset[BlockId] = frozenset()
    startup: frozenset[str] = frozenset()


Contexts: TypeAlias = Mapping[str, Iterable[tuple[Iterable[int], Iterable[str]]]]
"""The lines that ran of each file, by its path in the repository: groups of lines with their contexts."""


def executed_blocks(
    contexts: Contexts, read: Callable[[str], str]
) -> tuple[dict[str, dict[str, str]], dict[str, frozenset[BlockId]]]:
    """The digests of the blocks of each file, and the blocks that each context executed.

    ``read`` gives the text of a file. If a context imported a file, filled a cache or set a global variable,
    all that it executed also counts for the context without a name: the next test uses the result, without
    executing it.
    """
    sources: dict[str, dict[str, str]] = {}
    ran: dict[str, set[BlockId]] = defaultdict(set)
    shared: set[str] = set()
    for path, groups in contexts.items():
        blocks = read_blocks(read(path))
        sources[path] = blocks.digests
        for lines, names in groups:
            _add(path, blocks, [*lines], [*names], ran, shared)
    for name in shared:
        ran[""] |= ran[name]
    return sources, {name: frozenset(found) for name, found in ran.items()}


def _add(
    path: str,
    blocks: Blocks,
    lines: list[int],
    names: list[str],
    ran: dict[str, set[BlockId]],
    shared: set[str],
) -> None:
    numbers = blocks.numbers(lines)
    found = {(path, blocks.blocks[number].name) for number in numbers}
    leaves_a_result = not blocks.lasting_lines.isdisjoint(lines) or any(
        blocks.blocks[number].cached for number in numbers
    )
    for name in names:
        ran[name] |= found
        if leaves_a_result and name:
            shared.add(name)


def measured_text(measured: Measured) -> str:
    """The measurement as a text of JSON. Many tests execute the same blocks, so each set is there once."""
    numbers: dict[BlockId, int] = {}
    sets: dict[frozenset[BlockId], int] = {}

    def of_set(blocks: frozenset[BlockId]) -> int:
        for block in sorted(blocks):
            numbers.setdefault(block, len(numbers))
        return sets.setdefault(blocks, len(sets))

    document = {
        "version": _VERSION,
        "environment": measured.environment,
        "packages": measured.packages,
        "files": measured.files,
        "sources": measured.sources,
        "tests": {node: [test.path, of_set(test.ran)] for node, test in measured.tests.items()},
        "shared": {scope: of_set(blocks) for scope, blocks in measured.shared.items()},
        "imported": of_set(measured.imported),
        "startup": sorted(measured.startup),
        "blocks": [*numbers],
        "sets": [sorted(numbers[block] for block in blocks) for blocks in sets],
    }
    return json.dumps(document, separators=(",", ":"))


def read_measured(text: str) -> Measured:
    """The measurement in a text. Raises ValueError for anything else."""
    try:
        document = json.loads(text)
        return _read(document)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it has another shape: {error}") from error


def _read(document: Any) -> Measured:
    if document["version"] != _VERSION:
        raise ValueError("it has another version")
    blocks: list[BlockId] = [(str(path), str(name)) for path, name in document["blocks"]]
    sets = [frozenset(blocks[number] for number in numbers) for numbers in document["sets"]]
    return Measured(
        str(document["environment"]),
        str(document["packages"]),
        dict(document["files"]),
        {path: dict(digests) for path, digests in document["sources"].items()},
        {node: MeasuredTest(str(path), sets[number]) for node, (path, number) in document["tests"].items()},
        {scope: sets[number] for scope, number in document["shared"].items()},
        sets[document["imported"]],
        frozenset(map(str, document["startup"])),
    )
