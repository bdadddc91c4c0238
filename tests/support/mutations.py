"""Changes of a program, one function at a time, as mutation testing makes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BODIES = ("raise RuntimeError('changed')", "return None")


def mutants(text: str, bodies: tuple[str, ...] = BODIES) -> Iterator[tuple[str, str]]:
    """The text with each function in turn changed: it raises an error, or gives nothing."""
    functions = [
        one for one in ast.walk(ast.parse(text)) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    for number in range(len(functions)):
        for body in bodies:
            tree = ast.parse(text)
            function = [
                one for one in ast.walk(tree) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
            ][number]
            function.body = ast.parse(body).body
            yield f"{function.name}: {body}", ast.unparse(tree)
