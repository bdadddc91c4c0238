"""The reader of shell scripts, compared with bash."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_kit.adopt.script.commands import (
    Expression,
    If,
    Loop,
    Opaque,
    Simple,
    Substitution,
    Text,
    Variable,
    commands_in,
)
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.script.words import UnsureError

TOKENS = [
    *("if", "then", "else", "fi", "for", "in", "while", "do", "done", "!", "[[", "]]", "{", "}", "echo", "x"),
    *("'", '"', "\\", "$(", ")", "(", "|", "&&", "||", ";", "&", "\n", "<<E", "<<-E", "E", "\t", "#", "`"),
    *("$x", "${x}", "${x:-1}", "a=1", "2>&1", ">", "<", "f", "*", "=", " "),
]
# Most scripts are made of whole commands, so that many of them are valid.
PIECES = st.one_of(
    st.sampled_from(TOKENS),
    st.sampled_from(["echo a", "true && false", "if x; then y; fi", "cat <<E\nb $x\nE\n", "a 'b c' \"$d\""]),
)
SCRIPTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"])), max_size=12).map(
    lambda pieces: "".join(part for piece in pieces for part in piece)
)


def is_valid_for_bash(script: str) -> bool:
    done = subprocess.run(
        ["bash", "-n"], input=script, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode == 0 and "warning" not in done.stderr


def words_of_bash(script: str) -> list[str]:
    """The words that bash passes to a program."""
    text = f"show() {{ printf '%s\\0' \"$@\"; }}\nset -f\n{script}"
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split("\0")[:-1]


@given(SCRIPTS)
@settings(max_examples=300, deadline=None)
def test_a_script_that_is_read_is_valid_for_bash(script: str) -> None:
    try:
        read_script(script)
    except UnsureError:
        return
    assert is_valid_for_bash(script)


@given(SCRIPTS)
@settings(max_examples=300, deadline=None)
def test_statements_follow_one_another_and_nothing_but_separators_is_between_them(script: str) -> None:
    try:
        statements = read_script(script)
    except UnsureError:
        return
    position = 0
    for statement in statements:
        between = script[position : statement.start]
        # Comments and continued lines too.
        code = [line.partition("#")[0] for line in between.replace("\\\n", "").split("\n")]
        assert set("".join(code)) <= set(" \t;&"), between
        assert position <= statement.start <= statement.end <= len(script)
        position = statement.end
    rest = [line.partition("#")[0] for line in script[position:].replace("\\\n", "").split("\n")]
    assert set("".join(rest)) <= set(" \t;&")


QUOTED = st.one_of(
    st.text('ab c"$`\\*;&|#', max_size=6).map(lambda text: f"'{text}'"),
    st.text("ab c'*;&|#", max_size=6).map(lambda text: f'"{text}"'),
    st.sampled_from(["\\ ", '\\"', "\\'", "\\\\", "\\;", "\\$", '"\\$x"', '"a\\\\b"', '"a\\nb"', "a\\\nb"]),
    st.text("abc/=.,:-", min_size=1, max_size=6),
)
WORDS = st.lists(QUOTED, min_size=1, max_size=4).map("".join)


@given(st.lists(WORDS, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_words_have_the_texts_that_bash_gives_a_program(words: list[str]) -> None:
    script = f"show {' '.join(words)}"
    (statement,) = read_script(script)
    command = statement.pipelines[0].only
    assert isinstance(command, Simple)
    assert [word.plain for word in command.words[1:]] == words_of_bash(script)


@pytest.mark.parametrize(
    ("body", "end"),
    [("a $ b\n\tc\n", "E"), ("'quoted' \"text\" \\\\ \\$x\n", "E"), ("a\\\nb\n", "E"), ("", "E")],
)
@pytest.mark.parametrize("start", ["<<E", "<<'E'", "<<-E"])
def test_a_here_document_has_the_text_that_bash_gives_a_program(body: str, end: str, start: str) -> None:
    script = f"cat {start}\n{body}{end}\n"
    (statement,) = read_script(script)
    command = statement.pipelines[0].only
    assert isinstance(command, Simple)
    (redirect,) = command.redirects
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert redirect.body is not None
    assert redirect.body.plain == done.stdout


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("case x in x) y;; esac", "'case' is not supported"),
        ("f() { x; }", "function"),
        ("a=(1 2)", "function or an array"),
        ("cat <<EOF\nx\n", "does not end with EOF"),
        ("echo 'x", "not closed"),
        ("echo $'\\n'", "$'…'"),
        ("diff <(x) <(y)", "<(…)"),
        ("for ((i=0;;)); do x; done", "for (("),
        ("if x; then y", "'fi' is missing"),
        ("fi", "'fi' is not expected"),
        ("a )", "')' is not expected"),
        ("x ${a:-${b}}", "too complicated"),
        ("cat <<E 'a\nb'\nE\n", "within a quote"),
        ("cat <<E\n$(x)\nE\n", "within a here-document"),
        ("$(" * 30 + ")" * 30, "nested too deeply"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_reason(script: str, reason: str) -> None:
    with pytest.raises(UnsureError) as caught:
        read_script(script)
    assert reason in caught.value.reason
    assert 0 <= caught.value.position <= len(script)


def test_an_expression_of_github_is_one_part_also_within_quotes() -> None:
    (statement,) = read_script("echo '${{ env.A }}' \"x${{ secrets['B b'] }}\" -p${{ inputs.c && 'd' }}")
    command = statement.pipelines[0].only
    assert isinstance(command, Simple)
    found = [[part.text for part in word.parts if isinstance(part, Expression)] for word in command.words]
    assert found == [[], ["env.A"], ["secrets['B b']"], ["inputs.c && 'd'"]]


def test_variables_and_substitutions_are_parts_of_words() -> None:
    (statement,) = read_script('N="$(ls | wc -l)" M=$x${y}$? K=${z:-1} run `pwd`')
    command = statement.pipelines[0].only
    assert isinstance(command, Simple)
    kinds = {
        name: [type(part) for part in word.parts if not isinstance(part, Text)]
        for name, word in command.assignments
    }
    assert kinds == {"N": [Substitution], "M": [Variable] * 3, "K": [Opaque]}
    inner = [one.words[0].plain for one in commands_in([statement]) if isinstance(one, Simple)]
    assert inner == ["run", "ls", "wc", "pwd"]


def test_compound_commands_have_their_parts() -> None:
    script = "if a; then b; elif c; then d; else e; fi\nwhile f; do g; done\nfor x in 1 2; do h; done 2>&1"
    first, second, third = (one.pipelines[0].only for one in read_script(script))
    assert isinstance(first, If)
    assert len(first.branches) == 2
    assert isinstance(second, Loop)
    assert isinstance(third, Loop)
    assert [word.plain for word in third.words] == ["1", "2"]
    assert [one.operator for one in third.redirects] == [">&"]
