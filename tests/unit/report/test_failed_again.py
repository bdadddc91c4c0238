"""The command that runs only the failed tests again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.report.failed_again import CommandLine, failed_again, safe_again
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.results import Failure, Results

ROOT = Path("/repo/shop")
PYTEST = TestCommand(("pytest",), "pytest", ())
OTHER = TestCommand(("make", "check"), "program", ("make", "check"))
TYPED = CommandLine(("ci-kit", "run", "--mysql=off"), ("-n4", "tests"))


def failure(node: str, file: str = "/repo/shop/tests/test_a.py", stage: str = "call") -> Failure:
    return Failure(f"{node} [a subtest]", stage, file, 3, "assert 0", test=node)


def again(
    *failures: Failure,
    remembered: bool = True,
    elsewhere: bool = False,
    commands: tuple[TestCommand, ...] = (PYTEST,),
) -> tuple[str, ...]:
    results = Results(failures=failures, remembers_failures=remembered)
    return failed_again(TYPED, results, commands, root=ROOT, elsewhere=elsewhere)


def named(*words: str) -> tuple[str, ...]:
    return ("ci-kit", "run", "--mysql=off", "--", *words)


def test_pytest_s_cache_finds_the_failed_tests_among_those_that_were_typed() -> None:
    assert again(failure("tests/test_a.py::test_a")) == named("-n4", "tests", "--lf")


@pytest.mark.parametrize("word", ["--lf", "--last-failed"])
def test_the_option_is_there_once(word: str) -> None:
    typed = CommandLine(("ci-kit", "run"), ("-k", "a", "-k", word))
    results = Results(failures=(failure("a.py::test"),), remembers_failures=True)
    assert failed_again(typed, results, [PYTEST], root=ROOT, elsewhere=False)[3:] == typed.for_pytest


@pytest.mark.parametrize(("remembered", "elsewhere"), [(False, False), (True, True)])
def test_without_the_cache_the_tests_are_named_from_the_project(remembered: bool, elsewhere: bool) -> None:
    failures = (failure("shop/tests/test_a.py::test_a[x]"), failure("shop/tests/test_a.py::test_a[x]"))
    found = again(*failures, remembered=remembered, elsewhere=elsewhere)
    assert found == named("tests/test_a.py::test_a[x]")


def test_many_tests_are_named_by_their_files() -> None:
    failures = [failure(f"tests/test_a.py::test_{n}") for n in range(6)]
    assert again(*failures[:5], elsewhere=True)[-1] == "tests/test_a.py::test_4"
    assert again(*failures, elsewhere=True) == named("tests/test_a.py")


def test_many_files_have_no_command() -> None:
    failures = [failure(f"{n}.py::test", f"/repo/shop/{n}.py") for n in range(6)]
    assert again(*failures, elsewhere=True) == ()


@pytest.mark.parametrize("file", ["", "/elsewhere/test_a.py", "/repo/shop/a\nb.py"])
def test_a_failure_without_a_file_of_the_project_has_no_command(file: str) -> None:
    assert again(failure("a.py::test"), failure("b.py::test", file), elsewhere=True) == ()


def test_a_name_that_no_shell_line_can_have_is_left_out() -> None:
    assert again(failure("test_a.py::test[a\nb]"), elsewhere=True) == named("tests/test_a.py")


def test_a_file_that_cannot_be_imported_is_named() -> None:
    broken = Failure("tests/test_a.py", "collection", "/repo/shop/tests/test_a.py", 1, "no module")
    assert again(broken, elsewhere=True) == named("tests/test_a.py")


@pytest.mark.parametrize("commands", [(OTHER,), (PYTEST, OTHER), (PYTEST, PYTEST), ()])
def test_only_a_run_of_pytest_alone_has_a_command(commands: tuple[TestCommand, ...]) -> None:
    assert again(failure("a.py::test"), commands=commands) == ()


def test_without_failures_there_is_no_command() -> None:
    assert again() == ()
    assert failed_again(TYPED, None, [PYTEST], root=ROOT, elsewhere=False) == ()


@pytest.mark.parametrize(
    "command",
    [
        "ci-kit run",
        "ci-kit run -C api -- a.py::test[..] b.py",
        "ci-kit run -- --lf",
        "ci-kit run -C . -- a.py",
    ],
)
def test_the_command_of_a_document_is_kept_if_it_only_runs_tests(command: str) -> None:
    assert safe_again(command.split(" ")) == tuple(command.split(" "))


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /",
        "ci-kit mysql down",
        "ci-kit run --python=/tmp/evil -- a.py",
        "ci-kit run -C /tmp/evil -- a.py",
        "ci-kit run -C .. -- a.py",
        "ci-kit run -C -- a.py",
        "ci-kit run evil -- a.py",
        "ci-kit run -- -pevil",
        "ci-kit run -- ../evil.py::test",
        "ci-kit run -- /tmp/evil.py",
        "ci-kit run -- a\x1b[2J.py",
        "ci-kit run -- ",
    ],
)
def test_a_command_of_a_document_that_may_do_more_is_left_out(command: str) -> None:
    assert safe_again(command.split(" ")) == ()
