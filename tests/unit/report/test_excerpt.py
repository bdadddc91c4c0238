"""Excerpts of long texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.redaction import Redactor
from ci_kit.report.excerpt import excerpt

LIMIT = 2000


@pytest.mark.parametrize("end", [True, False])
@given(words=st.lists(st.text("ab", min_size=1, max_size=300), max_size=60))
def test_an_excerpt_has_whole_words_and_as_many_as_fit(end: bool, words: list[str]) -> None:
    text = " ".join(words)
    shown = excerpt(text, Redactor(), end=end)
    if len(text) <= LIMIT:
        assert shown == text
        return
    kept = shown.replace("…", "").split()
    assert kept == (words[len(words) - len(kept) :] if end else words[: len(kept)])
    following = words[-len(kept) - 1] if end else words[len(kept)]
    assert len(" ".join([*kept, following])) > LIMIT


@pytest.mark.parametrize("end", [True, False])
@pytest.mark.parametrize("at", [LIMIT - 13, LIMIT - 7, LIMIT - 1, LIMIT])
def test_no_part_of_a_secret_is_left(at: int, end: bool) -> None:
    redactor = Redactor()
    redactor.add("hunter2 with spaces")
    # As long before the secret as after it: it is at the same place for both ends.
    filling = "x " * LIMIT
    text = f"{filling[:at]}hunter2 with spaces{filling[:at]}"
    shown = excerpt(text, redactor, end=end)
    assert "hunter" not in shown
    assert "spaces" not in shown


def test_a_secret_that_only_the_runner_knows_is_left_out_as_a_whole() -> None:
    secret = "ghp_" + "0123456789" * 4
    shown = excerpt("x " * (LIMIT // 2 - 10) + secret + " y" * LIMIT, Redactor())
    assert shown == "x " * (LIMIT // 2 - 10) + "…"


@pytest.mark.parametrize("end", [True, False])
def test_a_single_word_that_is_too_long_is_left_out(end: bool) -> None:
    assert excerpt("x" * (LIMIT + 1), Redactor(), end=end).strip() == "…"
