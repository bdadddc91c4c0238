"""The coverage is that of this run, of all its processes, with each way to measure and each coverage."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.support.environments import copy_environment, environment
from tests.unit.support import write
from tests.unit.testing.measured import (
    PRICE,
    SERIAL,
    SOURCE,
    TEST_GROSS,
    TEST_SQUARE,
    by_hand,
    measure,
)

ALL = ("coverage-7.2", "coverage-7.6", "coverage-7.10", "coverage-newest")
NEWEST = ("coverage-newest",)
OLDEST_AND_NEWEST = ("coverage-7.2", "coverage-newest")
WITH_PATCH = ("coverage-7.10", "coverage-newest")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "project"


def in_other_process(start: str) -> dict[str, str]:
    """A test that calls ``square`` in another process."""
    test = f"""\
    import multiprocessing, subprocess, sys
    from shop.price import square

    def test_square():
        {start}
    """
    return {"tests/test_square.py": textwrap.dedent(test)}


def pool(method: str) -> dict[str, str]:
    return in_other_process(
        f"with multiprocessing.get_context({method!r}).Pool(2) as pool:"
        " assert pool.map(square, [2, 3]) == [4, 9]; pool.close(); pool.join()"
    )


SUBPROCESS = in_other_process(
    "subprocess.run([sys.executable, '-c', 'from shop.price import square; square(2)'], check=True)"
)
MULTIPROCESSING = {".coveragerc": "[run]\nsource = shop\nconcurrency = multiprocessing\nparallel = true\n"}
PATCH = {".coveragerc": "[run]\nsource = shop\npatch = subprocess\n"}
XDIST = {"pytest.ini": "[pytest]\naddopts = -n2\n"}
PYTEST_COV = {"pytest.ini": "[pytest]\naddopts = --cov=shop --cov-report=\n"}


CASES = {
    "setup.cfg": (NEWEST, SERIAL | {"setup.cfg": "[coverage:run]\nsource = shop\n"}, [], {}),
    "xdist": (("coverage-7.2", "coverage-7.6", "coverage-newest"), SERIAL | SOURCE | XDIST, [], {}),
    "xdist's arguments": (
        NEWEST,
        SERIAL | {"tox.ini": "[coverage:run]\nsource = shop\nbranch = true\n"},
        ["--", "-n", "2", "--dist=loadfile"],
        {},
    ),
    "xdist in PYTEST_ADDOPTS, parallel": (
        NEWEST,
        SERIAL | {"pyproject.toml": '[tool.coverage.run]\nsource = ["shop"]\nparallel = true\n'},
        [],
        {"PYTEST_ADDOPTS": "-n1"},
    ),
    "xdist, patch, COVERAGE_RCFILE": (
        WITH_PATCH,
        SERIAL | XDIST | {"own.cfg": "[run]\nsource = shop\npatch = subprocess\n"},
        [],
        {"COVERAGE_RCFILE": "own.cfg"},
    ),
    "multiprocessing, fork": (
        OLDEST_AND_NEWEST,
        PRICE | TEST_GROSS | pool("fork") | MULTIPROCESSING,
        [],
        {},
    ),
    "multiprocessing, spawn, xdist": (
        NEWEST,
        PRICE | TEST_GROSS | pool("spawn") | MULTIPROCESSING | XDIST,
        [],
        {},
    ),
    "patch, COVERAGE_FILE": (
        NEWEST,
        PRICE | TEST_GROSS | SUBPROCESS | PATCH,
        [],
        {"COVERAGE_FILE": "chosen"},
    ),
    "pytest-cov": (ALL, SERIAL | PYTEST_COV, [], {}),
    "pytest-cov, xdist": (NEWEST, SERIAL | PYTEST_COV | XDIST, [], {"PYTEST_ADDOPTS": "--cov=shop"}),
    "pytest-cov in PYTEST_ADDOPTS": (NEWEST, SERIAL | SOURCE, [], {"PYTEST_ADDOPTS": "--cov --cov-branch"}),
    "pytest-cov, switched off": (NEWEST, SERIAL | SOURCE | PYTEST_COV, ["--", "--no-cov"], {}),
    "pytest-cov, blocked": (NEWEST, SERIAL | SOURCE, ["--", "-p", "no:cov", "-n2"], {}),
    "pytest-cov, its own configuration": (
        NEWEST,
        SERIAL | {"own.cfg": "[run]\nsource = shop\ndata_file = .own\n"},
        ["--", "--cov", "--cov-config=own.cfg"],
        {},
    ),
    "pytest-cov, patch": (NEWEST, PRICE | TEST_GROSS | SUBPROCESS | PATCH, ["--", "--cov"], {}),
    "pytest-cov, multiprocessing": (
        NEWEST,
        PRICE | TEST_GROSS | pool("fork") | MULTIPROCESSING,
        ["--", "--cov"],
        {"COVERAGE_FILE": "chosen"},
    ),
}


@pytest.mark.parametrize(("names", "files", "words", "env"), CASES.values(), ids=CASES)
def test_every_process_of_the_run_is_measured(
    names: tuple[str, ...],
    files: dict[str, str],
    words: list[str],
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    for name in names:
        done = measure(tmp_path / name, environment(name), files, *words, env=env)
        assert (done.code, done.missing("shop/price.py")) == (0, "3, 12"), (name, done)
        assert "CoverageWarning" not in done.stderr, name
        assert "ci-kit: warning" not in done.stderr, name


@pytest.mark.parametrize("name", ALL)
def test_the_report_and_the_data_file_are_those_of_a_run_by_hand(name: str, tmp_path: Path) -> None:
    files = SERIAL | {
        "pyproject.toml": """\
[tool.coverage.run]
branch = true
omit = ["tests/test_square.py"]
[tool.coverage.report]
precision = 1
exclude_lines = ["raise ValueError"]
""",
    }
    python = environment(name)
    hand = write(tmp_path / "hand", files)
    by_hand(hand, python, "coverage", "run", "-m", "pytest")
    expected = by_hand(hand, python, "coverage", "report", "-m")
    done = measure(tmp_path / "project", python, files)
    assert "shop/price.py" in expected
    assert expected in done.stdout
    assert by_hand(tmp_path / "project", python, "coverage", "report", "-m") == expected


@pytest.mark.parametrize(
    ("configuration", "env", "data_file"),
    [
        ("", {}, ".coverage"),
        ("parallel = true\n", {}, ".coverage"),
        ("data_file = kept/data\n", {}, "kept/data"),
        ("", {"COVERAGE_FILE": "chosen"}, "chosen"),
    ],
    ids=["default", "parallel", "data_file", "COVERAGE_FILE"],
)
def test_the_data_are_of_this_run_only(
    configuration: str, env: dict[str, str], data_file: str, root: Path
) -> None:
    python = environment("coverage-newest")
    settings = {".coveragerc": f"[run]\nsource = shop\n{configuration}"}
    files = PRICE | settings
    before = files | {"tests/test_unused.py": "from shop.price import unused\ndef test_unused(): unused()\n"}
    measure(root, python, before, env=env)
    # Data that another process of an earlier run left.
    (root / f"{data_file}.machine.1.abc").write_bytes((root / data_file).read_bytes())
    (root / "tests/test_unused.py").unlink()
    done = measure(root, python, TEST_GROSS | TEST_SQUARE, env=env)
    assert done.missing("shop/price.py") == "3, 12"
    (root / f"{data_file}.machine.1.abc").unlink()
    assert "3, 12" in by_hand(root, python, "coverage", "report", "-m", f"--data-file={data_file}")
    assert not list(root.glob(f"{data_file}.*"))


def test_a_run_that_fails_leaves_its_data(root: Path) -> None:
    python = environment("coverage-newest")
    done = measure(root, python, SERIAL | SOURCE, "--min-tests", "9")
    assert done.code == 9
    assert "3, 12" in by_hand(root, python, "coverage", "report", "-m")


BADLY_MEASURED = {
    "loader.py": """\
import importlib.util
import pathlib
import tempfile

def answer():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "plugin.py")
        path.write_text("answer = 42")
        spec = importlib.util.spec_from_file_location("plugin", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.answer
""",
    "test_loader.py": "from loader import answer\ndef test_answer(): assert answer() == 42\n",
}


@pytest.mark.parametrize(
    ("files", "words", "code"),
    [
        (BADLY_MEASURED, [], 0),
        (BADLY_MEASURED, ["--fail-under", "1"], 8),
        (BADLY_MEASURED | {".coveragerc": "[report]\nfail_under = 1\n"}, [], 8),
        (BADLY_MEASURED | {".coveragerc": "[report]\nfail_under = 1\n"}, ["--fail-under", "0"], 0),
        (BADLY_MEASURED | {".coveragerc": "[report]\nfail_under = 1\nignore_errors = true\n"}, [], 0),
        (BADLY_MEASURED | {".coveragerc": "[report]\nfail_under = 1\n"}, ["--", "--cov", "--cov-report="], 0),
    ],
    ids=["no threshold", "setting", "configuration", "setting of zero", "ignored errors", "pytest-cov"],
)
def test_what_coverage_cannot_report_does_not_pass_a_threshold(
    files: dict[str, str], words: list[str], code: int, root: Path
) -> None:
    done = measure(root, environment("coverage-newest"), files, *words)
    assert done.code == code, done
    told = "coverage could not report: No source for code: '" in done.stderr
    # In the last two, coverage itself skips the file.
    assert told == ("TOTAL" not in done.stdout)


@pytest.mark.parametrize(
    ("configuration", "total", "code"),
    [
        ("fail_under = 75", "75%", 0),
        ("fail_under = 76", "75%", 8),
        ("fail_under = 75.0\nprecision = 1", "75.0%", 0),
        ("fail_under = 75.1\nprecision = 1", "75.0%", 8),
        ("fail_under = 101", None, 8),
    ],
)
def test_the_project_s_own_threshold_applies(
    configuration: str, total: str | None, code: int, root: Path
) -> None:
    files = SERIAL | {".coveragerc": f"[run]\nsource = shop\n[report]\n{configuration}\n"}
    done = measure(root, environment("coverage-newest"), files)
    assert (done.code, total and done.total) == (code, total), done


SRC = {
    "src/shop/__init__.py": "",
    "src/shop/price.py": PRICE["shop/price.py"],
    **TEST_GROSS,
}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            PRICE | TEST_GROSS | {".coveragerc": "[run]\nsource = shopp\n"},
            ["coverage measured nothing", "source names shopp, which is neither a folder here nor a module"],
        ),
        (
            PRICE | {".coveragerc": "[run]\nsource_pkgs = shop\n", "test_a.py": "def test_a(): ...\n"},
            ["coverage measured nothing", "no test imported shop, which source names"],
        ),
        (
            PRICE | {".coveragerc": "[run]\nsource = shop\n", "test_a.py": "def test_a(): ...\n"},
            ["none of the files that coverage measures ran", "Python file of the folder shop"],
        ),
        (
            PRICE | TEST_GROSS | {".coveragerc": "[run]\nomit = *\n"},
            ["coverage measured nothing", "omit may leave out too much: *"],
        ),
    ],
    ids=["unknown source", "not imported", "nothing ran", "omit"],
)
def test_the_likely_cause_of_an_empty_measurement_is_named(
    files: dict[str, str], told: list[str], root: Path
) -> None:
    done = measure(root, environment("coverage-newest"), files)
    assert done.code == 0
    assert [part for part in told if part not in done.stderr] == []


@pytest.fixture(scope="session")
def with_copy(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A Python with an installed copy of the package shop, and the copy."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    python, packages = copy_environment("coverage-newest", folder)
    write(packages, PRICE)
    return python, packages / "shop"


@pytest.mark.parametrize(
    ("configuration", "what"),
    [
        ("", "coverage measured only the tests"),
        ("[run]\nsource = src\n", "coverage measured no line that ran"),
        ("[run]\nsource = .\n", "coverage measured only the tests"),
        ("[run]\nomit = tests/*\n", "coverage measured no line that ran"),
        ("[run]\nsource_pkgs = shop\n", None),
    ],
)
def test_a_copy_of_the_project_that_is_tested_instead_is_named(
    configuration: str, what: str | None, root: Path, with_copy: tuple[str, Path]
) -> None:
    python, copy = with_copy
    done = measure(root, python, SRC | {".coveragerc": configuration})
    assert done.code == 0, done
    if what is None:
        assert "warning" not in done.stderr
    else:
        assert f"warning: {what}" in done.stderr
        assert f"Python imports shop from {copy}, not from src/shop" in done.stderr


def test_a_worker_that_cannot_be_measured_is_named(root: Path, tmp_path: Path) -> None:
    other, packages = copy_environment("coverage-newest", tmp_path / "environment")
    (packages / "coverage/__init__.py").write_text("raise ImportError('a broken installation')\n")
    words = ["--", "-p", "no:cov", "--dist=load", f"--tx=1*popen//python={other}"]
    done = measure(root, environment("coverage-newest"), SERIAL | SOURCE, *words)
    assert "coverage did not measure 1 worker of pytest-xdist" in done.stderr
    assert "gw0: ImportError: a broken installation" in done.stderr


@pytest.mark.parametrize(
    ("files", "program", "words"),
    [
        ({".coveragerc": "[run\n"}, "coverage", "Couldn't read config file .coveragerc"),
        (
            {".coveragerc": "[run]\nconcurrency = greenlet\n"},
            "coverage",
            "Couldn't trace with concurrency=greenlet",
        ),
        ({".coveragerc": "[run]\nplugins = none_such\n"}, "coverage", "No module named 'none_such'"),
        (
            {"broken_plugin.py": "1 / 0\n", "pytest.ini": "[pytest]\naddopts = -p broken_plugin\n"},
            "pytest",
            "ZeroDivisionError: division by zero",
        ),
    ],
    ids=["broken configuration", "no greenlet", "no coverage plugin", "broken plugin"],
)
def test_a_tool_that_cannot_start_is_an_error_of_the_environment(
    files: dict[str, str], program: str, words: str, root: Path
) -> None:
    done = measure(root, environment("coverage-newest"), SERIAL | files)
    assert done.code == 69, done
    assert f"error: {program} could not start" in done.stderr
    assert words in done.stderr


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"conftest.py": "import none_such\n"}, 4),
        ({"conftest.py": "def pytest_configure(config): 1 / 0\n"}, 3),
        ({"pytest.ini": "[pytest]\naddopts = --none-such\n"}, 4),
        ({"test_a.py": "import os\ndef test_a(): os._exit(1)\n"}, 1),
    ],
    ids=["conftest", "hook of a conftest", "unknown option", "a test that ends the process"],
)
def test_a_mistake_of_the_project_is_a_failure(files: dict[str, str], code: int, root: Path) -> None:
    done = measure(root, environment("coverage-newest"), SERIAL | files)
    assert done.code == code
    assert "could not start" not in done.stderr
