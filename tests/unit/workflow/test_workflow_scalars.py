"""Texts come out of YAML as they went in, whoever reads it."""

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
    """What a reader without types, one of YAML 1.1 and one of YAML 1.2 make of a document."""
    return [
        yaml.load(document, yaml.BaseLoader),
        yaml.load(document, yaml.SafeLoader),
        YAML(typ="safe", pure=True).load(document),
    ]


@given(TEXT)
@example(" at the start")
@example("at the end ")
@example(" ")
def test_any_text_comes_back_exactly_as_a_value_and_as_a_key(text: str) -> None:
    document = f"- before\n- key: {scalar(text)}\n- {scalar(text)}: value\n"
    # A key that is longer than YAML allows without a "?" is none of ours: names are checked.
    if len(scalar(text)) < 1000:
        assert readings(document) == [["before", {"key": text}, {text: "value"}]] * 3


@given(TEXT)
@example("  indented first\nthen not\n")
@example("trailing blank\n\n")
@example("\nleading blank\n")
@example("\ttab\n")
@example("a\n   \nb")
def test_any_script_comes_back_exactly(text: str) -> None:
    document = f"steps:\n  - run: {block(text, 4)}\n\n  - name: next\n"
    assert readings(document) == [{"steps": [{"run": text}, {"name": "next"}]}] * 3


def test_a_script_is_written_as_one_reads_it() -> None:
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
def test_what_a_reader_could_take_for_something_else_is_quoted(text: str) -> None:
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
def test_what_is_safe_stays_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["\u202eevil", "zero\u200bwidth", "bell\x07", "no-break\xa0space", "\ufeff"])
def test_what_a_reviewer_cannot_see_is_escaped(text: str) -> None:
    assert scalar(text).isascii()
    assert block(f"{text}\n", 0).isascii()


def test_numbers_and_truth_values_are_themselves() -> None:
    assert [scalar(15), scalar(True), scalar(False)] == ["15", "true", "false"]


@pytest.mark.parametrize("value", [3.10, None, ["a"]])
def test_a_value_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="is wanted"):
        scalar(value)
