"""The groups of a job's log: real jobs, and a reader that folds the log as GitHub does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT, wait_until
from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, write

TESTS = {
    "shop.py": "def used(): ...\ndef unused():\n    return 1\n",
    "test_shop.py": "import shop\ndef test_good(): shop.used()\ndef test_bad(): assert not shop\n",
}
FLAGS = ("--mysql=off", f"--python={sys.executable}")


@dataclass
class Log:
    """A log as a reader sees it: its visible lines, and those of each group. A group ends the one before."""

    visible: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    open: bool = False

    def read(self, text: str) -> Log:
        lines = self.visible
        for line in text.splitlines():
            if line.startswith("::group::"):
                lines = self.groups[line.removeprefix("::group::")] = []
                self.open = True
            elif line == "::endgroup::":
                lines = self.visible
                self.open = False
            else:
                lines.append(line)
        return self


def job(
    folder: Path, files: dict[str, str], *words: str, runner: dict[str, str] = SELF_HOSTED
) -> tuple[Log, Log]:
    """The logs of standard output and of standard error."""
    done = ci_kit("run", "-C", write(folder, files), *FLAGS, *words, env=ALONE | runner)
    return Log().read(done.stdout), Log().read(done.stderr)


def has(lines: list[str], text: str) -> bool:
    return any(text in line for line in lines)


def test_by_default_the_table_of_files_is_folded_and_a_failure_is_visible(tmp_path: Path) -> None:
    out, err = job(tmp_path, TESTS)
    assert list(out.groups) == ["Coverage of each file"]
    assert has(out.groups["Coverage of each file"], "TOTAL")
    assert not has(out.visible, "TOTAL")
    assert has(out.visible, "def test_bad(): assert not shop")
    assert (err.groups, out.open) == ({}, False)
    assert has(err.visible, "result     Tests failed")


def test_each_part_can_be_folded(tmp_path: Path) -> None:
    out, err = job(tmp_path, TESTS, "--log-groups=setup tests coverage")
    assert list(out.groups) == ["Output of the tests", "Coverage of each file"]
    assert has(out.groups["Output of the tests"], "def test_bad(): assert not shop")
    assert [line for line in out.visible if not line.startswith("::error ")] == []
    for text in ("timezone ", "python "):
        assert has(err.groups["Time zone, server and Python"], text)
    # What a reader of a failed job looks for.
    for text in ("tests      failed", "result     Tests failed", "test_shop.py:3 test_bad", "next "):
        assert has(err.visible, text)


def test_nothing_is_folded_on_request(tmp_path: Path) -> None:
    out, err = job(tmp_path, TESTS, "--log-groups=none")
    assert (out.groups, err.groups) == ({}, {})


def test_outside_a_workflow_there_are_no_groups(tmp_path: Path) -> None:
    done = ci_kit("run", "-C", write(tmp_path, TESTS), *FLAGS, env=ALONE | {"GITHUB_ACTIONS": ""})
    assert "group::" not in done.stdout + done.stderr


@pytest.mark.parametrize("groups", ["none", "tests coverage"])
@pytest.mark.parametrize(
    "said", ["::group::of a test", "::endgroup::", "::endgroup::\\n::group::x", "::group::x"]
)
def test_a_test_that_prints_commands_hides_nothing_after_it(said: str, groups: str, tmp_path: Path) -> None:
    # -s: else pytest shows the output of failed tests only.
    printing = {"test_a.py": f"def test_a():\n    print('\\n{said}')\n    print('no line end', end='')\n"}
    out, _ = job(tmp_path, TESTS | printing, f"--log-groups={groups}", "--", "-s")
    assert not out.open
    assert has(out.visible, "::error ")
    assert ("Coverage of each file" in out.groups) is (groups != "none")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_job_closes_its_group(number: signal.Signals, code: int, tmp_path: Path) -> None:
    waits = "import pathlib, signal\ndef test_a():\n    pathlib.Path('began').touch()\n    signal.pause()\n"
    write(tmp_path, {"test_a.py": waits})
    words = [sys.executable, "-m", "ci_kit", "run", "-C", str(tmp_path), *FLAGS, "--log-groups=tests"]
    child = subprocess.Popen(
        words,
        env=os.environ | ALONE | SELF_HOSTED,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until((tmp_path / "began").exists, "the test", child=child)
    child.send_signal(number)
    printed, _ = child.communicate(timeout=LIMIT)
    assert child.returncode == code
    log = Log().read(printed)
    assert list(log.groups) == ["Output of the tests"]
    assert not log.open
