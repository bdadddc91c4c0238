"""Texts of a workflow with their values: what a script, an env and an input have in the end.

A text may contain expressions that only GitHub can evaluate, such as ``${{ secrets.PASSWORD }}``. One
character of a private area of Unicode stands for each, so that texts with the same expressions are equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import yaml

from ci_kit.adopt.nodes import entries, resolved
from ci_kit.adopt.script.commands import Expression, Text, Variable, Word

_FIRST = 0xF0000
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_ENV = re.compile(r"env\.([A-Za-z_]\w*)|env\[\s*'([A-Za-z_]\w*)'\s*\]", re.ASCII)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPLITS = frozenset(" \t\n*?[")
_SPECIAL = {
    "": _SPLITS | set("'\"$`\\;&|<>()#~{"),
    '"': frozenset('"$`\\'),
    "'": frozenset("'"),
}
"""The characters of a value that have a meaning in a script, for each kind of quotes around it."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass
class Expressions:
    """The expressions of a workflow, and the characters that stand for them."""

    known: list[str] = field(default_factory=list)

    def stand_in(self, expression: str) -> str:
        if expression not in self.known:
            self.known.append(expression)
        return chr(_FIRST + self.known.index(expression))

    def written(self, text: str) -> str:
        """The text as a workflow has it, with its expressions."""
        return "".join(
            f"${{{{ {self.known[ord(char) - _FIRST]} }}}}" if is_stand_in(char) else char for char in text
        )

    def unset(self, text: str) -> list[str]:
        """The names of ``env`` that a text uses and that no env of the job sets."""
        used = [self.known[ord(char) - _FIRST] for char in text if is_stand_in(char)]
        return [found[1] or found[2] for one in used if (found := _ENV.fullmatch(one))]


def is_stand_in(char: str) -> bool:
    """Whether a character stands for an expression."""
    return ord(char) >= _FIRST


def has_expression(text: str) -> bool:
    return any(map(is_stand_in, text))


@dataclass(frozen=True)
class Scope:
    """The variables at one place of a job: ``env`` is set by GitHub, ``script`` by the script itself."""

    expressions: Expressions
    env: Mapping[str, str] = field(default_factory=dict)
    script: Mapping[str, str | None] = field(default_factory=dict)

    def with_env(self, node: yaml.Node | None) -> Scope:
        """The scope with the variables of one more ``env``."""
        added = {str(key.value): self.text(scalar_value(value)) for key, value in entries(node)}
        return replace(self, env={**self.env, **added})

    def exported(self, name: str, value: str) -> Scope:
        """The scope after a line for GITHUB_ENV."""
        return replace(self, env={**self.env, name: value})

    def assigned(self, name: str, value: str | None) -> Scope:
        """The scope after ``name=value`` in the script."""
        return replace(self, script={**self.script, name: value})

    def text(self, text: str) -> str:
        """A text whose expressions are evaluated as far as its values are known."""
        return _EXPRESSION.sub(lambda found: self._expression(found[1].strip()), text)

    def word(self, word: Word) -> str | None:
        """The value of a word of a script; None if only the shell knows it."""
        values = [self._part(part) for part in word.parts]
        return None if None in values else "".join(value for value in values if value is not None)

    def _part(self, part: object) -> str | None:
        match part:
            case Text(text):
                return text
            case Expression(text, quote):
                value = self._expression(text)
                # The value becomes a part of the script, which may mean something else then.
                return None if set(value) & _SPECIAL[quote] else value
            case Variable(name, quoted):
                found = self.script[name] if name in self.script else self.env.get(name)
                # Without quotes, the shell splits the value at spaces.
                return None if found and not quoted and set(found) & _SPLITS else found
        return None

    def _expression(self, expression: str) -> str:
        found = _ENV.fullmatch(expression)
        name = found and (found[1] or found[2])
        if name and name in self.env:
            return self.env[name]
        return self.expressions.stand_in(f"env.{name}" if name else expression)


def scalar_value(node: yaml.Node) -> str:
    """The string that GitHub makes of a scalar: a number loses its zeros, as YAML 1.2 and .NET's G15 say.

    NumberToken in GitHub's runner (actions/runner) writes numbers so.
    """
    found = resolved(node)
    if not isinstance(found, yaml.ScalarNode):
        return ""
    text = str(found.value)
    if found.style is not None:
        return text
    if text in _NULLS:
        return ""
    if _INTEGER.fullmatch(text):
        return str(int(text))
    if _FLOAT.fullmatch(text):
        return f"{float(text):.15G}"
    return text
