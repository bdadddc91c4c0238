"""Commands that run to their end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command, Completed, Input
from tests.support.waiting import LIMIT
from tests.unit.support import make_host


def test_a_command_gives_its_code_and_both_outputs() -> None:
    done = make_host().run(Command(["sh", "-c", "cat; echo bad >&2; exit 3"], stdin=Input("in")))
    assert done == Completed(3, "in", "bad\n")
    assert not done.ok


def test_a_command_without_input_reads_an_empty_input() -> None:
    assert make_host().run(["cat"]).stdout == ""


def test_output_that_is_not_utf_8_is_read_with_replacements() -> None:
    assert make_host().ask(["printf", r"a\377b"]).stdout == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("call", ["run", "ask", "stream"])
def test_a_command_that_a_signal_ended_has_a_negative_code(call: str) -> None:
    done = getattr(make_host(), call)(["sh", "-c", "kill -KILL $$"])
    assert (done if call == "stream" else done.code) == -9


@pytest.mark.parametrize("call", ["run", "ask", "stream"])
def test_the_error_names_a_missing_program(call: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        getattr(make_host(), call)(["/opt/none/mysqld-none", "--version"])
    assert caught.value.lines() == [
        "cannot run /opt/none/mysqld-none",
        "  why: No such file or directory",
        "  do:  install mysqld-none, or put it on the PATH",
    ]


def test_the_error_names_a_background_program_that_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("")
    with pytest.raises(UnavailableError, match="cannot run") as caught:
        make_host().start([str(tmp_path / "program")], log=tmp_path / "log")
    assert caught.value.why == "Permission denied"


@pytest.mark.parametrize("call", ["run", "ask"])
def test_a_command_gets_the_host_s_environment_with_its_changes(call: str) -> None:
    host = make_host({"PATH": os.environ["PATH"], "KEPT": "1", "CHANGED": "1", "REMOVED": "1"})
    changes = {"CHANGED": "2", "REMOVED": None, "NEW": "3", "ABSENT": None}
    done = getattr(host, call)(Command(["env"], env=changes))
    lines = set(done.stdout.splitlines())
    assert lines == {f"PATH={os.environ['PATH']}", "KEPT=1", "CHANGED=2", "NEW=3"}


def test_a_query_that_hangs_is_an_error_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="sh did not end in 1 s") as caught:
        make_host().ask(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], seconds=1)
    assert "exec sleep 60" in caught.value.why
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_a_command_runs_in_its_folder(tmp_path: Path) -> None:
    assert make_host().ask(Command(["pwd", "-P"], cwd=tmp_path)).stdout == f"{tmp_path.resolve()}\n"


def test_streamed_output_is_unchanged(capfd: pytest.CaptureFixture[str]) -> None:
    print("before")
    assert make_host().stream(["sh", "-c", "echo out; echo err >&2; exit 4"]) == 4
    assert tuple(capfd.readouterr()) == ("before\nout\n", "err\n")


def test_a_command_is_shown_as_a_user_types_it() -> None:
    shown = Command(["a b", "$c", "it's"], {"B": "x y", "A": None}, Path("/some where"))
    assert str(shown) == """cd '/some where' && env -u A B='x y' 'a b' '$c' 'it'"'"'s'"""
    done = subprocess.run(
        ["sh", "-c", str(Command(["env"], {"B": "x'y", "PWD": None}, Path("/")))],
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    )
    assert "B=x'y" in done.stdout.splitlines()
    assert not [line for line in done.stdout.splitlines() if line.startswith("PWD=")]


def test_programs_are_found_on_the_host_s_path(tmp_path: Path) -> None:
    (tmp_path / "mysqld").write_text("#!/bin/sh\n")
    (tmp_path / "mysqld").chmod(0o755)
    assert make_host({"PATH": str(tmp_path)}).which("mysqld") == str(tmp_path / "mysqld")
    assert make_host({"PATH": ""}).which("mysqld") is None


def test_root_needs_no_sudo() -> None:
    expected = ["true"] if os.geteuid() == 0 else ["sudo", "-n", "true"]
    assert make_host().as_root(["true"]) == expected
