"""Output that cannot be written changes nothing: neither the exit code nor the clean-up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT
from tests.unit.support import ALONE, SELF_HOSTED, file_command, write

PASSING = "import pytest\n@pytest.mark.parametrize('n', range(300))\ndef test_a(n): print('x' * 500)\n"
FAILING = f"{PASSING}def test_b(): assert 0\n"
PROJECT = {"pyproject.toml": '[tool.ci-kit]\nmysql = "off"\ncoverage = false\n'}
# Each is a shell command line; {} is the command whose output is lost.
LOST = {
    "stdout is closed": "{} >&-",
    "stderr is closed": "{} 2>&-",
    "both are closed": "{} >&- 2>&-",
    "stdin too": "{} <&- >&- 2>&-",
    "the disk is full": "{} >/dev/full 2>&1",
    "the disk of stdout is full": "{} >/dev/full",
    "the disk of stderr is full": "{} 2>/dev/full",
    "nothing reads": "{} | true",
    "nothing reads errors": "{} 2>&1 >/dev/null | true",
    "the reader ends after a line": "{} 2>&1 | head -n 1",
    "the reader of stdout ends after a line": "{} | head -n 1",
}


def shell(line: str, *words: str | Path, env: dict[str, str] | None = None) -> int:
    """The exit code of ci-kit in a command line of bash."""
    command = " ".join(f"'{word}'" for word in (sys.executable, "-m", "ci_kit", *words))
    script = f"{line.format(command)}; exit ${{PIPESTATUS[0]}}"
    return subprocess.run(
        ["bash", "-c", script], env=os.environ | ALONE | (env or {}), check=False, timeout=LIMIT
    ).returncode


@pytest.mark.parametrize(
    ("line", "tests", "code"),
    [
        *((line, PASSING, 0) for line in LOST.values()),
        (LOST["both are closed"], FAILING, 1),
        (LOST["the reader ends after a line"], FAILING, 1),
    ],
)
def test_lost_output_changes_nothing(line: str, tests: str, code: int, tmp_path: Path) -> None:
    write(tmp_path / "project", PROJECT | {"test_a.py": tests})
    (tmp_path / "temporary").mkdir()
    runner = {
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "RUNNER_TEMP": str(tmp_path / "temporary"),
    }
    words = ("run", "-C", tmp_path / "project", "--python", sys.executable, "-v", "--", "-v", "-s")
    assert shell(line, *words, env=SELF_HOSTED | runner) == code
    assert list((tmp_path / "temporary").iterdir()) == []
    assert (tmp_path / "summary").read_text().startswith("## Tests ")
    assert file_command((tmp_path / "output").read_text())["tests-passed"] == "300"


@pytest.mark.parametrize("line", ["{} >&- 2>&-", "{} >/dev/full 2>&1", "{} 2>&1 | true"])
@pytest.mark.parametrize(
    ("words", "code"),
    [(("--help",), 0), (("mysql", "status", "--json"), 0), (("none-such",), 64)],
    ids=["help", "status", "wrong"],
)
def test_the_exit_code_of_a_short_command_stays(
    line: str, words: tuple[str, ...], code: int, cache: Path
) -> None:
    assert shell(line, *words) == code


OPEN_LINE = """\
import atexit, os, sys
atexit.register(lambda: os.write(1, b"no end of line"))
def test_a(): assert 0
"""


@pytest.mark.parametrize(
    "tests",
    [
        OPEN_LINE,
        OPEN_LINE.replace("no end of line", "ends\\nand goes on"),
        OPEN_LINE.replace("no end of line", "\\x1b[0m"),
        OPEN_LINE.replace("os.write(1, ", "sys.stdout.buffer.write("),
    ],
)
def test_a_command_for_the_runner_begins_a_line(tests: str, tmp_path: Path) -> None:
    write(tmp_path, PROJECT | {"test_a.py": tests})
    done = subprocess.run(
        [sys.executable, "-m", "ci_kit", "run", "--python", sys.executable],
        cwd=tmp_path,
        env=os.environ | ALONE | SELF_HOSTED,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 1
    (command,) = [line for line in done.stdout.split("\n") if "::error" in line]
    assert command.startswith("::error file=")
    # No empty line is added where the output ended with its line.
    assert "\n\n::error" not in done.stdout
