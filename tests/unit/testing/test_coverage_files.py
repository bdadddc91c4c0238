"""The reports of coverage in files: real readers accept them, and what goes wrong is one clear error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environments import environment
from tests.support.waiting import LIMIT
from tests.unit.support import snapshot, write
from tests.unit.testing.measured import PRICE, SERIAL, SOURCE, measure
from tests.unit.testing.patch.repositories import GIT, repository, with_origin

ALL = ("coverage-7.2", "coverage-7.6", "coverage-7.10", "coverage-newest")
PATHS = {"xml": "out/cov.xml", "lcov": "out/lcov.info", "json": "out/cov.json", "html": "out/pages"}
WORDS = [f"--coverage-{name}={path}" for name, path in PATHS.items()]
# By hand, each of the formats would end with 2 because of this threshold.
THRESHOLD = {".coveragerc": "[run]\nsource = shop\n[report]\nfail_under = 75\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "project"


def diff_cover(root: Path, report: str) -> dict[str, list[int]]:
    """The changed lines that diff-cover finds missed, by file."""
    result = root / "diff-cover.json"
    words = [report, "--compare-branch=origin/main", "--include-untracked", f"--format=json:{result}"]
    subprocess.run(
        [Path(sys.executable).with_name("diff-cover"), *words],
        cwd=root,
        env={**os.environ, **GIT},
        capture_output=True,
        check=True,
        timeout=LIMIT,
    )
    stats = json.loads(result.read_text(encoding="utf-8"))["src_stats"]
    return {name: file["violation_lines"] for name, file in stats.items()}


@pytest.mark.parametrize("name", ALL)
def test_the_usual_readers_accept_the_reports(name: str, root: Path) -> None:
    repository(root, SERIAL | THRESHOLD)
    with_origin(root)
    write(root, {"shop/price.py": f"{PRICE['shop/price.py']}\n\ndef cube(a):\n    return a\n"})
    python = environment(name)
    done = measure(root, python, {}, *WORDS, "--fail-under=0", env=GIT)
    assert done.code == 0, done
    for report in (PATHS["xml"], PATHS["lcov"]):
        assert diff_cover(root, report) == {"shop/price.py": [16]}
    (root / "diff-cover.json").unlink()
    read = json.loads((root / PATHS["json"]).read_text(encoding="utf-8"))
    assert read["files"]["shop/price.py"]["missing_lines"] == [3, 12, 16]
    pages = {path.name: path.read_text(encoding="utf-8") for path in (root / PATHS["html"]).glob("*.html")}
    assert len(pages) >= 2
    assert "price.py" in pages["index.html"]


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--fail-under=76"], 8)])
def test_the_reports_are_written_whatever_the_threshold(words: list[str], code: int, root: Path) -> None:
    done = measure(root, environment("coverage-newest"), SERIAL | THRESHOLD, *WORDS, *words)
    assert done.code == code, done
    assert [path for path in PATHS.values() if not (root / path).exists()] == []


def test_failed_tests_have_reports_too(root: Path) -> None:
    failing = {"tests/test_b.py": "def test_b(): assert 0\n"}
    done = measure(root, environment("coverage-newest"), SERIAL | SOURCE | failing, *WORDS)
    assert done.code == 1
    assert [path for path in PATHS.values() if not (root / path).exists()] == []


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("--coverage-xml=shop", "a folder is there; coverage-xml came from --coverage-xml"),
        ("--coverage-json=.", "a folder is there"),
        ("--coverage-lcov=shop/price.py/a.info", "shop/price.py is not a folder"),
        ("--coverage-html=shop/price.py", "a file is there"),
        ("--coverage-html=.", "the pages need a folder of their own"),
        ("--coverage-html=..", "the pages need a folder of their own"),
        ("--coverage-html=/", "the pages need a folder of their own"),
    ],
)
def test_a_path_that_cannot_be_written_ends_the_run_before_the_tests(
    word: str, told: str, root: Path
) -> None:
    write(root, SERIAL | SOURCE)
    before = snapshot(root)
    done = measure(root, environment("coverage-newest"), {}, word)
    assert (done.code, done.stdout) == (64, "")
    assert "error: cannot write the report " in done.stderr
    assert told in done.stderr
    assert snapshot(root) == before


def test_two_reports_need_two_paths(root: Path) -> None:
    words = ["--coverage-xml=a.out", "--coverage-lcov=a.out"]
    done = measure(root, environment("coverage-newest"), SERIAL, *words)
    assert done.code == 64
    assert "coverage-xml has the same path; coverage-lcov came from --coverage-lcov" in done.stderr


def test_without_coverage_there_are_no_reports(root: Path) -> None:
    done = measure(root, environment("coverage-newest"), SERIAL, "--no-coverage", *WORDS, "--coverage-json=.")
    assert done.code == 0
    assert not (root / "out").exists()


IN_THE_WAY = {
    "tests/test_b.py": "from pathlib import Path\ndef test_b():\n"
    "    Path('out').write_text('in the way')\n    assert {passes}\n"
}


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-newest"])
@pytest.mark.parametrize(("passes", "code"), [("True", 69), ("False", 1)])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--coverage-xml=/dev/full"], "/dev/full: No space left on device"),
        (["--coverage-lcov=out/lcov.info", "--coverage-json=fine.json"], "/out/lcov.info: "),
        (["--coverage-html=out/pages", "--coverage-json=fine.json"], "/out/pages: "),
    ],
    ids=["full disk", "a file in the way", "a file in the way of the pages"],
)
def test_a_report_that_cannot_be_written_keeps_the_tests_exit_code(
    words: list[str], told: str, passes: str, code: int, name: str, root: Path
) -> None:
    files = SERIAL | SOURCE | {file: text.format(passes=passes) for file, text in IN_THE_WAY.items()}
    done = measure(root, environment(name), files, *words)
    assert done.code == code, done
    assert done.stderr.count("error: coverage could not write each report") == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    # The others are written.
    assert (root / "fine.json").exists() == ("--coverage-json=fine.json" in words)
    assert Path("/dev/full").exists()


# Its source is there while the tests run, and gone when coverage reports.
VANISHING = {
    "shop/gone.py": "def gone(): ...\n",
    "tests/test_gone.py": "import pathlib\nfrom shop import gone\n"
    "def test_gone():\n    gone.gone()\n    pathlib.Path(gone.__file__).unlink()\n",
}
IGNORED = {".coveragerc": "[run]\nsource = shop\n[report]\nignore_errors = true\n"}
BY_PYTEST_COV = ("--", "--cov=shop", "--cov-report=")


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-newest"])
@pytest.mark.parametrize(
    ("configuration", "words"),
    [(IGNORED, ()), (SOURCE, BY_PYTEST_COV)],
    ids=["ignore_errors", "pytest-cov"],
)
def test_a_source_that_vanished_is_left_out_of_every_report_that_may_leave_it_out(
    configuration: dict[str, str], words: tuple[str, ...], name: str, root: Path
) -> None:
    done = measure(root, environment(name), SERIAL | VANISHING | configuration, *WORDS, *words)
    assert done.code == 0, done
    assert "error:" not in done.stderr
    for path in (PATHS["xml"], PATHS["lcov"], PATHS["json"], f"{PATHS['html']}/index.html"):
        text = (root / path).read_text(encoding="utf-8")
        assert "price.py" in text
        assert "gone.py" not in text


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-newest"])
def test_without_that_permission_a_source_that_vanished_is_an_error(name: str, root: Path) -> None:
    done = measure(root, environment(name), SERIAL | VANISHING | SOURCE, *WORDS)
    assert done.code == 69, done
    told = [line for line in done.stderr.splitlines() if "gone.py" in line]
    for path in PATHS.values():
        assert any(f"/{path}: No source for code: '" in line for line in told), path
    assert "Traceback" not in done.stderr + done.stdout
    # No part of a file is left. coverage itself leaves some of its pages.
    assert [path for path in ("xml", "lcov", "json") if (root / PATHS[path]).exists()] == []
