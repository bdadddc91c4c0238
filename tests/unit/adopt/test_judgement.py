"""The judgement of an adoption: it accepts a good one, and sees every other change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adopt.cases import Case, load_cases
from tests.adopt.effective import ci_kit_steps, wrong_settings
from tests.adopt.judgement import changed_lines_that_stay, lines_left_over, wrong_line_ends

CHANGED = [case for case in load_cases() if case.gone]
STEP = "      - uses: example/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"


def adopted_by_hand(case: Case) -> dict[int, bytes]:
    """The lines by number, without those that may go, and with a new line in place of the last of these."""
    end = b"\r\n" if b"\r\n" in case.data else b"\n"
    changed = case.gone | case.free
    lines = {number: line for number, line in enumerate(case.lines, 1) if number not in changed}
    lines[max(changed)] = STEP.encode() + end
    return dict(sorted(lines.items()))


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CHANGED, ids=[case.name for case in CHANGED])


@each()
def test_a_change_of_only_the_lines_that_may_go_is_accepted(case: Case) -> None:
    after = b"".join(adopted_by_hand(case).values())
    assert changed_lines_that_stay(case, after) == []
    assert lines_left_over(case, after) == []
    assert wrong_line_ends(case, after) == []


@each()
def test_every_change_of_another_line_is_seen(case: Case) -> None:
    lines = adopted_by_hand(case)
    stay = lines.keys() - case.changeable
    for number in stay:
        changes = {"missing": b"", "longer": lines[number].rstrip(b"\r\n") + b" \n"}
        # New text is accepted only where lines went.
        if number - 1 in stay:
            changes["behind a new line"] = b"# new\n" + lines[number]
        for what, line in changes.items():
            after = b"".join((lines | {number: line}).values())
            assert changed_lines_that_stay(case, after), f"line {number} is {what}"


@each()
def test_a_workflow_that_stays_as_it_is_has_lines_left_over(case: Case) -> None:
    assert lines_left_over(case, case.data)


def test_other_line_ends_and_a_lost_byte_order_mark_are_seen() -> None:
    cases = {case.name: case for case in load_cases()}
    windows, marked = cases["21-crlf"], cases["22-bom"]
    assert wrong_line_ends(windows, windows.data.replace(b"\r\n", b"\n", 1))
    assert wrong_line_ends(marked, marked.data.replace(b"\n", b"\r\n", 1))
    assert wrong_line_ends(marked, marked.data[3:])


WORKFLOW = f"""\
on: push
env: {{MYSQL_USER: outer, MYSQL_PASSWORD: 0000, NAME: shop}}
jobs:
  test:
    env: {{MYSQL_USER: inner}}
    steps:
{STEP}
        with:
          database: ${{{{ env.NAME }}}}_test
          pytest-args: -m 'not slow'
"""


def test_a_setting_comes_from_the_input_then_the_environment_then_the_default() -> None:
    (step,) = ci_kit_steps(WORKFLOW)
    wanted = {
        "database": "shop_test",
        "mysql-user": "inner",
        "mysql-password": "0",
        "timezone": "Asia/Seoul",
        "pytest-args": '-m "not slow"',
        "working-directory": ".",
    }
    assert list(wrong_settings(step, wanted)) == []
    assert len(list(wrong_settings(step, dict.fromkeys(wanted, "other")))) == len(wanted)


def test_the_words_of_a_test_command_are_the_arguments_of_pytest() -> None:
    (step,) = ci_kit_steps(WORKFLOW)
    other = replace(step, inputs={"test-command": "python -m pytest -x tests"})
    assert list(wrong_settings(other, {"pytest-args": "-x tests"})) == []


def test_a_password_that_is_repeated_as_a_text_is_seen() -> None:
    (step,) = ci_kit_steps(WORKFLOW)
    assert replace(step, inputs={"mysql-password": "0"}).password_is_repeated
    assert not replace(step, inputs={"mysql-password": "${{ env.MYSQL_PASSWORD }}"}).password_is_repeated
