"""The words of commands: each form that a setting may have."""

from __future__ import annotations

from typing import Any

import pytest

from ci_kit.settings.command_lines import command_lines


@pytest.mark.parametrize(
    ("value", "commands"),
    [
        ("", ()),
        ("  \n", ()),
        ([], ()),
        ("python a.py 'b c'", (("python", "a.py", "b c"),)),
        ("\npython a.py\n\n  pytest -x  \n", (("python", "a.py"), ("pytest", "-x"))),
        ("python a.py \\\n  --fast\npytest", (("python", "a.py", "--fast"), ("pytest",))),
        (["python", "a b.py"], (("python", "a b.py"),)),
        (["make"], (("make",),)),
        ([["python", "a.py"], ["pytest"]], (("python", "a.py"), ("pytest",))),
        ((("python", "a.py"),), (("python", "a.py"),)),
        # Words that a shell would read are words in a list.
        (["grep", "-q", "|", "a;b"], (("grep", "-q", "|", "a;b"),)),
        (["A=1"], (("A=1",),)),
        ("pytest -k 'a and b' -o x=1", (("pytest", "-k", "a and b", "-o", "x=1"),)),
    ],
)
def test_a_value_means_commands(value: object, commands: tuple[tuple[str, ...], ...]) -> None:
    assert command_lines(value) == commands
    assert command_lines(commands) == commands


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("python a.py && pytest", "&& has no meaning"),
        ("python a.py; pytest\npytest | tee log", "| has no meaning"),
        ("pytest > log", "> has no meaning"),
        ("A=1 pytest", "A=1 cannot set a variable"),
        ("python 'a.py", "words as in a shell command: No closing quotation"),
        ("''", "a command is empty"),
        ([""], "a command is empty"),
        ([[]], "a command is empty"),
        ([["python"], []], "a command is empty"),
        ([["python"], "pytest"], "a string with a command on each line"),
        (["python", ["pytest"]], "a string with a command on each line"),
        ([1], "a string with a command on each line"),
        ([["python", 1]], "expected a list of strings"),
        (1, "a string with a command on each line"),
        ({"python": "a.py"}, "a string with a command on each line"),
        (["python", "a\0b"], "without a NUL character"),
    ],
)
def test_another_value_is_an_error(value: Any, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        command_lines(value)
    assert problem in str(caught.value)
