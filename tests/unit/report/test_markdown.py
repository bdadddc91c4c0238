"""Arbitrary text in Markdown, read back by a parser of CommonMark."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ci_kit.report.markdown import code_block, code_span
from tests.unit.report.making import code_in

# U+0000 is replaced by every parser of CommonMark.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(
    "`~ <>\n\r\t#-|&a"
)


@given(text=TEXT.filter(str.strip))
@example("`")
@example(" a ")
@example("` `` `")
@example("\n`")
def test_a_code_span_is_the_text_on_one_line(text: str) -> None:
    (shown,) = code_in(f"- a: {code_span(text)}, b")
    assert shown.split() == text.split()
    assert sorted(shown.replace(" ", "")) == sorted(text.replace(" ", "").replace("\r", "").replace("\n", ""))


@given(text=TEXT)
@example("```")
@example("x\r```\ry")
@example("````\n`````")
def test_a_code_block_is_the_text(text: str) -> None:
    (shown,) = code_in(f"a\n\n{code_block(text)}\n\nb\n")
    assert shown.rstrip() == text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def test_an_empty_text_is_no_code_span() -> None:
    assert [code_span(text) for text in ("", " ", "\n\r")] == ["", "", ""]
