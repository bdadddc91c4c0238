"""Whole jobs on a real terminal: the running step, colours, narrow windows and Ctrl-C."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.columns import COLOUR, width
from tests.support.waiting import LIMIT
from tests.unit.support import ALONE, python, write
from tests.unit.terminals import Terminal, on_terminal

CI_KIT = (sys.executable, "-m", "ci_kit", "run", "--mysql=off", "--no-coverage")
LONG_PATH = "tests/a_folder_with_a_long_name/test_of_the_prices_of_the_shop.py"
FAILING = {
    LONG_PATH: "import pytest\n\n@pytest.mark.parametrize('text', ['가나다'], ids=['a b'])\n"
    "def test_text(text):\n    assert text == 'one two three four five six seven eight nine ten'\n"
}
# A Python whose first start waits until the test has seen something.
WAITING_PYTHON = """\
#!/bin/sh
[ -p '{gate}' ] && read -r line < '{gate}'
exec '{python}' "$@"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    script = WAITING_PYTHON.format(gate=folder / "gate", python=sys.executable)
    write(folder, {"python.sh": script, **FAILING})
    (folder / "python.sh").chmod(0o755)
    os.mkfifo(folder / "gate")
    return folder


def let_python_start(folder: Path) -> None:
    with (folder / "gate").open("w") as gate:
        (folder / "gate").unlink()
        gate.write("go\n")


def labels(terminal: Terminal) -> list[str]:
    """The first words of ci-kit's own lines on the screen."""
    known = {"timezone", "python", "tests", "result", "failures", "missed", "next", "report"}
    return [line.split()[0] for line in terminal.screen if line.strip() and line.split()[0] in known]


def test_a_running_step_shows_its_seconds_and_stays_as_one_line_with_its_time(project: Path) -> None:
    words = (*CI_KIT, "-C", str(project), f"--python={project}/python.sh", "--no-root-on-path")
    with on_terminal(*words, env=ALONE, columns=300) as terminal:
        terminal.wait_for(lambda text: "looking for the project's Python …" in text, "the step")
        terminal.wait_for(lambda text: "looking for the project's Python … 1 s" in text, "its seconds")
        let_python_start(project)
        assert terminal.end() == 1, terminal.written
    assert labels(terminal)[:3] == ["timezone", "python", "tests"]
    (line,) = (line for line in terminal.screen if line.startswith("python "))
    assert line.endswith(" s")
    assert not [line for line in terminal.screen if "…" in line and "looking" in line]


def test_no_running_step_is_within_the_output_of_pytest(tmp_path: Path) -> None:
    # It has time to be shown again while pytest runs, because the tests wait for it.
    waiting = "import sys\ndef test_a():\n    print('asked')\n    assert sys.stdin.readline() == 'go\\n'\n"
    project = write(tmp_path, {"test_a.py": waiting})
    words = (*CI_KIT, "-C", str(project), f"--python={sys.executable}", "--", "-s")
    with on_terminal(*words, env=ALONE) as terminal:
        terminal.wait_for(lambda text: "asked" in text, "the test")
        terminal.type(b"go\n")
        assert terminal.end() == 0, terminal.written
    _, began, rest = terminal.written.partition("test session starts")
    output, ended, _ = rest.partition("1 passed")
    assert began
    assert ended
    assert "\x1b[2K" not in output
    assert "…" not in output


def test_ctrl_c_leaves_a_clean_line(project: Path) -> None:
    words = (*CI_KIT, "-C", str(project), f"--python={project}/python.sh")
    with on_terminal(*words, env=ALONE) as terminal:
        terminal.wait_for(lambda text: "looking for the project's Python …" in text, "the step")
        terminal.type(b"\x03")
        assert terminal.end() == 130
    assert labels(terminal) == ["timezone"]
    assert list(filter(None, terminal.screen))[-1] == "ci-kit: error: interrupted by Ctrl-C"


@pytest.mark.parametrize("columns", [40, 100])
def test_lines_fit_a_window_and_keep_paths_and_commands_whole(columns: int, project: Path) -> None:
    words = (*CI_KIT, "-C", str(project), f"--python={sys.executable}", "--", "-q", "--tb=no", "--no-summary")
    with on_terminal(*words, env=ALONE, columns=columns) as terminal:
        assert terminal.end() == 1
    lines = terminal.screen
    own = lines[next(n for n, line in enumerate(lines) if line.startswith("result ")) :]
    assert [line for line in own if f"{LONG_PATH}:5" in line]
    too_long = [line for line in own if width(line) > columns]
    # A path or a command alone: the terminal breaks it, and a copy has no line break.
    assert [line for line in too_long if LONG_PATH not in line and "ci-kit run" not in line] == []
    assert own[-2].endswith(f" -- '{LONG_PATH}::test_text[a b]'")


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "0"}, False),
    ],
)
def test_in_a_pipe_pytest_and_ci_kit_agree_about_colours(
    environ: dict[str, str], coloured: bool, project: Path
) -> None:
    words = ("-m", "ci_kit", "run", "--mysql=off", "--no-coverage", f"--python={sys.executable}")
    unset = {"NO_COLOR": "", "FORCE_COLOR": ""}
    done = python(*words, "-C", project, env=ALONE | unset | environ)
    assert done.returncode == 1
    assert ("\x1b[" in done.stdout) is coloured
    assert ("\x1b[" in done.stderr) is coloured


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_pytest_and_ci_kit_agree_about_colours(
    environ: dict[str, str], coloured: bool, project: Path
) -> None:
    words = (*CI_KIT, "-C", str(project), f"--python={sys.executable}")
    with on_terminal(*words, env=ALONE | environ) as terminal:
        assert terminal.end() == 1
    lines = terminal.written.split("\n")
    for part in ("1 failed in", "result "):
        (line,) = (line for line in lines if part in COLOUR.sub("", line))
        assert bool(COLOUR.search(line)) is coloured


def test_a_simple_terminal_gets_no_codes(project: Path) -> None:
    words = (*CI_KIT, "-C", str(project), f"--python={sys.executable}")
    with on_terminal(*words, env=ALONE | {"TERM": "dumb"}) as terminal:
        assert terminal.end() == 1
    assert "\x1b" not in terminal.written


def test_the_command_that_is_printed_runs_only_the_failed_tests(tmp_path: Path) -> None:
    files = {"test_a.py": "def test_good(): ...\ndef test_bad(): assert 0\n"}
    write(tmp_path, files)
    words = ("-m", "ci_kit", "run", "--mysql=off", "--no-coverage", f"--python={sys.executable}", "-C")
    # The cache of pytest is on.
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": "", "GITHUB_ACTIONS": ""}
    done = python(*words, tmp_path, env=env)
    lines = done.stderr.splitlines()
    command = lines[next(n for n, line in enumerate(lines) if line.startswith("next ")) + 1].strip()
    assert command.startswith("ci-kit run ")
    assert command.endswith(" -- --lf")
    again = typed(command, env)
    assert "1 failed in" in again or "1 failed, 1 deselected in" in again
    assert again.splitlines()[-1].strip() == command


def typed(command: str, env: dict[str, str]) -> str:
    """The output of a command of ci-kit that is typed in a shell."""
    module = f"{shlex.quote(sys.executable)} -m ci_kit{command.removeprefix('ci-kit')}"
    done = subprocess.run(
        ["sh", "-c", module], env=os.environ | env, capture_output=True, text=True, check=False, timeout=LIMIT
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["a b", "it's", '"', "$HOME", "`x`", "a::b", "-x"])
def test_the_command_for_another_machine_names_the_failed_tests(name: str, tmp_path: Path) -> None:
    text = f"import pytest\n@pytest.mark.parametrize('n', [0, 1], ids=[{name!r}, 'good'])\n"
    # pytest's rootdir is the folder above the project.
    files = {"pytest.ini": "[pytest]\n", "project/test_a.py": f"{text}def test_n(n): assert n\n"}
    write(tmp_path, files)
    words = ("-m", "ci_kit", "run", "--mysql=off", "--no-coverage", f"--python={sys.executable}", "-C")
    env = ALONE | {"CI": "", "GITHUB_ACTIONS": ""}
    done = python(*words, tmp_path / "project", env=env)
    assert done.returncode == 1, done
    command = done.stderr.splitlines()[-1].strip()
    assert "--lf" not in command
    again = typed(command, env)
    assert "1 failed in" in again, command
