"""Errors and their exit codes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_kit.errors import PYTEST_CODES, CiKitError, exit_codes


def all_errors(of: type[CiKitError] = CiKitError) -> Iterator[type[CiKitError]]:
    for error in of.__subclasses__():
        yield error
        yield from all_errors(error)


OWN = CiKitError.__subclasses__()


def test_each_error_has_an_exit_code_of_its_own() -> None:
    codes = [error.exit_code for error in OWN]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", OWN, ids=lambda error: error.__name__)
def test_an_exit_code_is_none_of_pytests_failures(error: type[CiKitError]) -> None:
    assert error.exit_code not in {0, 1, 2, 3, 4, 6}
    assert 0 < error.exit_code < 256


@pytest.mark.parametrize("error", OWN, ids=lambda error: error.__name__)
def test_an_error_says_what_its_code_means(error: type[CiKitError]) -> None:
    assert exit_codes()[error.exit_code] == error.meaning != ""


def test_pytests_codes_pass_through_the_table_unchanged() -> None:
    assert exit_codes().items() >= PYTEST_CODES.items()
    assert {1, 2, 3, 4, 6} <= PYTEST_CODES.keys()


def test_the_table_is_in_order() -> None:
    assert list(exit_codes()) == sorted(exit_codes())


def test_an_error_of_a_kind_has_the_code_of_its_kind() -> None:
    import ci_kit.mysql.private.server  # noqa: F401  (it has a kind of its own)

    assert {error.exit_code for error in all_errors()} == {error.exit_code for error in OWN}


def test_a_message_says_what_then_why_then_others_words_then_what_to_do() -> None:
    error = CiKitError("it broke", why="a reason", todo="mend it", details=("log 1", "log 2"))
    assert error.lines() == [
        "it broke",
        "  why: a reason",
        "       | log 1",
        "       | log 2",
        "  do:  mend it",
    ]
    assert str(error) == "it broke"


def test_a_message_has_only_the_lines_there_is_something_for() -> None:
    assert CiKitError("it broke").lines() == ["it broke"]
