"""What the settings of Django and Tortoise tell: the time zone, and the module with the settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.init.code.module import Module
from ci_kit.init.repository import Place

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_TORTOISE = ("Tortoise.init", "register_tortoise", "RegisterTortoise")
_DJANGO = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True)
class Found:
    """A text in a module, and its place."""

    text: str
    place: Place


def zones(module: Module) -> Iterator[Found]:
    """The time zones that a module sets for a framework."""
    if "INSTALLED_APPS" in module.constants and "TIME_ZONE" in module.constants:
        yield from _zone(module, module.constants["TIME_ZONE"])
    for node in module.nodes:
        match node:
            case ast.Dict(keys=keys, values=values):
                named = {module.literal(key): value for key, value in zip(keys, values, strict=True)}
                if "connections" in named and "timezone" in named:
                    yield from _zone(module, named["timezone"])
            case ast.Call(func=func, keywords=keywords) if module.full_name(func).endswith(_TORTOISE):
                yield from (
                    found for one in keywords if one.arg == "timezone" for found in _zone(module, one.value)
                )


def settings_modules(module: Module) -> Iterator[Found]:
    """The modules that a program such as manage.py names as the settings of Django."""
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="setdefault"), args=[key, value, *_]):
                if module.literal(key) == _DJANGO and (text := module.literal(value)):
                    yield Found(text, module.place(node))


def _zone(module: Module, value: ast.expr) -> Iterator[Found]:
    text = module.literal(value)
    if text and _ZONE.fullmatch(text):
        yield Found(text, module.place(value))
