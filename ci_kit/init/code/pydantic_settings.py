"""The environment variables that settings classes of pydantic read.

Source: "Settings Management" in pydantic's documentation. A field ``db_host`` with the prefix ``APP_`` reads
``APP_DB_HOST``; with a delimiter, a field of another model is a part of the name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ci_kit.init.code.environment import Read
from ci_kit.init.code.module import Module

_BASE = "BaseSettings"
_CONFIGURATION = "model_config"
_ALIASES = ("validation_alias", "alias", "env")
_DEEPEST = 3


@dataclass(frozen=True)
class _Class:
    module: Module
    node: ast.ClassDef

    @property
    def bases(self) -> list[str]:
        return [self.module.full_name(base).rpartition(".")[2] for base in self.node.bases]

    @property
    def fields(self) -> Iterator[ast.AnnAssign]:
        for statement in self.node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    if name != _CONFIGURATION and "ClassVar" not in ast.unparse(annotation):
                        yield statement

    def configured(self, key: str) -> str:
        """A value of the configuration of this class: ``model_config``, or the class ``Config`` inside."""
        for statement in self.node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == _CONFIGURATION:
                    found = dict(_items(value)).get(key)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if (
                    name == _CONFIGURATION
                ):
                    found = dict(_items(value)).get(key)
                case ast.ClassDef(name="Config"):
                    found = dict(_assigned(statement)).get(key)
                case _:
                    continue
            if isinstance(found, ast.Constant) and found.value is True:
                return "yes"
            if text := self.module.literal(found):
                return text
        return ""


def settings_reads(modules: Sequence[Module]) -> Iterator[Read]:
    """Each variable that the settings classes of these modules read."""
    classes = {
        node.name: _Class(module, node)
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
    }
    for one in classes.values():
        if _is_settings(one, classes):
            yield from _reads(one, classes)


def _is_settings(one: _Class, classes: Mapping[str, _Class], depth: int = _DEEPEST) -> bool:
    if _BASE in one.bases:
        return True
    return bool(depth) and any(
        _is_settings(classes[base], classes, depth - 1) for base in one.bases if base in classes
    )


def _reads(one: _Class, classes: Mapping[str, _Class]) -> Iterator[Read]:
    lineage = [one, *(classes[base] for base in one.bases if base in classes)]

    def configured(key: str) -> str:
        return next((text for owner in lineage if (text := owner.configured(key))), "")

    prefix, delimiter = configured("env_prefix"), configured("env_nested_delimiter")
    exact = bool(configured("case_sensitive"))
    for owner in lineage:
        for statement in owner.fields:
            for read in _of_field(owner, statement, prefix, delimiter, classes):
                yield read if exact else Read(read.name.upper(), read.place, read.default, read.required)


def _of_field(
    owner: _Class, statement: ast.AnnAssign, prefix: str, delimiter: str, classes: Mapping[str, _Class]
) -> Iterator[Read]:
    module, place = owner.module, owner.module.place(statement)
    field = statement.target.id if isinstance(statement.target, ast.Name) else ""
    annotation = ast.unparse(statement.annotation).rpartition(".")[2]
    nested = classes.get(annotation)
    if nested and delimiter and nested is not owner:
        for inner in nested.fields:
            yield from _of_field(nested, inner, f"{prefix}{field}{delimiter}", delimiter, classes)
        return
    default, required, aliases = _default(module, statement.value)
    # A settings class of its own reads its variables itself.
    if nested and _is_settings(nested, classes):
        return
    names = aliases or [f"{prefix}{field}"]
    for name in names:
        yield Read(name, place, default, required and len(names) == 1 and "None" not in annotation)


def _default(module: Module, value: ast.expr | None) -> tuple[str | None, bool, list[str]]:
    """The default of a field, whether the field needs a value, and its aliases."""
    if not isinstance(value, ast.Call) or module.full_name(value.func).rpartition(".")[2] != "Field":
        return module.literal(value), value is None, []
    given = {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    first = value.args[0] if value.args else given.get("default")
    missing = first is None or (isinstance(first, ast.Constant) and first.value is ...)
    aliases = next((list(_names(module, given[key])) for key in _ALIASES if key in given), [])
    return module.literal(first), missing and "default_factory" not in given, aliases


def _names(module: Module, alias: ast.expr) -> Iterator[str]:
    """The names in an alias: one text, a list, or AliasChoices."""
    for node in ast.walk(alias):
        if isinstance(node, ast.Constant | ast.Name) and (name := module.literal(node)):
            yield name


def _items(value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match value:
        case ast.Call(keywords=keywords):
            yield from ((one.arg, one.value) for one in keywords if one.arg)
        case ast.Dict(keys=keys, values=values):
            for key, item in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, item


def _assigned(owner: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in owner.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
