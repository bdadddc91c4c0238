"""One setting: its name, its default, and what it applies to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ci_kit.settings.pairs import Pair
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.shard import Shard
from ci_kit.settings.variables import Variable

Words: TypeAlias = "tuple[str, ...] | tuple[tuple[str, ...], ...] | tuple[Variable, ...] | tuple[Pair, ...]"
Value: TypeAlias = "str | int | float | bool | Words | WantedVersion | Shard | None"

Group: TypeAlias = Literal["Time zone", "Server", "Database", "Tests", "Reports"]
"""The headings under which ``--help`` and docs/configuration.md list the options."""

ServerKind: TypeAlias = Literal["private", "service", "docker", "external"]
"""The kinds of server; ``ci_kit/mysql/kinds.py`` has the table of them."""

SERVER_KINDS: frozenset[ServerKind] = frozenset(get_args(ServerKind))

ONLY_PRIVATE: frozenset[ServerKind] = frozenset({"private"})
"""For a setting that only a server which ci-kit starts as a program can apply."""


@dataclass(frozen=True)
class Option:
    """One setting. ``name`` is its key in pyproject.toml, its flag and the action's input.

    ``parse`` raises ValueError, whose message names what was expected. ``also_from`` are variables that
    applications read too. A ``switch`` is on or off; with the default None, ci-kit chooses.
    ``shown_default`` replaces the default in documents and messages. ``choices`` are the values that are
    allowed, or the words of a list. ``metavar`` is the value in ``--help``: by default the last word of the
    name.

    With ``placeholders``, its texts may contain placeholders such as ``{host}``.

    ``kinds`` are the kinds of server that apply the option: all of them if it does not concern the server.
    With ``must_apply``, a server of another kind is an error, otherwise a warning. ``alternative`` is what
    else the user can do about the error. A running server cannot be given another value of an option that is
    ``fixed_at_start``.
    """

    name: str
    group: Group
    default: Value
    help: str
    parse: Callable[[object], Value]
    choices: tuple[str, ...] = ()
    also_from: tuple[str, ...] = ()
    secret: bool = False
    switch: bool = False
    shown_default: str = ""
    metavar: str = ""
    placeholders: bool = False
    kinds: frozenset[ServerKind] = SERVER_KINDS
    fixed_at_start: bool = False
    must_apply: bool = False
    alternative: str = ""

    @property
    def field(self) -> str:
        """The option's attribute of :class:`~ci_kit.settings.settings.Settings`."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        return f"--{self.name}"

    @property
    def variable(self) -> str:
        return f"CI_KIT_{self.field.upper()}"

    @property
    def is_list(self) -> bool:
        return isinstance(self.default, tuple)

    @property
    def default_text(self) -> str:
        """The default as documents and messages show it."""
        if self.shown_default:
            return self.shown_default
        match self.default:
            case None:
                return "auto"
            case bool():
                return str(self.default).lower()
            case "" | ():
                return "empty"
        return str(self.default)

    def value_of(self, raw: object) -> Value:
        """The value that a source gives, parsed. Raises ValueError, whose message names what was expected."""
        value = self.parse(raw)
        words = value if isinstance(value, tuple) else (value,)
        if self.choices and any(word not in self.choices for word in words):
            kind = "words, separated by spaces, among" if isinstance(value, tuple) else "one of"
            raise ValueError(f"expected {kind} {', '.join(self.choices)}")
        return value
