"""The flags of ``ci-kit run``, and the options of pytest that are not among them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from ci_kit.cli import cli
from ci_kit.cli.run import split_words
from ci_kit.errors import UsageError
from ci_kit.settings.option import Option
from ci_kit.settings.options import OPTIONS
from tests.unit.settings.values import VALUES
from tests.unit.support import exit_code, write

pytestmark = pytest.mark.usefixtures("restored_signals")

RUN = cli.commands["run"]
LISTS = [option for option in OPTIONS if option.is_list]
TABLES = ("variables", "env", "files")
WORDS = [option for option in LISTS if option.name not in {*TABLES, "test-command", "log-groups"}]


def parsed(*words: str) -> dict[str, Any]:
    """The parameters that click makes of the words after ``ci-kit run``."""
    return RUN.make_context("run", list(words)).params


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_option_but_a_secret_is_a_flag(option: Option) -> None:
    flags = {flag for parameter in RUN.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    if option.secret:
        assert option.flag not in flags
        return
    for text, meaning in VALUES[option.name]:
        if option.switch:
            assert parsed(f"--{'' if meaning else 'no-'}{option.name}")[option.field] is meaning
        else:
            assert parsed(option.flag, text)[option.field] == (meaning if option.is_list else text)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_a_flag_that_is_not_given_has_no_value(option: Option) -> None:
    assert parsed().get(option.field) is None


@pytest.mark.parametrize("option", WORDS, ids=lambda option: option.name)
def test_a_list_that_is_given_several_times_keeps_all_its_words_in_order(option: Option) -> None:
    words = (option.flag, "b 'a b'", option.flag, "a", f"{option.flag}=c d")
    assert parsed(*words)[option.field] == ("b", "a b", "a", "c", "d")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_given_several_times_keeps_all_its_pairs(name: str) -> None:
    words = (f"--{name}", "A=host B=port", f"--{name}=C=user")
    assert list(map(str, parsed(*words)[name])) == ["A=host", "B=port", "C=user"]


def test_a_command_that_is_given_several_times_is_several_commands() -> None:
    words = ("--test-command", "python a.py 'b c'", "--test-command=pytest\nmake")
    assert parsed(*words)["test_command"] == (("python", "a.py", "b c"), ("pytest",), ("make",))


def test_a_list_with_an_open_quote_names_its_flag() -> None:
    with pytest.raises(UsageError) as caught:
        parsed("--init-sql", "a.sql", "--init-sql", "'b.sql")
    assert caught.value.what == """init-sql is not valid: "'b.sql\""""
    assert "it came from --init-sql" in caught.value.why


def test_an_empty_list_is_given_all_the_same() -> None:
    assert parsed("--pytest-args", "")["pytest_args"] == ()


# pytest's options


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("run -k x", "run -- -k x"),
        ("run -m 'not slow'", "run -- -m 'not slow'"),
        ("run -x", "run -- -x"),
        ("run -n 4", "run -- -n 4"),
        ("run --lf", "run -- --lf"),
        ("run --maxfail=1", "run -- --maxfail=1"),
        ("run -qx", "run -- -qx"),
        (
            "run --min-tests 3 -k x --no-coverage tests/a.py",
            "run --min-tests 3 --no-coverage -- -k x tests/a.py",
        ),
        ("run --python x -k x -- -x", "run --python x -- -k x -x"),
        ("-q -C folder run -C../other -k 'a or b'", "-q -C folder run -C../other -- -k 'a or b'"),
    ],
)
def test_an_option_of_pytest_comes_with_the_command_to_type(
    typed: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*shlex.split(typed)) == 64
    printed = capsys.readouterr().err
    assert "  why: pytest's options follow --\n" in printed
    assert printed.endswith(f"  do:  type: ci-kit {command}\n")


def test_an_option_that_resembles_one_of_ci_kit_comes_with_both_hints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code("run", "--min-testss", "3") == 64
    printed = capsys.readouterr().err
    assert "ci-kit: error: ci-kit run does not have the option --min-testss\n" in printed
    assert (
        "did you mean '--min-tests'? For an option of pytest, type: ci-kit run -- --min-testss 3\n" in printed
    )


@pytest.mark.parametrize("words", [["--mysql-password", "hunter2"], ["-x", "--mysql-password=hunter2"]])
def test_a_secret_has_no_flag_and_is_not_shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("run", *words) == 64
    printed = capsys.readouterr().err
    assert "  do:  set the environment variable CI_KIT_MYSQL_PASSWORD\n" in printed
    assert "hunter2" not in printed


def test_the_suggested_command_runs_pytest_with_the_option(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"test_a.py": "def test_one(): ...\n\ndef test_two(): assert False\n"})
    words = ["run", "-C", str(tmp_path), "--mysql=off", "--no-coverage", "-k", "one"]
    assert exit_code(*words) == 64
    suggested = capfd.readouterr().err.rpartition("type: ci-kit ")[2]
    assert exit_code(*shlex.split(suggested)) == 0


@pytest.mark.parametrize(
    ("words", "own", "others"),
    [
        ([], [], []),
        (["-v", "--init-sql", "a", "b"], ["-v", "--init-sql", "a"], ["b"]),
        (["--init-sql=a", "b", "--", "-v"], ["--init-sql=a"], ["b", "-v"]),
        (["-k", "x", "--min-tests"], ["--min-tests"], ["-k", "x"]),
    ],
)
def test_words_are_split_into_those_of_ci_kit_and_those_of_pytest(
    words: list[str], own: list[str], others: list[str]
) -> None:
    assert split_words(RUN.params, words) == (tuple(own), tuple(others))
