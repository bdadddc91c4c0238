"""`ci-kit adopt` on every workflow of the corpus: what stays, what goes, and what is carried over."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.adopt.adopting import Adoption, adopt, adopt_again, workflow_file
from tests.adopt.cases import Case, load_cases
from tests.adopt.effective import ci_kit_steps, wrong_settings
from tests.adopt.judgement import BOM, changed_lines_that_stay, lines_left_over, wrong_line_ends
from tests.adopt.linting import findings
from tests.support.waiting import LIMIT

CASES = load_cases()
VALID = [case for case in CASES if case.result != "invalid"]
TO_CHANGE = [case for case in CASES if case.must_change]
WOULD_CHANGE = 10


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], Adoption]:
    """The adoption of a case. Each process adopts a case once."""
    cases = {case.name: case for case in CASES}

    @cache
    def by_name(name: str) -> Adoption:
        return adopt(cases[name], tmp_path_factory.mktemp(name))

    return lambda case: by_name(case.name)


@each(CASES)
def test_every_other_line_stays_byte_for_byte(case: Case, adopted: Callable[[Case], Adoption]) -> None:
    after = adopted(case).data
    problems = changed_lines_that_stay(case, after) + wrong_line_ends(case, after)
    assert not problems, "\n".join((*problems, adopted(case).text))


@each(TO_CHANGE)
def test_the_hand_written_lines_go(case: Case, adopted: Callable[[Case], Adoption]) -> None:
    left = lines_left_over(case, adopted(case).data)
    assert not left, "\n".join((*left, adopted(case).text))


@each([case for case in VALID if not case.may_change])
def test_a_workflow_with_nothing_to_adopt_stays(case: Case, adopted: Callable[[Case], Adoption]) -> None:
    assert adopted(case).data == case.data, adopted(case).text


@each([case for case in CASES if case.result == "invalid"])
def test_an_invalid_workflow_is_refused_with_its_line(
    case: Case, adopted: Callable[[Case], Adoption]
) -> None:
    adoption = adopted(case)
    assert adoption.code not in (0, WOULD_CHANGE)
    assert adoption.data == case.data
    assert any(f"line {number}" in adoption.text for number in case.line), adoption.text
    assert "Traceback" not in adoption.text


@each(TO_CHANGE)
def test_the_step_has_the_values_of_the_lines_that_went(
    case: Case, adopted: Callable[[Case], Adoption]
) -> None:
    adoption = adopted(case)
    steps = ci_kit_steps(adoption.data.decode("utf-8"))
    chosen = [step for step in steps if step.job == (case.job or step.job)]
    assert len(chosen) == 1, adoption.text
    problems = [*wrong_settings(chosen[0], case.settings)]
    if chosen[0].password_is_repeated:
        problems.append("the password is written as a text, although the environment has it")
    assert not problems, "\n".join((*problems, str(chosen[0].inputs), adoption.text))


@each([case for case in CASES if case.explains])
def test_the_explanation_names_what_matters(case: Case, adopted: Callable[[Case], Adoption]) -> None:
    text = adopted(case).text
    missing = [word for word in case.explains if word.lower() not in text.lower()]
    assert not missing, f"{missing} not in:\n{text}"


@each(VALID)
def test_a_second_adoption_changes_nothing(
    case: Case, adopted: Callable[[Case], Adoption], tmp_path: Path
) -> None:
    first = adopted(case)
    second = adopt_again(case, first.data, tmp_path)
    assert second.data == first.data, second.text


@each(VALID)
def test_the_check_fails_only_before_the_adoption(
    case: Case, adopted: Callable[[Case], Adoption], tmp_path: Path
) -> None:
    first = adopted(case)
    before = adopt_again(case, case.data, tmp_path, "--check")
    after = adopt_again(case, first.data, tmp_path, "--check")
    assert (before.code == WOULD_CHANGE) == (first.data != case.data), before.text
    assert after.code != WOULD_CHANGE, after.text
    assert before.data == case.data


@each([case for case in VALID if case.may_change])
def test_the_printed_diff_is_the_change(
    case: Case, adopted: Callable[[Case], Adoption], tmp_path: Path
) -> None:
    printed = adopt_again(case, case.data, tmp_path, "--diff")
    assert printed.data == case.data
    if printed.stdout:
        command = ["git", "apply", "--whitespace=nowarn", "-"]
        subprocess.run(command, input=printed.stdout.encode(), cwd=tmp_path, check=True, timeout=LIMIT)
    assert workflow_file(case, tmp_path).read_bytes() == adopted(case).data


def test_the_linters_find_nothing_new(adopted: Callable[[Case], Adoption], tmp_path: Path) -> None:
    before = findings({case.name: case.data for case in VALID}, tmp_path / "before")
    after = findings({case.name: adopted(case).data for case in VALID}, tmp_path / "after")
    new = after - before
    assert not new, "\n".join(f"{name}: {linter}: {what}" for name, linter, what in new)


def with_windows_line_ends(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def with_a_byte_order_mark(data: bytes) -> bytes:
    return BOM + data.removeprefix(BOM)


def with_a_comment_before(data: bytes) -> bytes:
    mark, end = BOM * data.startswith(BOM), b"\r\n" if b"\r\n" in data else b"\n"
    return mark + "# 설명: sudo systemctl start mysql".encode() + end + data.removeprefix(BOM)


def indented_by_one_more(data: bytes) -> bytes:
    return b"".join(b" " + line if line.strip() else line for line in data.splitlines(keepends=True))


FORMS = (with_windows_line_ends, with_a_byte_order_mark, with_a_comment_before, indented_by_one_more)
# The first line of these cannot be indented.
AT_THE_MARGIN = (BOM, b"---", b"{")
CHANGED = [
    (case, form)
    for case in VALID
    for form in FORMS
    if form is not indented_by_one_more or not case.data.startswith(AT_THE_MARGIN)
]


@pytest.mark.parametrize(
    ("case", "form"), CHANGED, ids=[f"{case.name}-{form.__name__}" for case, form in CHANGED]
)
def test_the_form_of_the_file_does_not_change_what_is_adopted(
    case: Case, form: Callable[[bytes], bytes], adopted: Callable[[Case], Adoption], tmp_path: Path
) -> None:
    other = adopt_again(case, form(case.data), tmp_path)
    assert other.data == form(adopted(case).data), other.text
