"""Python code that loads a ``.env`` file over the environment.

By default, the environment wins with python-dotenv, django-environ, environs, dynaconf and pydantic-settings.
python-decouple, starlette, Flask and new releases of environs have no other way. Source: the code of each.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

_DEFAULT = (".env",)
# Not a position that a call has.
_NONE = 99
# The functions that load a file, and for each the keyword that lets it win, its position, and what it needs.
_FUNCTIONS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "load_dotenv": (("override", 3, ""),),
    # django-environ, environs
    "read_env": (("overwrite", 1, ""), ("override", 3, "environs<15")),
    **dict.fromkeys(("Dynaconf", "LazySettings", "FlaskDynaconf"), (("dotenv_override", _NONE, ""),)),
}
_PATHS = ("dotenv_path", "env_file", "path")
# The method of pydantic-settings, and the names of two of its parameters.
_SOURCES, _ENVIRONMENT, _DOTENV = "settings_customise_sources", "env_settings", "dotenv_settings"
WORDS = (*_FUNCTIONS, "dotenv_values", _SOURCES)
"""A module without any of these words loads no file over the environment."""

# What an `if` asks that a run may answer with no.
_ASKS = ("__name__", "environ", "getenv", "argv", "TYPE_CHECKING", "modules")


@dataclass(frozen=True)
class Loader:
    """A line that loads a file over the environment; ``files`` are the possible names of the file.

    ``needs`` is a module or release without which the line has another meaning.
    """

    line: int
    code: str
    files: tuple[str, ...]
    any_case: bool = False
    needs: str = ""


def find_loaders(source: str) -> list[Loader]:
    """The lines of a module that load a file over the environment. Empty for a text that is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    module = _Module(tree)
    return [loader for node in _unconditional(tree) for loader in module.loaders(node)]


def _unconditional(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree that do not depend on what an ``if`` asks about the process."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and any(word in ast.unparse(child.test) for word in _ASKS):
            continue
        yield child
        yield from _unconditional(child)


class _Module:
    """A module, with what its names stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self._aliases = {
            alias.asname: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.asname
        }
        self._values = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def loaders(self, node: ast.AST) -> Iterator[Loader]:
        match node:
            case ast.Call():
                needs = self._override(node)
                if needs is not None:
                    yield replace(self._loader(node, node), needs=needs)
                elif _is_update_of_environ(node):
                    yield from (self._loader(node, call) for call in self._dotenv_values(node))
            case ast.Dict(keys=keys, values=values):
                merged = [value for key, value in zip(keys, values, strict=True) if key is None]
                yield from self._merged(node, merged)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                yield from self._merged(node, [left, right])
            case ast.ClassDef():
                yield from self._pydantic(node)

    def _override(self, call: ast.Call) -> str | None:
        """What a call needs to load a file over the environment; None if it does not do that."""
        for keyword, position, needs in _FUNCTIONS.get(self._function(call), ()):
            given = [one.value for one in call.keywords if one.arg == keyword]
            given += call.args[position : position + 1]
            if any(self._is_true(value) for value in given):
                return needs
        return None

    def _function(self, call: ast.Call) -> str:
        name = ast.unparse(call.func).rpartition(".")[2]
        return self._aliases.get(name, name)

    def _is_true(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Name):
            value = self._values.get(value.id, value)
        return isinstance(value, ast.Constant) and bool(value.value)

    def _dotenv_values(self, node: ast.AST) -> Iterator[ast.Call]:
        for one in ast.walk(node):
            if isinstance(one, ast.Call) and self._function(one) == "dotenv_values":
                yield one

    def _merged(self, node: ast.expr, parts: list[ast.expr]) -> Iterator[Loader]:
        """A mapping whose last part wins: ``{**os.environ, **dotenv_values()}``."""
        if parts and "environ" in ast.unparse(node) and "environ" not in ast.unparse(parts[-1]):
            yield from (self._loader(node, call) for call in self._dotenv_values(parts[-1]))

    def _pydantic(self, owner: ast.ClassDef) -> Iterator[Loader]:
        """Settings of pydantic whose sources have the file before the environment."""
        keywords = (keyword for node in ast.walk(owner) for keyword in getattr(node, "keywords", ()))
        file = next((keyword.value for keyword in keywords if keyword.arg == "env_file"), None)
        methods = (one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == _SOURCES)
        for method in methods:
            for node in ast.walk(method):
                order = [ast.unparse(part) for part in node.elts] if isinstance(node, ast.Tuple) else []
                if file and _DOTENV in order and _ENVIRONMENT in order[order.index(_DOTENV) :]:
                    code = f"the order of sources in {owner.name}"
                    yield Loader(method.lineno, code, self._names(file), any_case=True)

    def _loader(self, node: ast.expr, call: ast.Call) -> Loader:
        named = [one.value for one in call.keywords if one.arg in _PATHS] or call.args[:1]
        names = self._names(named[0]) if named else _DEFAULT
        return Loader(node.lineno, " ".join(ast.unparse(node).split()), names)

    def _names(self, value: ast.expr) -> tuple[str, ...]:
        """The possible names of the file that an expression such as ``BASE / "config" / ".env"`` gives."""
        parts = self._strings(value)
        return tuple(dict.fromkeys(("/".join(parts), parts[-1]))) if parts else _DEFAULT

    def _strings(self, value: ast.expr, depth: int = 3) -> list[str]:
        """The strings in an expression, in the order of the source."""
        nodes = [node for node in ast.walk(value) if isinstance(node, ast.Constant | ast.Name)]
        parts: list[str] = []
        for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
            if isinstance(node, ast.Name):
                known = self._values.get(node.id) if depth else None
                parts += self._strings(known, depth - 1) if known else []
            elif isinstance(node.value, str) and node.value.strip("./"):
                parts.append(node.value.strip("/"))
        return parts


def _is_update_of_environ(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("environ.update")
