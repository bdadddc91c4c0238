"""Every YAML parser reads exactly the string that was written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ci_kit.workflow.scalars import block, scalar

HOSTILE = [
    "",
    " ",
    "a\nb\n\n c",
    "\r\n",
    'say "it\'s" \\n',
    "${{ secrets.X }}",
    "a # b",
    "a: b",
    "a:",
    "- a",
    "---",
    "<<",
    "*a",
    "&a",
    "!tag",
    "%TAG",
    "\t",
    "a\u2028b\x85c",
    "\ufeff",
    "\u202eevil",
    "한국어 🐬",
    "null",
    "=",
]
WORD = st.sampled_from([*HOSTILE, *":#'{}[],|>?1e.", "\n", "  "])
TEXT = st.text() | st.lists(WORD).map("".join)


def readings(document: str) -> list[Any]:
    """The document as a parser without types, a YAML 1.1 parser and a YAML 1.2 parser read it."""
    return [
        yaml.load(document, yaml.BaseLoader),
        yaml.load(document, yaml.SafeLoader),
        YAML(typ="safe", pure=True).load(document),
    ]


@given(TEXT)
@example(" at the start")
@example("at the end ")
@example(" ")
def test_parsers_read_any_string_exactly_as_a_value_and_as_a_key(text: str) -> None:
    document = f"- before\n- key: {scalar(text)}\n- {scalar(text)}: value\n"
    # YAML limits keys to 1024 characters. ci-kit writes names as keys, which it checks.
    if len(scalar(text)) < 1000:
        assert readings(document) == [["before", {"key": text}, {text: "value"}]] * 3


@given(TEXT)
@example("  indented first\nthen not\n")
@example("trailing blank\n\n")
@example("\nleading blank\n")
@example("\ttab\n")
@example("a\n   \nb")
def test_parsers_read_any_script_exactly(text: str) -> None:
    document = f"steps:\n  - run: {block(text, 4)}\n\n  - name: next\n"
    assert readings(document) == [{"steps": [{"run": text}, {"name": "next"}]}] * 3


def test_a_script_is_a_readable_block() -> None:
    script = 'set -e\n\nif [[ "${#a[@]}" -gt 0 ]]; then\n  cat <<EOF\n# 한국어: ${{ secrets.X }}\nEOF\nfi\n'
    written = block(script, 0)
    assert written.splitlines() == ["|", "  set -e", "", *(f"  {line}" for line in script.splitlines()[2:])]


@pytest.mark.parametrize(
    "text",
    [
        *["3.10", "0123", "0o17", "0x1f", "1_000", "+1", "-1", ".5", "1e3", ".inf", "-.INF", ".nan"],
        *["1:30", "12:30:45", "2026-11-25"],
        *["on", "off", "On", "yes", "NO", "y", "N", "true", "False", "null", "NULL", "~", "=", "<<"],
    ],
)
def test_a_string_that_looks_like_another_type_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text",
    [
        "main",
        "ubuntu-24.04",
        "release/**",
        "${{ secrets.X }}",
        "a#b",
        "http://a:80/b",
        "시험",
        "it's",
        "online",
    ],
)
def test_a_safe_string_stays_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["\u202eevil", "zero\u200bwidth", "bell\x07", "no-break\xa0space", "\ufeff"])
def test_characters_that_a_reviewer_cannot_see_are_escaped(text: str) -> None:
    assert scalar(text).isascii()
    assert block(f"{text}\n", 0).isascii()


def test_integers_and_booleans_keep_their_type() -> None:
    assert [scalar(15), scalar(True), scalar(False)] == ["15", "true", "false"]


@pytest.mark.parametrize("value", [3.10, None, ["a"]])
def test_a_value_of_another_type_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match="expected a string"):
        scalar(value)
