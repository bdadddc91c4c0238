"""Frozen dataclasses as JSON values and back, by the types of their fields.

A codec writes and reads the values of one type. To support another type, add a codec and a case of
:func:`codec_of`, and describe it in ``schema.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from ci_kit.report.run_report import NOT_IN_DOCUMENT
from ci_kit.testing.results_file import printable

Text: TypeAlias = Callable[[str], str]
"""Changes each text before it is written, for example hides secrets."""


_LARGEST = 2**53
"""No number is above it: JSON has larger ones, which not every program reads (RFC 8259, "Numbers")."""


class MisfitError(ValueError):
    """A JSON value of another type than its place requires. ``place`` is as in ``.results.tests[3].line``."""

    def __init__(self, expected: str, found: object, place: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found
        self.place = place

    def inside(self, outer: str) -> MisfitError:
        """The same error, seen from the value that contains this place."""
        return MisfitError(self.expected, self.found, outer + self.place)


@dataclass(frozen=True)
class TextCodec:
    """A string."""

    def write(self, value: str, text: Text) -> str:
        return printable(text(value)) if value else value

    def read(self, data: object) -> str:
        if not isinstance(data, str):
            raise MisfitError("a string", data)
        return printable(data)


@dataclass(frozen=True)
class PathCodec:
    """A path."""

    def write(self, value: Path, text: Text) -> str:
        return printable(text(str(value)))

    def read(self, data: object) -> Path:
        if not isinstance(data, str):
            raise MisfitError("a string", data)
        return Path(printable(data))


@dataclass(frozen=True)
class NumberCodec:
    """A whole number, a number, or true and false."""

    kind: type[int | float | bool]

    def write(self, value: float, text: Text) -> float:  # noqa: ARG002
        return value

    def read(self, data: object) -> float:
        if self.kind is bool:
            if isinstance(data, bool):
                return data
            raise MisfitError("true or false", data)
        kinds = int if self.kind is int else int | float
        if isinstance(data, bool) or not isinstance(data, kinds) or not abs(data) <= _LARGEST:
            raise MisfitError("a whole number" if self.kind is int else "a number", data)
        return self.kind(data)


@dataclass(frozen=True)
class ChoiceCodec:
    """One of several words."""

    choices: tuple[str, ...]

    def write(self, value: str, text: Text) -> str:  # noqa: ARG002
        return value

    def read(self, data: object) -> str:
        for choice in self.choices:
            if choice == data:
                return choice
        raise MisfitError(f"one of {', '.join(self.choices)}", data)


@dataclass(frozen=True)
class OptionalCodec:
    """A value or null."""

    value: Codec

    def write(self, value: Any, text: Text) -> Any:
        return None if value is None else self.value.write(value, text)

    def read(self, data: object) -> object:
        return None if data is None else self.value.read(data)


@dataclass(frozen=True)
class ListCodec:
    """Any number of values of one type."""

    item: Codec

    def write(self, value: tuple[Any, ...], text: Text) -> list[Any]:
        write = self.item.write
        return [write(one, text) for one in value]

    def read(self, data: object) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise MisfitError("a list", data)
        return tuple(_read_at(f"[{n}]", self.item, one) for n, one in enumerate(data))


@dataclass(frozen=True)
class RowCodec:
    """A list with one value of each of these types."""

    items: tuple[Codec, ...]

    def write(self, value: tuple[Any, ...], text: Text) -> list[Any]:
        return [item.write(one, text) for item, one in zip(self.items, value, strict=True)]

    def read(self, data: object) -> tuple[Any, ...]:
        if not isinstance(data, list) or len(data) != len(self.items):
            raise MisfitError(f"a list of {len(self.items)} values", data)
        pairs = zip(self.items, data, strict=True)
        return tuple(_read_at(f"[{n}]", item, one) for n, (item, one) in enumerate(pairs))


@dataclass(frozen=True)
class RecordCodec:
    """A dataclass as an object. Fields that the dataclass does not have are ignored."""

    kind: type[Any]

    @cached_property
    def fields(self) -> dict[str, Codec]:
        """The codec of each field. Made on first use: a dataclass may contain itself."""
        types = get_type_hints(self.kind)
        listed = [field for field in fields(self.kind) if NOT_IN_DOCUMENT not in field.metadata]
        return {field.name: codec_of(types[field.name]) for field in listed}

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the fields without a default."""
        return frozenset(
            field.name
            for field in fields(self.kind)
            if field.default is MISSING and field.default_factory is MISSING
        )

    def write(self, value: object, text: Text) -> dict[str, Any]:
        return {name: codec.write(getattr(value, name), text) for name, codec in self.fields.items()}

    def read(self, data: object) -> Any:
        if not isinstance(data, dict):
            raise MisfitError("an object", data)
        if missing := sorted(self.required - data.keys()):
            raise MisfitError(f"an object with {', '.join(missing)}", data)
        return self.kind(
            **{
                name: _read_at(f".{name}", codec, data[name])
                for name, codec in self.fields.items()
                if name in data
            }
        )


Codec: TypeAlias = (
    TextCodec | PathCodec | NumberCodec | ChoiceCodec | OptionalCodec | ListCodec | RowCodec | RecordCodec
)


_SIMPLE: dict[Any, Codec] = {
    str: TextCodec(),
    Path: PathCodec(),
    int: NumberCodec(int),
    float: NumberCodec(float),
    bool: NumberCodec(bool),
}


@cache
def codec_of(kind: Any) -> Codec:
    """The codec of a type. Raises TypeError for a type that no document can have."""
    if simple := _SIMPLE.get(kind):
        return simple
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Literal:
            return ChoiceCodec(arguments)
        case origin if origin is UnionType and arguments[1:] == (NoneType,):
            return OptionalCodec(codec_of(arguments[0]))
        case origin if origin is tuple:
            many = arguments[1:] == (...,)
            return ListCodec(codec_of(arguments[0])) if many else RowCodec(tuple(map(codec_of, arguments)))
    if isinstance(kind, type) and is_dataclass(kind):
        return RecordCodec(kind)
    raise TypeError(f"a document cannot have values of the type {kind}")


def _read_at(place: str, codec: Codec, data: object) -> Any:
    try:
        return codec.read(data)
    except MisfitError as misfit:
        raise misfit.inside(place) from None
