"""The sections of a file that stay across renders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.errors import UsageError
from ci_kit.workflow.header import header, is_edited, without_header
from ci_kit.workflow.sections import BEGIN, END, with_sections, without_sections

GENERATED = "a: 1\nb:\n  - x\n\n  - y\nc: 3\n"
SECTION = f"  {BEGIN} (our own)\n  - mine\n\n  {END}\n"

lines = st.lists(st.sampled_from(["a:", "  - x", "  - y", "", "b: 1", "z"]), max_size=12)


def insert(text: str, number: int, section: str) -> str:
    before = text.splitlines(keepends=True)
    return "".join([*before[:number], section, *before[number:]])


@given(lines, st.data())
def test_a_file_with_any_sections_stays_as_it_is_if_nothing_else_changes(
    given: list[str], data: st.DataObject
) -> None:
    text = "".join(f"{line}\n" for line in given)
    current = text
    for _ in range(data.draw(st.integers(0, 3))):
        outside = [n for n in range(len(current.splitlines()) + 1) if not inside(current, n)]
        current = insert(current, data.draw(st.sampled_from(outside)), SECTION)
    assert with_sections(text, current, "file") == current
    assert without_sections(current).split() == text.split()


def inside(text: str, number: int) -> bool:
    before = text.splitlines()[:number]
    return sum(BEGIN in line for line in before) > sum(END in line for line in before)


@given(lines, lines, st.integers(0, 12))
def test_a_section_is_never_lost_and_the_new_lines_are_all_there(
    old: list[str], new: list[str], number: int
) -> None:
    old_text, new_text = ("".join(f"{line}\n" for line in one) for one in (old, new))
    current = insert(old_text, min(number, len(old)), SECTION)
    try:
        merged = with_sections(new_text, current, "file")
    except UsageError:
        # The place is gone: the file stays as it is.
        return
    assert SECTION in merged
    assert without_sections(merged).split() == new_text.split()


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        # The line before it decides, and what is new between the two comes after it.
        ("a: 1\nb:\n  - x\n  - new\n  - y\nc: 3\n", f"a: 1\nb:\n  - x\n{SECTION}  - new\n  - y\nc: 3\n"),
        ("a: 9\nb:\n  - x\n\n  - y\n", f"a: 9\nb:\n  - x\n{SECTION}\n  - y\n"),
        # Without the line before it, the line after it decides.
        ("a: 1\nb:\n  - z\n  - y\nc: 3\n", f"a: 1\nb:\n  - z\n{SECTION}  - y\nc: 3\n"),
    ],
)
def test_a_section_keeps_its_place_between_the_lines_around_it(new: str, expected: str) -> None:
    assert with_sections(new, insert(GENERATED, 3, SECTION), "file") == expected


def test_the_characters_of_a_section_stay_exact() -> None:
    section = SECTION.replace("mine", "mine \u2028\x85\x0c")
    assert section in with_sections(GENERATED.replace("c: 3", "c: 4"), insert(GENERATED, 3, section), "file")


def test_sections_at_both_ends_stay_there() -> None:
    current = f"{SECTION}{GENERATED}\n{SECTION}"
    assert with_sections("new: 1\n", current, "file") == f"{SECTION}new: 1\n\n{SECTION}"


def test_a_section_whose_place_is_gone_is_an_error_with_its_line() -> None:
    with pytest.raises(UsageError) as caught:
        with_sections("a: 1\nc: 3\n", insert(GENERATED, 3, SECTION), "ci.yml")
    assert caught.value.what == "ci.yml, line 4: the place of this section is not known any more"


@pytest.mark.parametrize(
    ("current", "told"),
    [
        (f"a\n{BEGIN}\nb\n", "line 2: the section does not end"),
        (f"a\n{END}\n", "line 2: a section ends that has not begun"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", "line 2: a section begins within the one of line 1"),
    ],
)
def test_a_mark_without_its_counterpart_is_an_error(current: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_sections("a\n", current, "ci.yml")
    assert told in caught.value.what


def test_an_edit_is_noticed_except_in_a_section_and_in_empty_lines() -> None:
    text = header("tool.ci-kit.workflow", GENERATED) + GENERATED
    assert without_header(text) == GENERATED
    assert not is_edited(text)
    assert not is_edited(insert(text, 5, f"\n{SECTION}\n"))
    assert is_edited(text.replace("- y", "- z"))
    assert is_edited(text + "d: 4\n")
    assert is_edited(text.replace("# Checksum", "# Sum"))
    assert is_edited(insert(text, 5, SECTION.replace(END, "")))
