"""The text of a workflow after its adoption: what goes, what stays, and where the step stands."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.adopt.adoption import _require_same
from ci_kit.adopt.document import Document
from ci_kit.adopt.splices import Splice, apply_splices
from ci_kit.errors import BugError, UsageError
from tests.unit.adopt.workflows import USES, adopt, inputs_of, job, steps_of, told

HEAD = "name: CI # 이름\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
GOES = [
    "      - run: sudo systemctl start mysql\n",
    """\
      - name: Zone
        run: |  # 시간대
          sudo rm /etc/localtime

          # KST
          sudo ln -s /usr/share/zoneinfo/Asia/Seoul /etc/localtime
""",
    "      - {name: 'a, b', run: \"mysql -uroot -proot -e 'CREATE DATABASE x'\"} # comment\n",
    "      - run: >-\n          sudo timedatectl\n          set-timezone Asia/Seoul\n",
    "      -\n        # a comment\n        run: sudo service mysql restart\n        name: last\n",
    '      - run: "mysql -uroot -proot -e \\"FLUSH PRIVILEGES\\""\n',
]
STAYS = [
    "      - uses: actions/checkout@v4\n",
    "\n",
    "      # - run: sudo systemctl start mysql\n",
    "      # 데이터베이스를 시작합니다\n",
    """\
      - name: Install
        run: |
          pip install -r requirements.txt   \n

          # end
""",
    "      - {run: ruff check .}\n",
    "  # less indented\n",
    "      - &other\n        run: pip list\n",
    "      -   name: wide\n          run:  black --check .\n",
]
TESTS = "      - run: pytest -q\n"
NEW = f"""\
      - name: Run the tests
        uses: {USES} # v1.0.0
        with:
          timezone: {{}}
"""


@given(
    st.lists(st.sampled_from([*GOES, *STAYS]), max_size=10),
    st.lists(st.sampled_from(STAYS), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),
)
def test_all_other_lines_stay_byte_for_byte(
    before: list[str], after: list[str], newline: str, mark: str, ended: bool
) -> None:
    # The same anchor must not be defined twice.
    before = [one for number, one in enumerate(before) if "&" not in one or one not in before[:number]]
    after = [one for one in after if "&" not in one]
    text = mark + "".join([HEAD, *before, TESTS, *after]).replace("\n", newline)
    text = text if ended else text.removesuffix(newline)
    adoption = adopt(text)
    zone = "Asia/Seoul" if any(one in (GOES[1], GOES[3]) for one in before) else "UTC"
    start, found, end = adoption.after.partition(NEW.format(zone).replace("\n", newline))
    assert found
    assert start == mark + "".join([HEAD, *_left(before)]).replace("\n", newline)
    rest = "".join(after).replace("\n", newline)
    assert end.endswith(rest if ended else rest.removesuffix(newline))
    assert adopt(adoption.after).after == adoption.after


def _left(lines: list[str]) -> list[str]:
    """What stays of the steps before the tests, without the empty lines that would be left over."""
    left: list[str] = []
    is_left_over = False
    for one in lines:
        if one in GOES:
            is_left_over = not left or left[-1] == "\n"
        elif one != "\n" or not is_left_over:
            left.append(one)
            is_left_over = False
    return left


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.text(max_size=3)), max_size=6))
def test_splices_change_nothing_else(text: str, given_places: list[tuple[int, str]]) -> None:
    places = sorted({min(place, len(text)) for place, _ in given_places})
    splices = [Splice(start, end, "<>") for start, end in list(pairwise(places))[::2]]
    expected, position = "", 0
    for one in splices:
        expected += text[position : one.start] + "<>"
        position = one.end
    assert apply_splices(text, reversed(splices)) == expected + text[position:]


def test_splices_that_overlap_are_an_error() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_splices("abc", [Splice(0, 2), Splice(1, 3)])


def test_the_step_of_the_tests_keeps_its_other_keys_and_comments() -> None:
    text = job(
        "name: Test # 시험\nid: tests\nif: ${{ !cancelled() }} # always\nenv:\n  # mine\n  A: 'b'\n"
        "working-directory: ./app\nshell: bash\nrun: |\n  pytest\ntimeout-minutes: 5"
    )
    assert adopt(text).after == text.replace(
        "        working-directory: ./app\n        shell: bash\n", ""
    ).replace(
        "        run: |\n          pytest\n",
        f"        uses: {USES} # v1.0.0\n        with:\n          working-directory: app\n"
        '          timezone: UTC\n          mysql: "off"\n          coverage: "false"\n',
    )


def test_a_step_with_braces_keeps_them() -> None:
    text = job().replace(
        "    steps:\n", "    steps: [{run: ls}, {name: T, run: 'pytest -k \"a, b\"'}, {run: pwd}]\n"
    )
    after = adopt(text).after
    assert f"steps: [{{run: ls}}, {{name: T, uses: {USES}, # v1.0.0\n" in after
    assert "pytest-args: \"-k 'a, b'\"" in after
    assert inputs_of(adopt(text))["pytest-args"] == "-k 'a, b'"
    assert after.endswith("}, {run: pwd}]\n")


def test_inputs_are_indented_as_the_file_is() -> None:
    text = job("uses: x/y@v1\nwith:\n    a: b", "pytest")
    assert "        with:\n            timezone: UTC\n" in adopt(text).after


def test_other_commands_of_the_script_get_steps_before_and_after() -> None:
    text = job(
        "uses: actions/checkout@v4",
        "name: All\nenv: {A: b}\nrun: |\n  cd app\n  pip install x   # 설치\n  sudo service mysql start\n"
        "  pytest -q\n\n  # tell\n  ./tell.sh 'a\n  b' \\\n    c\n",
        "ls",
    )
    adoption = adopt(text)
    tell = "          ./tell.sh 'a\n          b' \\\n            c\n"
    without = text.replace("          sudo service mysql start\n          pytest -q\n", "")
    assert adoption.after == without.replace(
        tell,
        f"""\
      - name: Run the tests
        env: {{A: b}}
        uses: {USES} # v1.0.0
        with:
          working-directory: app
          timezone: UTC
          mysql-password: root
          pytest-args: "-q"
          coverage: "false"
      - env: {{A: b}}
        working-directory: app
        run: |
{tell}""",
    )
    assert "it gets a step of its own" in told(adoption)


def test_two_equal_lines_after_the_tests_both_stay() -> None:
    assert adopt(job("pytest\n./tell.sh\n./tell.sh")).after.endswith(
        "          ./tell.sh\n          ./tell.sh\n"
    )


def test_new_steps_keep_the_distance_of_the_others() -> None:
    text = job("ls", "pip install x\npytest").replace(
        "      - run: |\n          pip", "\n      - run: |\n          pip"
    )
    assert "          pip install x\n\n      - name: Run the tests\n" in adopt(text).after


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("sudo service mysql start && pip install x", "pip install x"),
        ("pip install x && sudo service mysql start", "pip install x"),
        ("pip install x; sudo service mysql start; pip list", "pip install x; pip list"),
        ("sudo service mysql start; sleep 1; pip list # why", "pip list # why"),
    ],
)
def test_a_part_of_a_line_goes_alone(line: str, rest: str) -> None:
    for quoted in (line, f"'{line}'") if "#" not in line else (f"'{line}'",):
        adoption = adopt(job(f"run: {quoted}", "pytest"))
        assert [one["run"] for one in steps_of(adoption) if "run" in one] == [rest]


@pytest.mark.parametrize(
    "step",
    [
        "run: >\n  pip install x &&\n  sudo service mysql start",
        'run: "pip install \\"x\\"; sudo service mysql start"',
        "run: pip install 'a'\n  && sudo service mysql start",
    ],
)
def test_a_script_that_is_folded_or_escaped_goes_as_a_whole_or_not_at_all(step: str) -> None:
    adoption = adopt(job(step, "pytest"))
    assert steps_of(adoption)[0]["run"].rstrip().endswith("service mysql start")
    assert "folded or escaped" in told(adoption)
    assert inputs_of(adoption)["mysql"] == "off"


def test_a_block_whose_indentation_is_a_number_loses_only_its_set_up() -> None:
    text = job("ls", "pytest").replace(
        "run: |\n          ls",
        "run: |2-\n            pip list\n          sudo service mysql start\n          ls",
    )
    assert adopt(text).after.startswith(text.partition("          sudo")[0] + "          ls\n      - name:")


def test_a_result_that_changes_another_part_is_refused() -> None:
    text = job("pytest") + "  other:\n    steps: [{run: ls}]\n"
    document = Document.parse(text)
    _require_same(document, text.replace("pytest", "x"), {"test": {0}})
    for wrong in (text.replace("ls", "x"), text.replace("ubuntu", "x"), text + "  -\n"):
        with pytest.raises(BugError, match="not what was planned"):
            _require_same(document, wrong, {"test": {0}})


def test_what_another_step_needs_stays() -> None:
    start = "id: db\nrun: sudo service mysql start"
    adoption = adopt(job(start, "pytest", "echo ${{ steps.db.outcome }}"))
    assert "sudo service mysql start" in adoption.after
    assert "another step uses steps.db" in told(adoption)


def test_a_step_whose_anchor_is_used_stays() -> None:
    text = job("pytest").replace(
        "    steps:\n", "    steps:\n      - &db\n        run: sudo service mysql start\n"
    )
    both = text + "  other:\n    runs-on: x\n    steps:\n      - *db\n"
    assert "sudo service" not in adopt(text).after
    adoption = adopt(both)
    assert "      - &db\n        run: sudo service mysql start\n" in adoption.after
    assert "uses an anchor of the step" in told(adoption)


def test_two_jobs_with_tests_are_both_adopted() -> None:
    text = job("pytest a") + "  other:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest b\n"
    adoption = adopt(text)
    assert [steps_of(adoption, name)[0]["with"]["pytest-args"] for name in ("test", "other")] == ["a", "b"]


def test_a_tab_that_only_libyaml_accepts_is_an_error_with_its_line() -> None:
    text = job("mysql <<X\n\tuse x;\nX", "pytest").replace("          \tuse", "       \tuse")
    with pytest.raises(UsageError, match="line 8"):
        adopt(text)


def test_a_job_without_tests_stays() -> None:
    text = job("sudo systemctl start mysql", "mysql -e 'CREATE DATABASE x'", "./deploy.sh")
    assert not adopt(text).changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Between other steps, at the beginning, and several in a row.
        ("A--G--T", "A--T"),
        ("A-G-T", "A-T"),
        ("A-GG-T", "A-T"),
        ("A-G-G-T", "A-T"),
        ("G-T", "T"),
        ("G--G-A-T", "A-T"),
        # Nothing was left over.
        ("AG-T", "A-T"),
        ("A-GT", "A-T"),
        ("A--T", "A--T"),
    ],
)
def test_no_empty_line_is_left_over(before: str, after: str) -> None:
    lines = {"A": STAYS[0], "G": GOES[0], "T": TESTS, "-": "\n"}
    text, expected = (HEAD + "".join(lines[one] for one in steps) for steps in (before, after))
    new_step = "      - name: Run the tests\n"
    assert adopt(text).after.partition(new_step)[0] == expected.removesuffix(TESTS)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_no_empty_line_is_left_over_at_the_end(newline: str) -> None:
    text = f"{HEAD}{TESTS}\n{GOES[5]}".replace("\n", newline)
    after = adopt(text).after
    assert after == after.rstrip() + newline


def test_a_comment_above_a_step_that_goes_is_named_and_stays() -> None:
    comment = "      # The server\n"
    adoption = adopt(f"{HEAD}{STAYS[0]}\n{comment}{GOES[0]}{comment}\n{GOES[1]}{comment}{TESTS}")
    assert adoption.after.count(comment) == 3
    assert "advice    line 9: the comment stays, and the step below it goes" in told(adoption)
    assert told(adoption).count("the comment stays") == 1
