"""The JSON schema of the values that a parser accepts in pyproject.toml.

An editor checks the file by it (docs/schema/). It is no stricter than the parser: an error in an editor for a
value that works would be worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

Shape: TypeAlias = Mapping[str, Any]
_Parser = TypeVar("_Parser", bound=Callable[..., Any])

STRING: Shape = {"type": "string"}
STRINGS: Shape = {"type": "array", "items": STRING}

_SHAPES: dict[Callable[..., Any], Shape] = {}


def shaped(shape: Shape) -> Callable[[_Parser], _Parser]:
    """Register what a parser accepts."""

    def register(parser: _Parser) -> _Parser:
        _SHAPES[parser] = shape
        return parser

    return register


def shape_of(parser: Callable[..., Any]) -> Shape:
    """What a parser accepts. Raises KeyError for a parser without a shape."""
    return _SHAPES[parser]


def any_of(*shapes: Shape) -> Shape:
    """One of several shapes."""
    flat = [one for shape in shapes for one in shape.get("anyOf", [shape])]
    return {"anyOf": flat}


def table_of(value: Shape) -> Shape:
    """A table whose keys have names of the user's."""
    return {"type": "object", "additionalProperties": value}
