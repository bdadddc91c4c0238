"""Commands that run tests: pytest in any spelling, and other programs that Python starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.effects import TestRun, Unknown
from ci_kit.adopt.script.commands import Expression, Pipeline, Simple
from ci_kit.adopt.values import Scope

_PYTEST = frozenset({"pytest", "py.test"})
_COVERAGE_WITH_VALUE = frozenset(
    {"--source", "--omit", "--include", "--rcfile", "--data-file", "--context", "--concurrency"}
)
# ci-kit does these itself.
_COVERAGE_DONE = frozenset({"-p", "--parallel-mode", "-a", "--append"})
_MAY_RUN_TESTS = frozenset({"make", "tox", "nox", "just", "task", "invoke", "bash", "sh", "npm", "hatch"})
_MODULES = frozenset({"unittest", "xmlrunner", "nose2"})


def recognise_tests(pipeline: Pipeline, scope: Scope) -> TestRun | Unknown | None:
    """``pytest``, also under ``coverage run``; ``manage.py test``, ``python -m unittest``."""
    simple = [one for one in pipeline.commands if isinstance(one, Simple)]
    runs = [(one, run) for one in simple if (run := _run(argv_of(one, scope)))]
    if not runs:
        return _may_run(argv_of(simple[0], scope)) if len(simple) == 1 and pipeline.only else None
    command, run = runs[0]
    if problem := next(_problems(pipeline, argv_of(command, scope)), ""):
        return replace(run, problem=problem)
    return replace(run, bare=_bare(argv_of(command, scope)))


def _bare(argv: Argv) -> frozenset[int]:
    """The numbers, from the end, of the words that have an expression without quotes."""
    return frozenset(
        number
        for number, word in enumerate(reversed(argv.sources))
        if any(isinstance(part, Expression) and not part.quote for part in word.parts)
    )


def _problems(pipeline: Pipeline, argv: Argv) -> Iterator[str]:
    """Why the action cannot run a command in the same way."""
    if len(pipeline.commands) > 1:
        yield "its output goes through a pipe, which the action does not have"
    if pipeline.negated:
        yield "its exit code is inverted"
    if argv.output != "":
        yield f"its output goes to {argv.output or 'a file'}, and the action writes it to the log only"
    if any(one.operator in {"<", "<<", "<<-", "<<<"} for one in argv.redirects):
        yield "it reads its input from the script"
    if argv.set_before:
        yield "the command sets variables of its own; write them in the env of the step"
    if not argv.all_known:
        yield "the shell expands a pattern or a variable in its arguments, and the action has no shell"
    if argv.sudo:
        yield "it runs as root"


def _run(argv: Argv) -> TestRun | None:
    if not argv.words:
        return None
    words = tuple(word if word is not None else "$…" for word in argv.words)
    if argv.program == "coverage" and words[1:2] == ("run",):
        return _under_coverage(words[2:])
    return _plain(words, is_module=argv.module)


def _plain(words: tuple[str, ...], *, is_module: bool) -> TestRun | None:
    program = words[0].rpartition("/")[2]
    if program in _PYTEST:
        if {"--collect-only", "--co", "--version", "--help", "--fixtures"} & set(words):
            return None
        own = any(word.partition("=")[0] == "--cov" for word in words) and "--no-cov" not in words
        coverage: Literal["pytest-cov", ""] = "pytest-cov" if own else ""
        return TestRun(("pytest", *words[1:]), coverage)
    if is_module and words[0] in _MODULES:
        return TestRun(("python", "-m", *words))
    if (
        program.startswith("python")
        and words[1:2]
        and words[1].endswith("manage.py")
        and "test" in words[2:3]
    ):
        return TestRun(("python", *words[1:]))
    if program == "manage.py" and words[1:2] == ("test",):
        return TestRun(("python", *words))
    return None


def _under_coverage(words: tuple[str, ...]) -> TestRun | None:
    """What ``coverage run`` starts, with the options of coverage that have no input."""
    rest, options = list(words), []
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        option = rest.pop(0)
        if option in _COVERAGE_WITH_VALUE:
            option += f"={rest.pop(0)}" if rest else ""
        if option not in _COVERAGE_DONE:
            options.append(option)
    is_module = rest[:1] == ["-m"]
    run = _plain(tuple(rest[1:] if is_module else ("python", *rest)), is_module=is_module)
    return run and TestRun(run.words, "coverage", tuple(options))


def _may_run(argv: Argv) -> Unknown | None:
    """A program that may run tests, which only its own files tell."""
    words = argv.known
    if argv.program in {"tox", "nox"} or (argv.program == "hatch" and "test" in words):
        return Unknown(f"{argv.program} may run tests in an environment of its own", runs_tests=True)
    if argv.program in _MAY_RUN_TESTS and any("test" in word for word in words):
        return Unknown(f"{argv.program} may run tests, and only its own files tell how", runs_tests=True)
    if argv.program in {"bash", "sh"} and any(word.endswith(".sh") for word in words):
        return Unknown(
            "the script may start a server or run tests, and ci-kit does not read it", runs_tests=True
        )
    return None
