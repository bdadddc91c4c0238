"""The parts of a Python file that can change: the code outside of functions, and the body of each function.

Line numbers move when a person edits a file above them. The digest of a part stays, and comments and blank
lines do not change it.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from ci_kit.testing.selection.lasting import import_lines, keeping_lines

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Block:
    """A part of a file. ``name`` is that of the function, empty for the code outside of functions.

    ``first`` and ``last`` are its lines, from 1. The parts inside it may have lines between them. Of a
    ``cached`` function, tests use the result of another test.
    """

    name: str
    digest: str
    first: int
    last: int
    cached: bool = False


@dataclass(frozen=True)
class Blocks:
    """The blocks of a file; the first one is the code outside of functions.

    ``of_line`` has the numbers of the blocks of each line inside a function. A line with ``def f(): ...``
    belongs to two. Later tests use what ``lasting_lines`` did, without executing them.
    """

    blocks: tuple[Block, ...]
    of_line: dict[int, frozenset[int]]
    lasting_lines: frozenset[int]

    def numbers(self, lines: Iterable[int]) -> frozenset[int]:
        """The numbers of the blocks that have one of these lines."""
        outside = frozenset({0})
        return frozenset().union(*(self.of_line.get(line, outside) for line in lines))

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each block, by its name."""
        return {block.name: block.digest for block in self.blocks}


def read_blocks(text: str) -> Blocks:
    """The blocks of a Python file. A text that this Python cannot parse is one block."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        last = text.count("\n") + 1
        return Blocks((Block("", _digest(text), 1, last),), {}, frozenset(range(1, last + 1)))
    functions = list(_functions(tree, ""))
    lines = [_body_lines(function) for _, function in functions]
    of_line: dict[int, set[int]] = {}
    for number, ((_, function), own) in enumerate(zip(functions, lines, strict=True), start=1):
        inner = [_own_lines(one) for one in ast.walk(function) if one is not function and _is_function(one)]
        for line in own.difference(*inner):
            of_line.setdefault(line, set() if line in _own_lines(function) else {0}).add(number)
    lasting = frozenset({*(line for line in import_lines(tree) if line not in of_line), *keeping_lines(tree)})
    blocks: list[Block] = []
    # The innermost functions first: without their bodies, the digest of the outer one leaves them out.
    for (name, function), own in reversed([*zip(functions, lines, strict=True)]):
        body = ast.Module(function.body, [])
        blocks.append(Block(name, _digest(ast.dump(body)), min(own), max(own), _is_cached(function)))
        function.body = []
    blocks.append(Block("", _digest(ast.dump(tree)), 1, text.count("\n") + 1))
    found = {line: frozenset(numbers) for line, numbers in of_line.items()}
    return Blocks(tuple(_with_unique_names(reversed(blocks))), found, lasting)


def _functions(node: ast.AST, outer: str) -> Iterator[tuple[str, _Function]]:
    """The functions inside a node with their names, an outer function before those inside it."""
    for child in ast.iter_child_nodes(node):
        name = outer
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            name = f"{outer}.{child.name}".lstrip(".")
        if isinstance(child, _FUNCTIONS):
            yield name, child
        yield from _functions(child, name)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, _FUNCTIONS)


def _body_lines(function: ast.AST) -> set[int]:
    body: list[ast.stmt] = function.body if isinstance(function, _FUNCTIONS) else []
    first = min(one.lineno for statement in body for one in _with_decorators(statement))
    return {*range(first, (body[-1].end_lineno or first) + 1)}


def _own_lines(function: ast.AST) -> set[int]:
    """The lines of a body without those of the head, which Python runs where the function is defined."""
    head = [function.lineno] if isinstance(function, _FUNCTIONS) else []
    if isinstance(function, _FUNCTIONS):
        nodes = [*ast.walk(function.args), *(ast.walk(function.returns) if function.returns else ())]
        head += [end for one in nodes if (end := getattr(one, "end_lineno", None))]
    return {line for line in _body_lines(function) if line > max(head)}


def _with_decorators(statement: ast.stmt) -> list[ast.stmt | ast.expr]:
    own = statement.decorator_list if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) else []
    return [statement, *own]


def _is_cached(function: _Function) -> bool:
    """Whether a decorator keeps the result, by its name: cache, lru_cache and the like.

    That of a cached_property is in an object, and most tests make their own.
    """
    names = [ast.dump(one).lower() for one in function.decorator_list]
    return any("cache" in name and "property" not in name for name in names)


def _with_unique_names(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks. Functions of one name, such as those of a property, get a number."""
    seen = Counter[str]()
    for block in blocks:
        seen[block.name] += 1
        count = seen[block.name]
        name = block.name if count == 1 else f"{block.name}#{count}"
        yield replace(block, name=name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
