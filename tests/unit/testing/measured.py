"""Runs of ci-kit on projects whose coverage is known, with several versions of coverage and pytest-cov."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import LIMIT
from tests.unit.support import ci_kit, write

PRICE = {
    "shop/__init__.py": "",
    "shop/price.py": """\
def gross(net):
    if net < 0:
        raise ValueError
    return net * 11 // 10


def square(number):
    return number * number


def unused():
    return 0
""",
}
TEST_GROSS = {
    "tests/test_gross.py": "from shop.price import gross\ndef test_gross(): assert gross(100) == 110\n"
}
TEST_SQUARE = {
    "tests/test_square.py": "from shop.price import square\ndef test_square(): assert square(2) == 4\n"
}
SOURCE = {".coveragerc": "[run]\nsource = shop\n"}
SERIAL = {**PRICE, **TEST_GROSS, **TEST_SQUARE}


@dataclass(frozen=True)
class Measured:
    """How a run ended. ``table`` has the cells of each line of coverage's report."""

    code: int
    stdout: str
    stderr: str

    @property
    def table(self) -> list[list[str]]:
        """The cells of each line of the last table."""
        lines = self.stdout[self.stdout.rindex("Stmts") :].splitlines()
        return [re.split(r"  +", line) for line in lines if "%" in line]

    @property
    def total(self) -> str:
        (found,) = [cells[-1] for cells in self.table if cells[0] == "TOTAL"]
        return found

    def missing(self, name: str) -> str:
        """The lines of a file that no test reached."""
        (cells,) = [cells for cells in self.table if cells[0] == name]
        return "" if cells[-1].endswith("%") else cells[-1]


def measure(
    root: Path, python: str, files: Mapping[str, str], *words: str, env: Mapping[str, str] | None = None
) -> Measured:
    """Run ci-kit on a project."""
    write(root, files)
    done = ci_kit("run", "-C", root, "--mysql", "off", "--python", python, *words, env=env)
    return Measured(done.returncode, done.stdout, done.stderr)


def by_hand(root: Path, python: str, *words: str) -> str:
    """What a command prints."""
    done = subprocess.run(
        [python, "-m", *words],
        cwd=root,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    return done.stdout
