"""The commands that run the tests: what each starts, and whether the settings fit them."""

from __future__ import annotations

import os
import re
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Literal, TypeAlias

from ci_kit.errors import UsageError
from ci_kit.settings.placeholders import fill
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.settings import Settings

_PYTHON = frozenset({"python", "python3"})
_PYTEST = frozenset({"pytest", "py.test"})
# Python's short options in one word. The last one may have its value there, or in the next word.
_SHORT_OPTIONS = re.compile(r"-([bBdEhiIOPqRsSuvVx?]*)([mcWX]?)(.*)", re.DOTALL)
_LONG_OPTION_WITH_VALUE = "--check-hash-based-pycs"

# In characters, for a message: the text after -c may be a whole program.
_LONGEST = 100

Kind: TypeAlias = Literal["pytest", "python", "program"]


@dataclass(frozen=True)
class TestCommand:
    """A command that runs tests. ``words`` are those of the setting.

    - ``pytest``: ``arguments`` are pytest's.
    - ``python``: ``arguments`` begin with what Python runs: ``-m MODULE``, ``-c TEXT`` or a file.
    - ``program``: ``arguments`` are all words.

    ``options`` are those of Python itself.
    """

    __test__ = False

    words: tuple[str, ...]
    kind: Kind
    arguments: tuple[str, ...]
    options: tuple[str, ...] = ()

    def filled(self, values: Mapping[str, str]) -> TestCommand:
        """The command with the values of its placeholders."""
        arguments = tuple(fill(word, values) for word in self.arguments)
        return replace(self, arguments=arguments, options=tuple(fill(word, values) for word in self.options))

    @property
    def measured(self) -> bool:
        """Whether coverage can measure it: the project's Python starts it."""
        return self.kind != "program"

    @property
    def module(self) -> str:
        """The module or package that the command runs, empty for a file or a program."""
        if self.kind == "pytest":
            return "pytest"
        is_module = self.kind == "python" and self.arguments[0] == "-m"
        return self.arguments[1].partition(".")[0] if is_module else ""

    def __str__(self) -> str:
        return textwrap.shorten(shlex.join(self.words), _LONGEST, placeholder=" …")


def modules_of(commands: Iterable[TestCommand]) -> frozenset[str]:
    """The modules that the project's Python must have for these commands."""
    return frozenset(command.module for command in commands) - {""}


def read_commands(settings: Settings) -> tuple[TestCommand, ...]:
    """The commands of a run: those of test-command, or one run of pytest.

    Raises UsageError for a command that cannot start, and for settings that do not fit the commands.
    """
    commands: list[TestCommand] = []
    problems: list[UsageError] = []
    for words in settings.test_command or (("pytest",),):
        try:
            commands.append(_read(words, settings))
        except UsageError as problem:
            problems.append(problem)
    raise_problems([*problems, *([] if problems else _unfit_settings(settings, commands))])
    return tuple(commands)


def _read(words: tuple[str, ...], settings: Settings) -> TestCommand:
    program = words[0]
    if program in _PYTHON:
        return _read_python(words, settings)
    if program in _PYTEST:
        return _pytest(words, words[1:], settings)
    if PurePath(program).name == "coverage" and settings.coverage:
        raise _measured_twice(words, settings)
    if "/" in program:
        _require_program(settings.root / program, words, settings)
    return TestCommand(words, "program", words)


def _read_python(words: tuple[str, ...], settings: Settings) -> TestCommand:
    options, arguments = _split_options(words, settings)
    match arguments:
        case ["-m", "pytest" | "py.test", *own]:
            return _pytest(words, own, settings, options)
        case ["-m", "coverage", *_] if settings.coverage:
            raise _measured_twice(words, settings)
        case ["-m", module, *_]:
            if not all(part.isidentifier() for part in module.split(".")):
                raise _wrong(words, settings, f"{module!r} is not the name of a module")
        case [file, *_] if file != "-c" and not (settings.root / file).exists():
            raise _wrong(words, settings, f"there is no {file} in {settings.root}")
    return TestCommand(words, "python", tuple(arguments), tuple(options))


def _pytest(
    words: tuple[str, ...], own: Sequence[str], settings: Settings, options: Sequence[str] = ()
) -> TestCommand:
    return TestCommand(words, "pytest", (*own, *settings.pytest_args), tuple(options))


def _split_options(words: tuple[str, ...], settings: Settings) -> tuple[list[str], list[str]]:
    """Python's own options, and the rest, which begins with what Python runs."""
    options: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest[0]
        if word == "-" or not word.startswith("-"):
            break
        del rest[0]
        found = _SHORT_OPTIONS.fullmatch(word)
        flags, last, value = found.groups() if found else ("", "", "")
        if last in {"m", "c"}:
            options += [f"-{flags}"] if flags else []
            rest = [f"-{last}", *([value] if value else []), *rest]
            break
        options.append(word)
        if rest and ((last and not value) or word == _LONG_OPTION_WITH_VALUE):
            options.append(rest.pop(0))
    if not rest or rest[0] == "-" or rest in (["-m"], ["-c"]):
        raise _wrong(words, settings, "Python needs a file, -m with a module, or -c with a text")
    return options, rest


def _require_program(path: Path, words: tuple[str, ...], settings: Settings) -> None:
    if not path.is_file():
        raise _wrong(words, settings, f"there is no file {path}")
    if not os.access(path, os.X_OK):
        raise _wrong(words, settings, f"{path} is not executable")


def _wrong(words: tuple[str, ...], settings: Settings, why: str) -> UsageError:
    hint = ""
    if " " in words[0]:
        hint = "; a list of strings is one command, so write several commands as a list of lists"
    return UsageError(
        f"test-command has a command that cannot start: {shlex.join(words)}",
        why=f"{why}; it came from {settings.source('test-command')}",
        todo=f"correct the command{hint}",
    )


def _measured_twice(words: tuple[str, ...], settings: Settings) -> UsageError:
    return UsageError(
        f"test-command starts coverage: {shlex.join(words)}",
        why=f"ci-kit itself measures the command; it came from {settings.source('test-command')}",
        todo="write the command without `coverage run`, as in `python runtests.py`, or turn the setting"
        " coverage off",
    )


def _unfit_settings(settings: Settings, commands: Sequence[TestCommand]) -> Iterator[UsageError]:
    """The settings that have no effect on these commands."""
    source = settings.source("test-command")
    runs_of_pytest = sum(command.kind == "pytest" for command in commands)
    if not runs_of_pytest:
        given = {
            f"the arguments {shlex.join(settings.pytest_args)}": bool(settings.pytest_args),
            f"json-report = {settings.json_report!r}": bool(settings.json_report),
            "root-on-path = false": not settings.root_on_path,
            "failed-first = true": settings.failed_first,
            "changed = true": settings.changed,
            "measure-tests = true": bool(settings.measure_tests),
        }
        for what in (text for text, is_given in given.items() if is_given):
            yield UsageError(
                f"{what}: only pytest has a use for this",
                why=f"test-command has no command that starts pytest; it came from {source}",
                todo="remove it, or add a command that begins with pytest or python -m pytest",
            )
    if settings.shard and runs_of_pytest < len(commands):
        other = next(command for command in commands if command.kind != "pytest")
        yield UsageError(
            f"shard {settings.shard}: only pytest can run a part of its tests",
            why=f"the command is `{other}`; it came from {source}",
            todo="run these tests by pytest, or in a job without shard",
        )
    if settings.shard and settings.measure_tests:
        yield UsageError(
            "measure-tests measures all tests, and a shard runs a part of them",
            why=f"shard came from {settings.source('shard')}",
            todo="measure in a run without shard, such as a nightly one",
        )
    if (settings.changed or settings.measure_tests) and not settings.coverage:
        name = "changed" if settings.changed else "measure-tests"
        yield UsageError(
            f"{name} needs the coverage of the tests",
            why=f"coverage is off; it came from {settings.source('coverage')}",
            todo=f"turn the setting coverage on, or {name} off",
        )
    if runs_of_pytest > 1 and settings.json_report:
        yield UsageError(
            "json-report is one file for several runs of pytest",
            why=f"test-command starts pytest {runs_of_pytest} times; it came from {source}",
            todo="remove json-report, and write --json-report-file into the commands",
        )
    if settings.junit_xml and runs_of_pytest == len(commands):
        yield UsageError(
            "junit-xml has no use, because only pytest runs",
            why=f"ci-kit has pytest's counts without it; it came from {settings.source('junit-xml')}",
            todo="remove it; for a report by pytest, type `ci-kit run -- --junit-xml=FILE`",
        )
    if settings.min_tests and not settings.junit_xml and not runs_of_pytest:
        yield UsageError(
            "min-tests needs the number of tests, which will be unknown",
            why=f"neither pytest nor a file of junit-xml reports it; min-tests came from"
            f" {settings.source('min-tests')}",
            todo="name the JUnit XML files of the test command by junit-xml, or remove min-tests",
        )
