"""The values that a workflow gives, as GitHub reads them."""

from __future__ import annotations

import pytest
import yaml

from ci_kit.adopt.nodes import compose, value_at
from ci_kit.adopt.script.commands import Simple
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.values import Expressions, Scope, scalar_value


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0000", "0"),
        ("0123", "123"),
        ("3.10", "3.1"),
        ("1e3", "1000"),
        ("20241013", "20241013"),
        ("'0000'", "0000"),
        ("~", ""),
        ("", ""),
        ("true", "true"),
        ("12:30", "12:30"),
        ("a b", "a b"),
    ],
)
def test_a_number_without_quotes_loses_its_zeros(written: str, read: str) -> None:
    node = value_at(compose(f"a: {written}"), "a")
    assert isinstance(node, yaml.Node)
    assert scalar_value(node) == read


def word(text: str, scope: Scope) -> str | None:
    command = read_script(f"x {text}")[0].pipelines[0].only
    assert isinstance(command, Simple)
    return scope.word(command.words[1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A", "a"),
        ("'$A'", "$A"),
        ('"${B}"', "b c"),
        # The shell splits it.
        ("$B", None),
        ("${{ env.B }}", None),
        ("'${{ env.B }}'", "b c"),
        ("'${{ env.C }}'", None),
        ('"${{ env.C }}"', "it's"),
        ("$UNKNOWN", None),
        ("$(x)", None),
        ("${A:-x}", None),
    ],
)
def test_a_word_has_the_value_that_the_shell_gives_it(text: str, value: str | None) -> None:
    scope = Scope(Expressions()).with_env(compose("{A: a, B: b c, C: it's}"))
    assert word(text, scope) == value


def test_an_expression_that_only_github_knows_is_written_as_it_was() -> None:
    outer = Scope(Expressions()).with_env(compose("{A: 'x${{secrets.B}}'}"))
    scope = outer.with_env(compose("{C: '${{ env.A }}!'}"))
    value = scope.text("${{ env.C }} ${{ env.D }}")
    assert scope.expressions.written(value) == "x${{ secrets.B }}! ${{ env.D }}"
    assert scope.expressions.unset(value) == ["D"]
    assert scope.text("${{ secrets.B }}") == scope.text("${{secrets.B}}")


def test_the_nearest_env_counts() -> None:
    outer = Scope(Expressions()).with_env(compose("{A: a, B: b}"))
    assert outer.with_env(compose("{A: c}")).env == {"A": "c", "B": "b"}
