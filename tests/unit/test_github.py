"""The runner's protocol: the runner reads exactly the values that ci-kit writes."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_kit.github import SUMMARY_LIMIT, Runner
from tests.unit.support import GITHUB_HOSTED, SELF_HOSTED, console_text, file_command, make_host

NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_-]{0,20}", fullmatch=True)
HOSTILE = st.sampled_from(
    [
        "",
        "\n",
        "a\nEOF\nevil=1",
        "<<EOF",
        "x<<EOF\ny\nEOF",
        "ci-kit-0000000000000000\nevil=1",
        "::set-output name=evil::1",
        "$(touch evil)",
        "`touch evil`",
        "a=b",
        "\r\nevil=1\r\n",
        "ends in a line\n",
        "\n\n\n",
        "%0Aevil=1",
    ]
)
VALUES = st.text() | HOSTILE | st.lists(HOSTILE, max_size=4).map("\n".join)


def runner(folder: Path, **environ: str) -> Runner:
    """A runner that reads the files in this folder."""
    files = {
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }
    return Runner(make_host(SELF_HOSTED | files | environ))


def printed(do: Callable[[], object]) -> str:
    """What is written to standard output and error."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        do()
    return output.getvalue()


def read_command(text: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it (its ``ActionCommand.cs``)."""
    assert text.endswith("\n")
    line = text[:-1]
    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    name, _, properties = head.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(",") if pair)
    return name, {key: unescape(value, ":,") for key, _, value in pairs}, unescape(message)


def unescape(text: str, more: str = "") -> str:
    for character in "\r\n" + more:
        text = text.replace(f"%{ord(character):02X}", character)
    return text.replace("%25", "%")


@pytest.mark.parametrize("file", ["output", "env"])
@given(first=st.dictionaries(NAMES, VALUES, max_size=4), second=st.dictionaries(NAMES, VALUES, max_size=3))
@example(first={"a": "x\nEOF\nb=1"}, second={"a": "later"})
def test_the_runner_reads_the_exact_values(file: str, first: dict[str, str], second: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        it = runner(Path(name))
        for values in (first, second):
            (it.set_outputs if file == "output" else it.export)(values)
        path = Path(name, file)
        # Bytes, because in text mode Python translates \r to the end of a line.
        assert file_command(path.read_bytes().decode() if path.exists() else "") == first | second


def test_a_value_cannot_end_its_assignment_by_an_earlier_delimiter(tmp_path: Path) -> None:
    it = runner(tmp_path)
    it.set_outputs({"first": "1"})
    delimiter = (tmp_path / "output").read_text().splitlines()[0].partition("<<")[2]
    it.set_outputs({"second": f"x\n{delimiter}\nevil=1"})
    assert file_command((tmp_path / "output").read_text()) == {
        "first": "1",
        "second": f"x\n{delimiter}\nevil=1",
    }


def test_an_export_keeps_what_earlier_steps_wrote(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("EARLIER=1\n")
    runner(tmp_path).export({"TZ": "Asia/Seoul"})
    assert file_command((tmp_path / "env").read_text()) == {"EARLIER": "1", "TZ": "Asia/Seoul"}


@given(message=VALUES, title=VALUES, file=st.text(min_size=1) | st.just("a,b:c=%2C.py"), line=st.integers(1))
def test_the_runner_reads_the_exact_annotation_from_one_line(
    message: str, title: str, file: str, line: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        it = runner(Path(name))
        text = printed(lambda: it.annotate("error", message, title=title, file=file, line=line))
    assert read_command(text) == ("error", {"file": file, "line": str(line), "title": title}, message)


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        ("a.py", 3, {"file": "a.py", "line": "3", "title": "t"}),
        ("a.py", 0, {"file": "a.py", "title": "t"}),
        ("", 3, {"title": "t"}),
        ("", 0, {"title": "t"}),
    ],
)
def test_an_annotation_has_the_place_that_is_known(
    file: str, line: int, expected: dict[str, str], tmp_path: Path
) -> None:
    text = printed(lambda: runner(tmp_path).annotate("warning", "m", title="t", file=file, line=line))
    assert read_command(text) == ("warning", expected, "m")


@pytest.mark.parametrize(
    ("secret", "masked"),
    [
        ("four", ["four"]),
        ("0", []),
        ("abc", []),
        (" ab ", []),
        ("ab\nfour\ncde", ["four"]),
        ("100%\nof it", ["100%", "of it"]),
        ("first\r\n\n second\n", ["first", " second"]),
        ("", []),
        ("  \n", []),
    ],
)
def test_hide_masks_a_secret_line_by_line(
    secret: str, masked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        runner(tmp_path).hide(secret)
    # Standard output is for what a shell or a program reads.
    assert capsys.readouterr().out == ""
    text = errors.getvalue()
    assert [read_command(line) for line in text.splitlines(keepends=True)] == [
        ("add-mask", {}, line) for line in masked
    ]


@pytest.mark.parametrize("environ", [SELF_HOSTED, {}], ids=["runner", "laptop"])
@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "run"])
def test_hide_keeps_a_secret_out_of_ci_kit_s_own_output(environ: dict[str, str], dry: bool) -> None:
    it = Runner(make_host(environ, dry=dry))
    it.hide("hunter2hunter2")
    assert it.host.redactor.redact("password hunter2hunter2") == "password ***"


@pytest.mark.parametrize("present", [0, 1000, SUMMARY_LIMIT - 500, SUMMARY_LIMIT - 1, SUMMARY_LIMIT])
@pytest.mark.parametrize("letter", ["a", "é", "한", "🙂"])
def test_a_summary_over_the_limit_has_whole_blocks_and_a_note(
    letter: str, present: int, tmp_path: Path
) -> None:
    path = tmp_path / "summary"
    path.write_text("x" * present)
    blocks = [f"{number} {letter * 100}\n" for number in range(12_000)]
    runner(tmp_path).add_summary(blocks)
    data = path.read_bytes()
    assert len(data) <= SUMMARY_LIMIT
    added = data[present:].decode()
    if SUMMARY_LIMIT - present < 100:
        assert added == ""
        return
    *kept, note = added.strip().split("\n\n")
    assert SUMMARY_LIMIT - len(data) < len(f"{blocks[-1]}\n".encode())
    assert [f"{block}\n" for block in kept] == blocks[: len(kept)]
    assert note.startswith("… cut")


@pytest.mark.parametrize("letter", ["a", "é"])
@pytest.mark.parametrize("present", ["", "x" * 998])
def test_a_summary_that_fits_is_not_cut(letter: str, present: str, tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text(present)
    gap = 2 if present else 0
    text = letter * ((SUMMARY_LIMIT - len(present) - gap) // len(letter.encode()))
    runner(tmp_path).add_summary([text])
    assert path.read_text(encoding="utf-8").endswith(f"{present}\n\n{text}" if present else text)


@pytest.mark.parametrize("before", ["A=1", "A=1\n", "", "A<<E\n1\nE", "A<<E\n1\n\nE\n"])
def test_files_of_the_protocol_begin_on_a_new_line(before: str, tmp_path: Path) -> None:
    it = runner(tmp_path)
    for name in ("output", "env"):
        (tmp_path / name).write_text(before)
    it.set_outputs({"b": "2"})
    it.export({"b": "2"})
    for name in ("output", "env"):
        text = (tmp_path / name).read_text()
        assert file_command(text) == file_command(before) | {"b": "2"}
        assert "\n\n" not in text.removeprefix(before)


@pytest.mark.parametrize("before", ["text", "text\n", "<details>", "| a |\n|---|\n"])
def test_a_summary_begins_after_an_empty_line(before: str, tmp_path: Path) -> None:
    (tmp_path / "summary").write_text(before)
    runner(tmp_path).add_summary(["# a\n"])
    assert (tmp_path / "summary").read_text() == f"{before.rstrip()}\n\n# a\n"


@pytest.mark.parametrize("value", ["\ud800", "a\udcffb"])
def test_half_of_a_surrogate_pair_does_no_harm(value: str, tmp_path: Path) -> None:
    it = runner(tmp_path)
    it.set_outputs({"a": value})
    it.add_summary([value])
    shown = value.encode(errors="replace").decode()
    assert file_command((tmp_path / "output").read_text()) == {"a": shown}
    assert (tmp_path / "summary").read_text() == shown


def everything(it: Runner) -> None:
    it.set_outputs({"a": "1"})
    it.export({"a": "1"})
    it.add_summary(["# a"])
    it.hide("secret")
    it.annotate("error", "m", title="t")


def test_a_runner_gets_every_command_and_file(tmp_path: Path) -> None:
    assert len(printed(lambda: everything(runner(tmp_path))).splitlines()) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env", "output", "summary"]


@pytest.mark.parametrize("value", ["", "false", "1"])
def test_outside_a_runner_nothing_is_written(value: str, tmp_path: Path) -> None:
    assert printed(lambda: everything(runner(tmp_path, GITHUB_ACTIONS=value))) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_runner_without_files_still_gets_commands() -> None:
    assert printed(lambda: everything(Runner(make_host(SELF_HOSTED)))).count("\n") == 2


def test_a_dry_run_writes_no_file_and_gives_no_command(tmp_path: Path) -> None:
    it = runner(tmp_path)
    dry = Runner(make_host(it.host.environ, dry=True))
    text = printed(lambda: everything(dry))
    assert list(tmp_path.iterdir()) == []
    assert not [line for line in text.splitlines() if line.startswith("::")]
    assert f"append to {tmp_path / 'output'}\n  | a=1" in text


@pytest.mark.parametrize("password", ["hunter2hunter2", "abc", "first line\nsecond line"])
@pytest.mark.parametrize("dry", [True, False])
def test_an_exported_password_is_not_shown(password: str, dry: bool, tmp_path: Path) -> None:
    it = runner(tmp_path)
    it = Runner(make_host(it.host.environ, dry=dry, verbosity=1))
    printed(lambda: it.hide(password))
    text = printed(lambda: it.export({"MYSQL_PASSWORD": password})) + console_text(it.host)
    assert "MYSQL_PASSWORD=***" in text
    assert [line for line in password.splitlines() if line in text] == []


@pytest.mark.parametrize(
    ("environ", "disposable", "github"),
    [
        ({}, False, False),
        (GITHUB_HOSTED, True, True),
        (SELF_HOSTED, False, True),
        ({"GITHUB_ACTIONS": "true"}, False, True),
        ({"GITHUB_ACTIONS": "false", "RUNNER_ENVIRONMENT": "github-hosted"}, False, False),
        ({"GITHUB_ACTIONS": "1", "RUNNER_ENVIRONMENT": "github-hosted"}, False, False),
        ({"RUNNER_ENVIRONMENT": "github-hosted"}, False, False),
        ({"CI": "true"}, False, False),
        (GITHUB_HOSTED | {"ACT": "true"}, False, False),
        (GITHUB_HOSTED | {"ACT": ""}, False, False),
        (SELF_HOSTED | {"ACT": "true"}, False, False),
        ({"CI_KIT_DISPOSABLE_MACHINE": "true"}, True, False),
        ({"CI_KIT_DISPOSABLE_MACHINE": "yes"}, False, False),
        (GITHUB_HOSTED | {"RUNNER_ENVIRONMENT": "GitHub-Hosted"}, False, True),
    ],
)
def test_the_environment_tells_which_machines_are_disposable(
    environ: dict[str, str], disposable: bool, github: bool
) -> None:
    it = Runner(make_host(environ))
    assert (it.machine_is_disposable, it.real) == (disposable, github)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/me/repo/tests/test_a.py", "tests/test_a.py"),
        ("/home/me/repository/test_a.py", "/home/me/repository/test_a.py"),
        ("/other/test_a.py", "/other/test_a.py"),
    ],
)
def test_a_path_in_the_repository_is_relative_to_it(path: str, expected: str) -> None:
    it = Runner(make_host({"GITHUB_WORKSPACE": "/home/me/repo"}))
    assert it.relative(Path(path)) == expected


def test_without_a_repository_a_path_stays_unchanged() -> None:
    assert Runner(make_host({})).relative(Path("/home/me/test_a.py")) == "/home/me/test_a.py"


@pytest.mark.parametrize(
    ("event", "environ", "branch"),
    [
        ('{"repository": {"default_branch": "trunk"}}', {}, "trunk"),
        ('{"repository": {"default_branch": "trunk"}}', {"GITHUB_BASE_REF": "main"}, "main"),
        ('{"repository": {"default_branch": "trunk"}}', {"GITHUB_ACTIONS": "false"}, ""),
        ("{}", {}, ""),
        ("[]", {}, ""),
        ('{"repository": null}', {}, ""),
        ("{", {}, ""),
        (None, {}, ""),
    ],
)
def test_the_branch_that_a_change_is_for_comes_from_the_event(
    event: str | None, environ: dict[str, str], branch: str, tmp_path: Path
) -> None:
    path = tmp_path / "event.json"
    if event is not None:
        path.write_text(event, encoding="utf-8")
    given_environ = {**SELF_HOSTED, "GITHUB_EVENT_PATH": str(path), "GITHUB_BASE_REF": "", **environ}
    assert Runner(make_host(given_environ)).base_branch == branch
