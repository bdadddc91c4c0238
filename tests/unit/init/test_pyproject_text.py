"""Keys are added to the text of a pyproject.toml, and everything else stays as it is."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.errors import UsageError
from ci_kit.init.decision import Decision
from ci_kit.init.pyproject_text import Addition, expected, missing, with_additions

TABLE = ("tool", "ci-kit")
DATABASE = Decision(("database",), "shop", "as in app.py line 3")
HOST = Decision(("variables", "DB_HOST"), "host", "read by app.py line 4")
BRANCHES = Decision(("branches",), ["master"], "")


def added(text: str, *additions: Addition) -> str:
    return with_additions(text, missing(tomllib.loads(text), additions), name="pyproject.toml")


def test_a_new_file_has_the_tables_with_their_comments() -> None:
    run, workflow = Addition(TABLE, (HOST, DATABASE)), Addition((*TABLE, "workflow"), (BRANCHES,))
    assert added("", run, workflow) == (
        '[tool.ci-kit]\ndatabase = "shop"  # as in app.py line 3\n\n'
        '[tool.ci-kit.variables]\nDB_HOST = "host"  # read by app.py line 4\n\n'
        '[tool.ci-kit.workflow]\nbranches = ["master"]\n'
    )


def test_a_key_that_is_there_stays_as_it_is() -> None:
    text = '[tool.ci-kit]\ndatabase = "own"\n\n[tool.ci-kit.variables]\nMY_HOST = "host"\n'
    assert added(text, Addition(TABLE, (DATABASE, HOST))) == text


@pytest.mark.parametrize(
    "text",
    [
        "[tool.ci-kit]\n# why\nfail-under = 90 # percent\n\n[tool.ruff]\nline-length = 100\n",
        "[tool.ci-kit.workflow]\nact = true\n",
        "[tool.ruff]\n\n[project]\nname = 'a'\n\n[tool.ci-kit]\n\n[tool.mypy]\n",
        "[tool]\nci-kit.fail-under = 90\n",
        "[tool.ci-kit]",
        "# only a comment",
        "[tool.ci-kit]\r\nfail-under = 90\r\n\r\n[project]\r\nname = 'a'\r\n",
    ],
)
def test_lines_stay_in_every_form_of_the_file(text: str) -> None:
    addition = Addition(TABLE, (DATABASE, HOST))
    after = added(text, addition)
    assert tomllib.loads(after) == expected(tomllib.loads(text), [addition])
    lines = iter(after.splitlines(keepends=True))
    assert all(any(line.rstrip() == other.rstrip() for other in lines) for line in text.splitlines())
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text


@pytest.mark.parametrize(
    "text", ["tool = {}\n", "tool.ci-kit = {fail-under = 90}\n", "[tool]\nci-kit = {}\n"]
)
def test_a_form_that_cannot_get_more_lines_is_an_error_with_the_lines(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        added(text, Addition(TABLE, (DATABASE,)), Addition((*TABLE, "workflow"), (BRANCHES,)))
    assert "add these lines by hand" in caught.value.todo
    assert "# as in app.py line 3" in caught.value.details[1]


NAMES = st.sampled_from(["a", "b-c", "tool", "ci-kit", "d e"])
SCALARS = st.one_of(st.integers(0, 9), st.booleans(), st.text(max_size=5), st.lists(st.integers(0, 9)))
COMMENTS = st.text(st.characters(exclude_categories=["C"]), max_size=8)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A text with sections in any order, with comments, also about ci-kit."""
    sections = draw(
        st.lists(
            st.sampled_from(
                [
                    "project",
                    "tool.ruff",
                    "tool.ci-kit",
                    "tool.ci-kit.workflow",
                    "tool.ci-kit.env",
                    "build-system",
                ]
            ),
            unique=True,
        )
    )
    lines = []
    for section in sections:
        lines += [f"# {draw(COMMENTS)}", f"[{section}]  # {draw(COMMENTS)}"]
        for number in range(draw(st.integers(0, 3))):
            lines.append(f"key{number} = {draw(st.integers(0, 9))} # {draw(COMMENTS)}")
        lines += [""] * draw(st.integers(0, 2))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


DECISIONS = st.builds(
    Decision,
    st.sampled_from(
        [("database",), ("init-sql",), ("env", "A"), ("env", "B"), ("variables", "DB_HOST"), ("key0",)]
    ),
    SCALARS,
    st.text(max_size=8),
)


@given(
    documents(),
    st.lists(DECISIONS, min_size=1, unique_by=lambda one: one.key),
    st.lists(DECISIONS, unique_by=lambda one: one.key),
)
def test_comments_and_lines_stay_and_a_second_addition_changes_nothing(
    text: str, run: list[Decision], workflow: list[Decision]
) -> None:
    simple = tuple(one for one in workflow if len(one.key) == 1)
    additions = (Addition(TABLE, tuple(run)), Addition((*TABLE, "workflow"), simple))
    absent = missing(tomllib.loads(text), additions)
    after = with_additions(text, absent, name="pyproject.toml")
    values: dict[str, Any] = tomllib.loads(after)
    assert values == expected(tomllib.loads(text), absent)
    rest = iter(after.splitlines())
    assert all(any(line == other for other in rest) for line in text.splitlines())
    assert missing(values, additions) == ()
    assert with_additions(after, (), name="pyproject.toml") == after
