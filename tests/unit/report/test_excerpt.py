"""Excerpts of long texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.redaction import Redactor
from ci_kit.report.excerpt import Kept, excerpt

LIMIT = 2000


@pytest.mark.parametrize("kept", ["end", "beginning"])
@given(words=st.lists(st.text("ab", min_size=1, max_size=300), max_size=60))
def test_an_excerpt_has_whole_words_and_as_many_as_fit(kept: Kept, words: list[str]) -> None:
    text = " ".join(words)
    shown = excerpt(text, Redactor(), kept=kept)
    if len(text) <= LIMIT:
        assert shown == text
        return
    left = shown.replace("…", "").split()
    assert left == (words[len(words) - len(left) :] if kept == "end" else words[: len(left)])
    following = words[-len(left) - 1] if kept == "end" else words[len(left)]
    assert len(" ".join([*left, following])) > LIMIT


def test_an_excerpt_may_have_the_beginning_and_the_end() -> None:
    assert excerpt("a b c d e f", Redactor(), kept="both", limit=8) == "a b\n…\ne f"
    assert excerpt("a b c d e f", Redactor(), kept="both", limit=11) == "a b c d e f"


def test_an_excerpt_has_no_colours() -> None:
    assert excerpt("\x1b[31mred\x1b[0m \x1b[1;4mbold", Redactor()) == "red bold"


@pytest.mark.parametrize("kept", ["end", "beginning", "both"])
@pytest.mark.parametrize("at", [LIMIT // 2 - 7, LIMIT - 13, LIMIT - 7, LIMIT - 1, LIMIT])
def test_no_part_of_a_secret_is_left(at: int, kept: Kept) -> None:
    redactor = Redactor()
    redactor.add("hunter2 with spaces")
    # As long before the secret as after it: it is at the same place for both ends.
    filling = "x " * LIMIT
    both = f"{filling[:at]}hunter2 with spaces{filling}hunter2 with spaces{filling[:at]}"
    assert "hunter" not in excerpt(both, redactor, kept=kept)
    text = f"{filling[:at]}hunter2 with spaces{filling[:at]}"
    shown = excerpt(text, redactor, kept=kept)
    assert "hunter" not in shown
    assert "spaces" not in shown


def test_a_secret_that_only_the_runner_knows_is_left_out_as_a_whole() -> None:
    secret = "ghp_" + "0123456789" * 4
    shown = excerpt("x " * (LIMIT // 2 - 10) + secret + " y" * LIMIT, Redactor())
    assert shown == "x " * (LIMIT // 2 - 10) + "…"


@pytest.mark.parametrize("kept", ["end", "beginning", "both"])
def test_a_single_word_that_is_too_long_is_left_out(kept: Kept) -> None:
    assert excerpt("x" * (LIMIT + 1), Redactor(), kept=kept).split() == ["…"]
