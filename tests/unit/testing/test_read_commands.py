"""What a command starts, and which settings fit it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.testing.commands import TestCommand, modules_of, read_commands
from tests.unit.support import make_settings, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, {"runtests.py": "", "run.sh": "#!/bin/sh\n", "notes.txt": "", "tests/__main__.py": ""})
    (tmp_path / "run.sh").chmod(0o755)
    return tmp_path


def read(root: Path, *words: str, **settings: Any) -> TestCommand:
    (command,) = read_commands(make_settings(root, test_command=[words], **settings))
    return command


def message(root: Path, command: object, **settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        read_commands(make_settings(root, test_command=command, **settings))
    return "\n".join(caught.value.lines())


def test_without_the_setting_there_is_one_run_of_pytest(root: Path) -> None:
    (command,) = read_commands(make_settings(root, pytest_args=["-x"]))
    assert (command.kind, command.arguments, str(command)) == ("pytest", ("-x",), "pytest")


@pytest.mark.parametrize(
    ("words", "options", "arguments"),
    [
        (["pytest"], (), ()),
        (["py.test", "tests"], (), ("tests",)),
        (["python", "-m", "pytest", "-k", "a b"], (), ("-k", "a b")),
        (["python3", "-Wd", "-mpytest", "a"], ("-Wd",), ("a",)),
        (["python", "-X", "dev", "-um", "pytest"], ("-X", "dev", "-u"), ()),
    ],
)
def test_a_run_of_pytest_gets_the_arguments_of_the_setting(
    words: list[str], options: tuple[str, ...], arguments: tuple[str, ...], root: Path
) -> None:
    command = read(root, *words, pytest_args=["-x"])
    assert (command.kind, command.options, command.arguments) == ("pytest", options, (*arguments, "-x"))


@pytest.mark.parametrize(
    ("words", "options", "arguments"),
    [
        (["python", "runtests.py", "-v", "-m", "x"], (), ("runtests.py", "-v", "-m", "x")),
        (["python3", "-bb", "-W", "error", "runtests.py"], ("-bb", "-W", "error"), ("runtests.py",)),
        (["python", "-m", "unittest", "-v"], (), ("-m", "unittest", "-v")),
        (["python", "-munittest"], (), ("-m", "unittest")),
        (["python", "-Xdev", "-c", "print(1)", "a"], ("-Xdev",), ("-c", "print(1)", "a")),
        (["python", "-cprint(1)"], (), ("-c", "print(1)")),
        (
            ["python", "--check-hash-based-pycs", "never", "tests"],
            ("--check-hash-based-pycs", "never"),
            ("tests",),
        ),
    ],
)
def test_python_s_own_options_are_apart(
    words: list[str], options: tuple[str, ...], arguments: tuple[str, ...], root: Path
) -> None:
    command = read(root, *words)
    assert (command.kind, command.options, command.arguments) == ("python", options, arguments)


@pytest.mark.parametrize(
    "words", [["make", "check"], ["./run.sh"], ["/bin/sh", "run.sh"], ["python3.11", "x.py"]]
)
def test_any_other_program_is_started_as_it_is(words: list[str], root: Path) -> None:
    command = read(root, *words)
    assert (command.kind, command.arguments) == ("program", tuple(words))


def test_coverage_may_be_the_program_if_ci_kit_does_not_measure(root: Path) -> None:
    assert read(root, "coverage", "run", "runtests.py", coverage=False).kind == "program"
    assert read(root, "python", "-m", "coverage", "run", "a", coverage=False).kind == "python"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["python"], "Python needs a file"),
        (["python", "-u"], "Python needs a file"),
        (["python", "-V"], "Python needs a file"),
        (["python", "-m"], "Python needs a file"),
        (["python", "-c"], "Python needs a file"),
        (["python", "-"], "Python needs a file"),
        (["python", "-W", "error"], "Python needs a file"),
        (["python", "none.py"], "there is no none.py in"),
        (["python", "-m", "./runtests"], "'./runtests' is not the name of a module"),
        (["python", "-m", ""], "'' is not the name of a module"),
        (["./none.sh"], "there is no file"),
        (["./notes.txt"], "is not executable"),
        (["./tests"], "there is no file"),
        (["coverage", "run", "runtests.py"], "ci-kit itself measures"),
        ([".venv/bin/coverage", "run", "runtests.py"], "ci-kit itself measures"),
        (["python", "-m", "coverage", "run", "runtests.py"], "ci-kit itself measures"),
    ],
)
def test_a_command_that_cannot_start_is_an_error(words: list[str], why: str, root: Path) -> None:
    text = message(root, [words])
    assert why in text
    assert "it came from --test-command" in text


def test_all_commands_that_cannot_start_are_in_one_error(root: Path) -> None:
    text = message(root, [["python", "none.py"], ["python", "runtests.py"], ["./none.sh"]])
    assert "2 settings are wrong" in text
    assert "none.py" in text
    assert "none.sh" in text


def test_a_list_of_command_lines_is_taken_for_one_command_and_said_so(root: Path) -> None:
    text = message(root, ["python ./runtests.py", "pytest"])
    assert "write several commands as a list of lists" in text


OTHER = [["python", "runtests.py"]]
TWICE = [["pytest", "a"], ["python", "-m", "pytest", "b"]]


@pytest.mark.parametrize(
    ("command", "settings", "what"),
    [
        (OTHER, {"pytest_args": ["-k", "a b"]}, "the arguments -k 'a b': only pytest has a use for this"),
        (OTHER, {"json_report": "a.json"}, "json-report = 'a.json': only pytest"),
        (OTHER, {"root_on_path": False}, "root-on-path = false: only pytest"),
        (TWICE, {"json_report": "a.json"}, "json-report is one file for several runs of pytest"),
        (TWICE, {"junit_xml": ["a.xml"]}, "junit-xml has no use, because only pytest runs"),
        ([], {"junit_xml": ["a.xml"]}, "junit-xml has no use, because only pytest runs"),
        (OTHER, {"min_tests": 1}, "min-tests needs the number of tests"),
    ],
)
def test_a_setting_without_effect_is_an_error(
    command: object, settings: dict[str, Any], what: str, root: Path
) -> None:
    assert what in message(root, command, **settings)


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ([*OTHER, ["pytest"]], {"pytest_args": ["-x"], "json_report": "a.json", "root_on_path": False}),
        (OTHER, {"junit_xml": ["a.xml"], "min_tests": 1}),
        ([*OTHER, ["pytest"]], {"min_tests": 1}),
        (TWICE, {"min_tests": 1}),
    ],
)
def test_a_setting_with_an_effect_is_accepted(command: object, settings: dict[str, Any], root: Path) -> None:
    assert read_commands(make_settings(root, test_command=command, **settings))


def test_a_long_command_is_shortened_in_messages(root: Path) -> None:
    text = str(read(root, "python", "-c", "import a\nimport b\n" + "print()\n" * 100))
    assert text.startswith("python -c 'import a import b print()")
    assert text.endswith(" …")
    assert len(text) <= 100


def test_the_modules_of_commands_are_their_packages(root: Path) -> None:
    lines = "pytest\npython -m tests.unit\npython -m behave\nmake\npython runtests.py"
    commands = read_commands(make_settings(root, test_command=lines))
    assert modules_of(commands) == {"pytest", "tests", "behave"}
