"""A parsed module: its syntax tree, its constants and its imports."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from ci_kit.init.repository import Place

UNKNOWN = "\0"
"""Stands in a text for a part that only a running program knows."""


@dataclass(frozen=True)
class Module:
    """A module. ``constants`` has the first value of each name at its top level.

    ``imported`` maps each imported name to the module and the name that it has there.
    """

    file: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    in_functions: frozenset[int] = frozenset()
    no_texts: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, file: str, source: str) -> Module | None:
        """The module; None for a text that is not Python."""
        try:
            # Python warns of escapes such as "\d", which are the project's own affair.
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(source)
            nodes = tuple(ast.walk(tree))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return cls(
            file,
            tree,
            nodes,
            dict(_constants(tree)),
            dict(_imports(nodes)),
            frozenset(_in_functions(nodes)),
            frozenset(_no_texts(nodes)),
        )

    def place(self, node: ast.AST) -> Place:
        return Place(self.file, getattr(node, "lineno", 0))

    def at_import(self, node: ast.AST) -> bool:
        """Whether a node runs when the module is imported, and not in a function."""
        return id(node) not in self.in_functions

    def literal(self, node: ast.AST | None, depth: int = 3) -> str | None:
        """The text of a constant, also by its name in this module; None for anything else."""
        match node:
            case ast.Constant(value=bool() | None):
                return None
            case ast.Constant(value=str() | int() as value):
                return str(value)
            case ast.Name(id=name) if depth and name in self.constants:
                return self.literal(self.constants[name], depth - 1)
            # pydantic's type for secrets, and conversions.
            case ast.Call(func=ast.Name(id="SecretStr" | "str" | "int"), args=[one], keywords=[]):
                return self.literal(one, depth)
        return None

    def pattern(self, node: ast.AST) -> str | None:
        """The text of a string or of an f-string, with :data:`UNKNOWN` for a part that is not constant."""
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(part) for part in node.values)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return None if id(node) in self.no_texts else node.value
        return None

    def _part(self, part: ast.expr) -> str:
        value = part.value if isinstance(part, ast.FormattedValue) else part
        found = self.literal(value)
        return UNKNOWN if found is None else found

    def full_name(self, node: ast.AST) -> str:
        """The dotted name that an expression has, with imported names in full; empty if it has none."""
        match node:
            case ast.Name(id=name):
                return self.imported.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                owner = self.full_name(value)
                return f"{owner}.{attr}" if owner else ""
        return ""


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    # The first one wins in the dictionary that is made of this: a later one often depends on the environment.
    for node in reversed(tree.body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _imports(nodes: tuple[ast.AST, ...]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield name, alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}"


def _in_functions(nodes: tuple[ast.AST, ...]) -> Iterator[int]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            yield from (id(inner) for statement in body for inner in ast.walk(statement))


def _no_texts(nodes: tuple[ast.AST, ...]) -> Iterator[int]:
    """The constants that are no text of their own: docstrings, and the parts of f-strings."""
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant() as value):
                yield id(value)
            case ast.JoinedStr(values=values):
                yield from map(id, values)
