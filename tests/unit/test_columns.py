"""The columns of text on a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.columns import cut, padded, terminal_columns, width, wrapped

# Without the characters that end a line or have no column of their own.
WORDS = st.lists(st.text("abc/.가나", min_size=1, max_size=30), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("price.py", 8),
        ("가격.py", 7),
        ("\uff46ull", 5),
        ("e\u0301", 1),
        ("a\u200bb", 2),
        ("\x1b[1m\x1b[31m가격\x1b[0m", 4),
        ("", 0),
    ],
)
def test_wide_characters_have_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 10)) == 10


@given(words=WORDS, columns=st.integers(5, 40))
def test_text_is_wrapped_at_spaces_only(words: list[str], columns: int) -> None:
    first, *others = wrapped(" ".join(words), columns, "  ")
    assert all(line.startswith("  ") for line in others)
    assert [word for line in (first, *others) for word in line.split()] == words
    assert [line for line in (first, *others) if width(line) > columns and " " in line.strip()] == []


@given(words=WORDS, columns=st.integers(1, 40))
def test_a_line_is_cut_before_the_last_column(words: list[str], columns: int) -> None:
    text = " ".join(words)
    shown = cut(text, columns)
    assert width(shown) <= columns
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_indentation_within_a_line_is_kept() -> None:
    assert list(wrapped("  0.00 %  a.py  1, 2", 80, "  ")) == ["  0.00 %  a.py  1, 2"]


@pytest.mark.parametrize(
    ("given_columns", "columns"), [("", 80), ("120", 120), ("0", 80), ("wide", 80), ("-5", 80)]
)
def test_without_a_terminal_the_variable_counts(
    given_columns: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", given_columns)
    assert terminal_columns(io.StringIO()) == columns
