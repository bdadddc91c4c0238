"""The lines of a Python file whose effect outlives a test: later tests use it without executing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def import_lines(tree: ast.Module) -> Iterator[int]:
    """The lines of statements outside of functions, which Python runs only when it imports the file."""
    for statement in tree.body:
        # A lambda runs later, on the same line.
        if not any(isinstance(one, ast.Lambda) for one in ast.walk(statement)):
            yield statement.lineno


def keeping_lines(tree: ast.Module) -> Iterator[int]:
    """The lines in functions that keep a value in a global variable, in a part of one, or in a class.

    Functions that make an object only once do this: ``global _engine``, ``_CACHE[key] = …``, ``cls.one = …``.
    """
    module = {name for statement in tree.body for name in _assigned(statement)}
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            declared = {
                name for one in ast.walk(function) if isinstance(one, ast.Global) for name in one.names
            }
            own = {*_assigned(function), *(one.arg for one in ast.walk(function) if isinstance(one, ast.arg))}
            shared = (module - own) | declared | {"cls"}
            yield from _stores(function, declared, shared)


def _stores(function: ast.AST, declared: set[str], shared: set[str]) -> Iterator[int]:
    for node in ast.walk(function):
        match node:
            case ast.Name(name, ast.Store()) if name in declared:
                yield node.lineno
            case ast.Subscript(ast.Name(name), _, ast.Store()) | ast.Attribute(
                ast.Name(name), _, ast.Store()
            ) if name in shared:
                yield node.lineno
            case _:
                pass


def _assigned(node: ast.AST) -> set[str]:
    return {
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    } | ({node.name} if isinstance(node, ast.ClassDef) else set())
