"""The waits of the tests: each one ends, and its failure names what it waited for."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import finish
from tests.support.waiting import LIMIT, wait_until


def sh(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_wait_returns_what_it_waited_for() -> None:
    values = iter(["", "", "reached"])
    assert wait_until(lambda: next(values), "a value") == "reached"


def test_a_wait_fails_after_its_limit() -> None:
    with pytest.raises(pytest.fail.Exception, match="waiting for the server"):
        wait_until(lambda: False, "the server", seconds=0.01)


def test_a_wait_fails_with_the_output_if_the_process_ends_first() -> None:
    child = sh("echo broken >&2; exit 3")
    with pytest.raises(pytest.fail.Exception, match=r"ended with 3 .* waiting for the server\nbroken"):
        wait_until(lambda: False, "the server", child=child)


def test_a_process_that_does_not_end_is_ended_and_its_output_is_shown() -> None:
    child = sh("trap 'kill $!; echo cleaned up; exit 0' TERM; sleep 1000 & echo booting; wait")
    assert child.stdout
    assert child.stdout.readline() == "booting\n"
    with pytest.raises(pytest.fail.Exception, match=r"did not end in 0\.01 s(.|\n)*cleaned up"):
        finish(child, seconds=0.01)
    assert child.wait(LIMIT) == 0
