"""The machine: effects, what a dry run makes of them, and looks."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Completed, Host, Process
from ci_kit.host.processes import describe_command
from tests.unit.making import make_host, said, snapshot

SECRET = "hunter2hunter2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Something to have effects on."""
    made = tmp_path / "a folder"
    (made / "tree").mkdir(parents=True)
    (made / "tree" / "leaf").write_text("leaf\n")
    (made / "file").write_text("before\n")
    return made


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a group of its own and never ends by itself."""
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    yield child
    child.kill()
    child.wait()


Effect = Callable[[Host, Path], object]


def start(host: Host, folder: Path) -> None:
    started = host.start(["touch", str(folder / "made")], env={"A": "b"}, log=folder / "log")
    if started.popen:
        started.popen.wait()


EFFECTS: dict[str, Effect] = {
    "run": lambda host, folder: host.run(
        ["sh", "-c", "cat > made"], env={"A": None, "B": "c d"}, cwd=folder, stdin="in\n", shown_stdin="shown"
    ),
    "stream": lambda host, folder: host.stream(["touch", "it's made"], env={"A": "b"}, cwd=folder),
    "start": start,
    "write": lambda host, folder: host.write(folder / "file", f"after {SECRET}\n", shown="after ***"),
    "append": lambda host, folder: host.append(folder / "file", "more\nlines\n"),
    "make_dir": lambda host, folder: host.make_dir(folder / "made" / "deep", mode=0o700, owner=os.getuid()),
    "copy_tree": lambda host, folder: host.copy_tree(folder / "tree", folder / "copy", owner=os.getuid()),
    "remove": lambda host, folder: host.remove(folder / "tree"),
    "move": lambda host, folder: host.move(folder / "tree", folder / "moved"),
}
every_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


def test_every_method_with_an_effect_is_in_these_tests() -> None:
    acting = {
        name
        for name, method in vars(Host).items()
        if inspect.isfunction(method)
        and not name.startswith("__")
        and "self.act(" in inspect.getsource(method)
    }
    assert acting == EFFECTS.keys() | {"kill", "end"}


@every_effect
def test_a_dry_run_changes_nothing(effect: Effect, folder: Path) -> None:
    before = snapshot(folder)
    effect(make_host(dry=True), folder)
    assert snapshot(folder) == before
    effect(make_host(), folder)
    assert snapshot(folder) != before


@every_effect
def test_a_dry_run_prints_what_a_real_one_says(
    effect: Effect, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dry = make_host(dry=True)
    effect(dry, folder)
    printed = capfd.readouterr().out
    real = make_host(verbosity=1)
    effect(real, folder)
    assert said(real) == printed != ""
    assert SECRET not in printed
    assert said(dry) == ""


def test_a_dry_run_ends_no_process_and_prints_what_a_real_one_says(
    process: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    make_host(dry=True).kill(process.pid, what="the server")
    assert process.poll() is None
    real = make_host(verbosity=1)
    real.kill(process.pid, what="the server")
    assert said(real) == capfd.readouterr().out == f"kill -KILL -{process.pid}  # the server\n"
    assert process.wait() == -9


def test_a_dry_run_ends_no_process_of_its_own_and_prints_what_a_real_one_says(
    process: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    make_host(dry=True).end(Process(process), what="the server")
    assert process.poll() is None
    real = make_host(verbosity=1)
    real.end(Process(process), what="the server")
    assert said(real) == capfd.readouterr().out == f"kill -KILL -{process.pid}  # the server\n"
    assert process.returncode == -9


def test_the_end_of_a_process_that_a_dry_run_never_started_is_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    make_host(dry=True).end(Process(), what="the server")
    assert capfd.readouterr().out == "kill -KILL -$!  # the server\n"


def test_a_dry_run_takes_no_lock(tmp_path: Path) -> None:
    with make_host(dry=True).locked(tmp_path / "new" / "lock") as held:
        assert held
    assert list(tmp_path.iterdir()) == []


def test_effects_are_said_under_verbose_only(folder: Path) -> None:
    host = make_host(verbosity=0)
    host.remove(folder / "file")
    assert said(host) == ""


@pytest.mark.parametrize("dry", [True, False])
def test_a_known_secret_is_masked_in_what_is_said(
    dry: bool, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    host = make_host(dry=dry, verbosity=1)
    host.redactor.add(SECRET)
    host.run(["true", SECRET], env={"MYSQL_PASSWORD": SECRET}, stdin=SECRET)
    host.append(folder / "file", SECRET)
    text = capfd.readouterr().out + said(host)
    assert SECRET not in text
    assert "env MYSQL_PASSWORD=*** true *** <<< ***" in text


def test_what_a_dry_run_goes_on_with_is_what_the_caller_assumes() -> None:
    host = make_host(dry=True)
    assert host.run(["false"], assumed=Completed(3, "out")) == Completed(3, "out")
    assert host.stream(["false"]) == 0
    assert host.start(["false"], log=Path("/nonexistent/log")) == Process()
    assert Process().exit_code() is None


# Files


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
@pytest.mark.parametrize("there", [True, False])
def test_a_written_file_has_its_text_and_mode(mode: int, there: bool, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if there:
        path.write_text("before")
        path.chmod(0o640)
    make_host().write(path, "한\r\n", mode=mode)
    assert path.read_bytes() == "한\r\n".encode()
    assert path.stat().st_mode & 0o777 == mode
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        make_host().write(path, "x" * 100_000 + "\udcff")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_a_file_meanwhile_reads_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with path.open() as reader:
        make_host().write(path, "after")
        assert reader.read() == "before"
    assert path.read_text() == "after"


def test_appended_text_follows_what_is_there(tmp_path: Path) -> None:
    host = make_host()
    host.append(tmp_path / "file", "one\n")
    host.append(tmp_path / "file", "two\n")
    assert (tmp_path / "file").read_text() == "one\ntwo\n"


def test_a_folder_has_the_mode_asked_for(tmp_path: Path) -> None:
    make_host().make_dir(tmp_path / "a" / "b", mode=0o700)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["file", "tree", "missing", "link"])
def test_whatever_is_there_is_removed(name: str, folder: Path) -> None:
    (folder / "link").symlink_to(folder / "tree")
    make_host().remove(folder / name)
    assert not os.path.lexists(folder / name)
    assert name == "tree" or (folder / "tree" / "leaf").exists()


def test_a_lock_is_held_against_others_until_it_is_left(tmp_path: Path) -> None:
    host, other = make_host(), make_host()
    with host.locked(tmp_path / "lock") as held:
        assert held
        with other.locked(tmp_path / "lock", wait=False) as too:
            assert not too
    with other.locked(tmp_path / "lock", wait=False) as then:
        assert then


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    def held_against_others() -> bool:
        with make_host().locked(lock), make_host().locked(lock, wait=False) as too:
            return not too

    with ThreadPoolExecutor(1) as pool:
        with make_host().locked(lock):
            waiting = pool.submit(held_against_others)
            while _times_open(lock) < 2:
                pass
            lock.unlink()
        assert waiting.result()


def _times_open(path: Path) -> int:
    links = Path("/dev/fd").iterdir()
    return [os.path.realpath(link) for link in links].count(str(path))


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from ci_kit.host.machine import Host\n"
        "with Host().locked(Path(sys.argv[1])) as held: os._exit(0 if held else 1)"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "lock"], check=True)
    with make_host().locked(tmp_path / "lock", wait=False) as held:
        assert held


# Commands


def test_a_command_gives_its_code_and_its_output_apart() -> None:
    done = make_host().run(["sh", "-c", "cat; echo bad >&2; exit 3"], stdin="in")
    assert done == Completed(3, "in", "bad\n")
    assert not done.ok


def test_a_command_without_input_reads_nothing() -> None:
    assert make_host().run(["cat"]).stdout == ""


def test_output_that_is_no_utf_8_is_read_all_the_same() -> None:
    assert make_host().ask(["printf", r"a\377b"]).stdout == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("call", ["run", "ask", "stream"])
def test_a_command_that_a_signal_ended_has_a_negative_code(call: str) -> None:
    done = getattr(make_host(), call)(["sh", "-c", "kill -KILL $$"])
    assert (done if call == "stream" else done.code) == -9


@pytest.mark.parametrize("call", ["run", "ask", "stream"])
def test_a_program_that_is_not_there_is_named(call: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        getattr(make_host(), call)(["/opt/none/mysqld-none", "--version"])
    assert caught.value.lines() == [
        "cannot run /opt/none/mysqld-none",
        "  why: No such file or directory",
        "  do:  install mysqld-none, or put it on the PATH",
    ]


def test_a_program_that_cannot_be_started_in_the_background_is_named(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("")
    with pytest.raises(UnavailableError, match="cannot run") as caught:
        make_host().start([str(tmp_path / "program")], log=tmp_path / "log")
    assert caught.value.why == "Permission denied"


@pytest.mark.parametrize("call", ["run", "ask"])
def test_the_environment_is_the_host_s_with_changes_and_none_removes(call: str) -> None:
    host = make_host({"PATH": os.environ["PATH"], "KEPT": "1", "CHANGED": "1", "REMOVED": "1"})
    done = getattr(host, call)(["env"], env={"CHANGED": "2", "REMOVED": None, "NEW": "3", "ABSENT": None})
    lines = set(done.stdout.splitlines())
    assert lines == {f"PATH={os.environ['PATH']}", "KEPT=1", "CHANGED=2", "NEW=3"}


def test_a_look_that_hangs_is_one_error_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="sh did not end in 1 s") as caught:
        make_host().ask(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], seconds=1)
    assert "exec sleep 60" in caught.value.why
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_a_command_runs_in_the_folder_asked_for(tmp_path: Path) -> None:
    assert make_host().ask(["pwd", "-P"], cwd=tmp_path).stdout == f"{tmp_path.resolve()}\n"


def test_streamed_output_comes_through_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    print("before")
    assert make_host().stream(["sh", "-c", "echo out; echo err >&2; exit 4"]) == 4
    assert tuple(capfd.readouterr()) == ("before\nout\n", "err\n")


def test_a_background_process_leads_a_session_and_writes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\n")
    started = make_host().start(["sh", "-c", "ps -o sid= -p $$; echo err >&2; exit 5"], log=log)
    assert started.popen is not None
    started.popen.wait()
    assert started.exit_code() == 5
    assert log.read_text().split() == ["earlier", str(started.popen.pid), "err"]


def test_a_process_that_ended_already_is_no_error() -> None:
    child = subprocess.Popen(["true"], start_new_session=True)
    child.wait()
    make_host().kill(child.pid, what="nothing")
    assert child.returncode == 0


def test_a_command_is_shown_as_one_types_it() -> None:
    shown = describe_command(["a b", "$c", "it's"], {"B": "x y", "A": None}, Path("/some where"))
    assert shown == """cd '/some where' && env -u A B='x y' 'a b' '$c' 'it'"'"'s'"""
    done = subprocess.run(
        ["sh", "-c", describe_command(["env"], {"B": "x'y", "PWD": None}, Path("/"))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "B=x'y" in done.stdout.splitlines()
    assert not [line for line in done.stdout.splitlines() if line.startswith("PWD=")]


# Looks


def test_processes_are_found_by_an_argument_that_begins_so(tmp_path: Path) -> None:
    host = make_host()
    command = [sys.executable, "-uc", "print(); input()", f"--datadir={tmp_path}/data", f"# {tmp_path}"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        # The kernel shows the command line a little after the start; what has printed has it.
        assert child.stdout
        child.stdout.readline()
        assert host.processes_with_argument(f"--datadir={tmp_path}/") == [child.pid]
        # Somebody who speaks of it is not it.
        assert host.processes_with_argument(str(tmp_path)) == []
    finally:
        child.communicate(b"\n")
    assert host.processes_with_argument(f"--datadir={tmp_path}/") == []


def test_programs_are_looked_for_on_the_host_s_own_path(tmp_path: Path) -> None:
    (tmp_path / "mysqld").write_text("#!/bin/sh\n")
    (tmp_path / "mysqld").chmod(0o755)
    assert make_host({"PATH": str(tmp_path)}).which("mysqld") == str(tmp_path / "mysqld")
    assert make_host({"PATH": ""}).which("mysqld") is None


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"CI_KIT_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/ci-kit"),
        ({"HOME": "/h"}, "/h/.cache/ci-kit"),
        ({"CI_KIT_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/ci-kit"),
    ],
)
def test_the_cache_is_the_user_s(environ: dict[str, str], expected: str) -> None:
    assert make_host(environ).cache_root() == Path(expected)


def test_temporary_files_are_the_job_s_on_a_runner() -> None:
    assert make_host({"RUNNER_TEMP": "/runner/temp"}).temporary_root() == Path("/runner/temp")


def test_root_needs_no_sudo() -> None:
    expected = ["true"] if os.geteuid() == 0 else ["sudo", "-n", "true"]
    assert make_host().as_root(["true"]) == expected
