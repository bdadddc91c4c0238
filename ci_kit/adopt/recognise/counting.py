"""Scripts that count the tests first, because pytest ends with 5 if there are none."""

from __future__ import annotations

from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.effects import Assign, Count, ExitCode, Neutral
from ci_kit.adopt.script.commands import (
    If,
    Pipeline,
    Simple,
    Statement,
    Substitution,
    Variable,
    commands_in,
    words_of,
)
from ci_kit.adopt.values import Scope

_COUNTERS = frozenset({"find", "ls", "grep", "wc", "pytest", "compgen", "head", "tr", "xargs", "awk", "sort"})
_TESTS = frozenset({"test", "[", "[["})
_QUIET = frozenset({"echo", "printf", "true", ":", "exit"})
_NOT_EMPTY = frozenset({"-d", "-e", "-f", "-n", "-z", "-s"})
COUNTED = "\0count"
"""The value of a variable that has the number of tests."""

EXIT_CODE = "\0code"
"""The value of a variable that has an exit code."""


def recognise_counting(pipeline: Pipeline, scope: Scope) -> Count | Assign | ExitCode | Neutral | None:
    """The number in a variable, ``if`` around messages alone, and what follows pytest's exit code 5."""
    command = pipeline.only
    match command:
        case If() if counts(command, scope) and all(map(is_quiet, _bodies(command))):
            return Count(empty_fails=fails(command.branches[0][1]))
        case If() if _judges(command, scope) and all(map(is_quiet, _bodies(command))):
            return ExitCode()
        case Simple(assignments=[(name, word)], words=()):
            if _is_exit_code(word.parts):
                return Assign(name, EXIT_CODE)
            substituted = [one for one in word.parts if isinstance(one, Substitution)]
            if len(word.parts) == 1 and substituted and _only_counts(substituted[0].statements, scope):
                return Assign(name, COUNTED)
        case Simple() if command.words:
            argv = argv_of(command, scope)
            if argv.program == "exit" and _uses_code(command, scope):
                return ExitCode()
    return None


def counts(command: If, scope: Scope) -> bool:
    """Whether the condition of an ``if`` asks only whether there are tests."""
    condition, _ = command.branches[0]
    return len(command.branches) == 1 and _only_counts(condition, scope)


def is_exit_test(pipeline: Pipeline, scope: Scope) -> bool:
    """Whether it accepts exit code 5: ``[ $? -eq 5 ]``, ``test $? = 5``, or an ``if`` with messages alone."""
    command = pipeline.only
    match command:
        case Simple():
            argv = argv_of(command, scope)
            return argv.program in _TESTS and "5" in argv.known and _uses_code(command, scope)
        case If():
            return _judges(command, scope) and all(map(is_quiet, _bodies(command)))
    body = getattr(command, "body", ())
    return bool(body) and all(
        is_exit_test(pipeline, scope) or is_quiet((statement,))
        for statement in body
        for pipeline in statement.pipelines
    )


def _only_counts(statements: tuple[Statement, ...], scope: Scope) -> bool:
    """Whether statements only look for tests. At least one command must look."""
    looks = False
    for command in commands_in(statements):
        if not isinstance(command, Simple):
            return False
        argv = argv_of(command, scope)
        if argv.program in _TESTS:
            looks = looks or bool(_NOT_EMPTY & set(argv.known)) or _uses_count(command, scope)
            if not (looks or _has_substitution(command)):
                return False
        elif argv.program in _COUNTERS:
            looks = True
            if argv.program == "pytest" and not {"--collect-only", "--co"} & set(argv.known):
                return False
            if {"-delete", "-exec"} & set(argv.known):
                return False
        elif argv.program not in {"true", ":", "echo"}:
            return False
    return looks


def _has_substitution(command: Simple) -> bool:
    return any(isinstance(part, Substitution) for word in words_of(command) for part in word.parts)


def _uses_count(command: Simple, scope: Scope) -> bool:
    return any(
        isinstance(part, Variable) and scope.script.get(part.name) == COUNTED
        for word in command.words
        for part in word.parts
    )


def _judges(command: If, scope: Scope) -> bool:
    condition, _ = command.branches[0]
    inner = list(commands_in(condition))
    tests = [one for one in inner if isinstance(one, Simple)]
    return bool(tests) and all(
        argv_of(one, scope).program in _TESTS and _uses_code(one, scope) for one in tests
    )


def _uses_code(command: Simple, scope: Scope) -> bool:
    return any(
        _is_exit_code((part,)) or (isinstance(part, Variable) and scope.script.get(part.name) == EXIT_CODE)
        for word in command.words
        for part in word.parts
    )


def _is_exit_code(parts: tuple[object, ...]) -> bool:
    named = [part for part in parts if isinstance(part, Variable)]
    return [part.name for part in named] == ["?"]


def _bodies(command: If) -> list[tuple[Statement, ...]]:
    return [*(body for _, body in command.branches), command.otherwise]


def is_quiet(statements: tuple[Statement, ...]) -> bool:
    """Whether statements only write messages or exit."""
    commands = list(commands_in(statements))
    return all(
        isinstance(one, Simple)
        and (one.words[0].plain in _QUIET if one.words else False)
        and not one.redirects
        for one in commands
    )


def fails(statements: tuple[Statement, ...]) -> bool:
    """Whether statements end the job with a failure."""
    return any(
        isinstance(one, Simple) and [word.plain for word in one.words] in (["exit", "1"], ["false"])
        for one in commands_in(statements)
    )
