"""No change of a function leaves out a test that fails because of it: real runs of pytest for each change."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_kit.history.folder import open_history
from ci_kit.history.planning import reader, snapshot_of
from ci_kit.testing.patch.repository import find_repository
from ci_kit.testing.selection.affected import Affected, find_affected
from ci_kit.testing.selection.blocks import read_blocks
from ci_kit.testing.selection.measured import Measured
from tests.support.mutations import mutants
from tests.unit.support import ci_kit, make_host, make_settings, python, write
from tests.unit.testing.patch.repositories import repository
from tests.unit.testing.selection.shop import SHOP
from tests.unit.testing.selection.test_selection import FRESH

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def measure(root: Path, *words: str) -> Measured:
    """What a real run of all tests measures."""
    given: tuple[str | Path, ...] = (
        "-C",
        root,
        f"--python={sys.executable}",
        "--mysql=off",
        "--measure-tests",
        *words,
    )
    done = ci_kit("run", *given, env=FRESH)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "does not count" not in done.stderr
    with open_history(make_host({}), root / ".ci-kit") as history:
        kind = history.runs()[-1].kind
        measured = history.measured(kind)
    assert measured is not None
    return measured


def affected_by(measured: Measured, root: Path) -> Affected:
    found = find_repository(make_host(), root)
    assert found is not None
    return find_affected(measured, snapshot_of(found, make_settings(root), untracked=True), reader(root))


def failing(root: Path) -> set[str]:
    """The tests that fail in a full run by hand."""
    done = python("-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", cwd=root, env=FRESH)
    return set(_FAILED.findall(done.stdout))


def selected(measured: Measured, affected: Affected, root: Path) -> set[str]:
    """The tests that a run with `changed` would run."""
    listed = python("-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", cwd=root, env=FRESH)
    nodes = {line for line in listed.stdout.splitlines() if "::" in line}
    return nodes if affected.everything else nodes - (measured.tests.keys() - affected.tests)


# Changes outside of functions, and of files: the path, what is replaced (empty: the file is new) and by what.
OUTSIDE = [
    ("shop/rates.py", "VAT = 10", "VAT = 20"),
    ("shop/rates.py", "{'kr': VAT}", "{}"),
    ("shop/register.py", "FORMATS = {}", "FORMATS = None"),
    (
        "shop/price.py",
        "class Basket:",
        "class Basket:\n    lines = None\n    def __len__(self): return 1 / 0",
    ),
    ("shop/price.py", "@property", "@staticmethod"),
    ("shop/discount.py", "percent=10", "percent=20"),
    ("shop/discount.py", "(Basket):", "(Basket):\n    total = property(lambda self: 1 / 0)\n"),
    ("shop/formats/plain.py", '@register("plain")', '@register("other")'),
    ("shop/formats/other.py", "", "raise RuntimeError"),
    ("shop/lazy.py", "COUNT = len(FORMATS)", "COUNT = 0"),
    ("tests/helpers.py", "won'", "KRW'"),
    ("tests/conftest.py", "return filled()", "return None"),
    ("pyproject.toml", "", "[tool.pytest.ini_options]\nxfail_strict = 3\npython_functions = 'nothing'"),
]


def changes() -> Iterator[tuple[str, str, str]]:
    """The path of each changed file, what changes, and the text."""
    for path, text in SHOP.items():
        if path.startswith("shop/"):
            for name, mutant in mutants(text):
                yield path, name, mutant
    for path, before, after in OUTSIDE:
        text = SHOP.get(path, "")
        assert before in text
        yield path, after, text.replace(before, after) if before else f"{text}\n{after}"


def test_every_test_that_a_change_breaks_is_selected(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop", SHOP)
    measured = measure(root)
    all_tests = selected(measured, Affected(everything="all"), root)
    numbers, broken = [], 0
    for path, name, text in changes():
        write(root, {path: text})
        affected = affected_by(measured, root)
        failed = failing(root)
        missed = failed - selected(measured, affected, root)
        assert not missed, f"{path} {name}: {affected}"
        broken += bool(failed)
        numbers.append(len(all_tests) if affected.everything else len(affected.tests))
        if path in SHOP:
            write(root, {path: SHOP[path]})
        else:
            (root / path).unlink()
    # A comparison that finds all tests, or changes that break none, would prove nothing.
    assert sum(numbers) / len(numbers) < len(all_tests) / 2
    assert broken > len(numbers) / 2
    assert not affected_by(measured, root).tests


@pytest.mark.parametrize("path", [path for path in SHOP if path.startswith("shop/")])
def test_another_format_is_no_change(path: str, tmp_path: Path) -> None:
    before = read_blocks(SHOP[path])
    after = read_blocks(f"# A comment.\n\n{ast.unparse(ast.parse(SHOP[path]))}")
    assert before.digests == after.digests


def test_workers_of_xdist_measure_the_same(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop", SHOP)
    serial, parallel = measure(root), measure(root, "--", "-n2", "-p", "xdist")
    assert serial.tests.keys() == parallel.tests.keys()
    assert serial.shared == parallel.shared
    for node in ("tests/test_discount.py::test_total", "tests/test_lines.py::test_lines"):
        assert serial.tests[node] == parallel.tests[node]
    assert len(serial.tests) == 17  # without the one that starts a process
