"""The environment variables that a module reads, by the standard library and by libraries for settings.

django-environ, environs, python-decouple and Starlette's Config are functions that take the name. Sources:
the documentation of each.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ci_kit.init.code.module import Module
from ci_kit.init.repository import Place


@dataclass(frozen=True)
class Read:
    """A variable that code reads. ``default`` is the value without it, None if it is not a constant.

    ``required`` means that the code fails on import if the variable is not set.
    """

    name: str
    place: Place
    default: str | None = None
    required: bool = False


_Library: TypeAlias = Literal["environ", "environs", "decouple", "starlette"]

_READERS: Mapping[str, _Library] = {
    "environ.Env": "environ",
    "environ.FileAwareEnv": "environ",
    "environs.Env": "environs",
    "environs.FileAwareEnv": "environs",
    "decouple.AutoConfig": "decouple",
    "decouple.Config": "decouple",
    "starlette.config.Config": "starlette",
}
"""Classes whose objects read a variable when they are called."""

_DEFAULT_POSITION: Mapping[_Library, int] = {"environ": 2, "environs": 1, "decouple": 1, "starlette": 2}
# Methods without a name of a variable read this one.
_URL_METHODS = frozenset({"db", "db_url", "dj_db_url"})
_DATABASE_URL = "DATABASE_URL"
_ENVIRON = ("os.environ", "environ")


def environment_reads(module: Module) -> Iterator[Read]:
    """Each variable that a module reads, in the order of the syntax tree."""
    readers = _readers(module)
    for node in module.nodes:
        match node:
            case ast.Subscript(value=value, slice=key, ctx=ast.Load()) if _is_environ(module, value):
                yield from _read(module, node, key, None, required=True)
            case ast.Call(func=func):
                yield from _call(module, node, func, readers)


def _call(module: Module, call: ast.Call, func: ast.expr, readers: Mapping[str, _Library]) -> Iterator[Read]:
    name = module.full_name(func)
    owner, _, method = name.rpartition(".")
    if name == "os.getenv" or (method in {"get", "pop"} and owner in _ENVIRON):
        yield from _read(module, call, _argument(call, 0, "key"), _argument(call, 1, "default"))
    elif name == "dj_database_url.config":
        named = _argument(call, 9, "env") or ast.Constant(_DATABASE_URL)
        yield from _read(module, call, named, _argument(call, 0, "default"))
    elif library := _library(module, func, readers):
        key = _argument(call, 0, "var")
        if key is None and isinstance(func, ast.Attribute) and func.attr in _URL_METHODS:
            key = ast.Constant(_DATABASE_URL)
        default = _argument(call, _DEFAULT_POSITION[library], "default")
        yield from _read(module, call, key, default, required=default is None)


def _read(
    module: Module, node: ast.AST, key: ast.expr | None, default: ast.expr | None, *, required: bool = False
) -> Iterator[Read]:
    name = module.literal(key)
    if name:
        yield Read(name, module.place(node), module.literal(default), required and module.at_import(node))


def _is_environ(module: Module, node: ast.expr) -> bool:
    return module.full_name(node) in _ENVIRON


def _library(module: Module, func: ast.expr, readers: Mapping[str, _Library]) -> _Library | None:
    """The library of an object that is called, or one of whose methods is called."""
    target = func.value if isinstance(func, ast.Attribute) else func
    if not isinstance(target, ast.Name):
        return None
    if target.id in readers:
        return readers[target.id]
    # Projects keep the object in one module, and import it by its usual name.
    imported = module.imported.get(target.id, "")
    if imported == "decouple.config":
        return "decouple"
    return "environs" if target.id == "env" and imported.endswith(".env") else None


def _readers(module: Module) -> Mapping[str, _Library]:
    return {
        name: library
        for name, value in module.constants.items()
        if isinstance(value, ast.Call) and (library := _READERS.get(module.full_name(value.func)))
    }


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if position < len(call.args) else None
