"""ci-kit with the pytest versions and the plugins of a project."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT
from tests.unit.support import ci_kit, write
from tests.unit.testing.reading import results_of

VERSIONS = ("6.2", "7.4", "8.3", "9.0")

# pytest-metadata 3 replaced config._metadata by a key of the stash.
CONFTEST = """\
def pytest_configure(config):
    try:
        from pytest_metadata.plugin import metadata_key
    except ImportError:
        config._metadata["Build"] = "42"
    else:
        config.stash[metadata_key]["Build"] = "42"
"""

SUITE = """\
import pytest, unittest
tries = []

@pytest.fixture
def untidy():
    yield
    raise RuntimeError("teardown")

def test_passes(): ...
def test_is_untidy(untidy): ...
def test_fails_and_is_untidy(untidy): assert 0
@pytest.mark.flaky(reruns=1)
def test_is_flaky():
    tries.append(1)
    assert len(tries) == 2
@pytest.mark.xfail(strict=True)
def test_passes_unexpectedly(): ...
class Cases(unittest.TestCase):
    def test_even(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(n % 2, 0)
"""

FILES = {
    "test_a.py": SUITE,
    "test_b.py": "import pytest\npytest.importorskip('none_such')\n",
    "test_c.py": "import none_such\n",
    "conftest.py": CONFTEST,
    "pytest.ini": "[pytest]\naddopts = --html=report.html --self-contained-html\n",
    ".coveragerc": "[run]\nsource = .\n",
}


@pytest.fixture(scope="module", params=VERSIONS)
def project_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment with one version of pytest."""
    locked = Path(__file__).parent / "pytests" / f"pytest-{request.param}.txt"
    folder = tmp_path_factory.mktemp("environment")
    uv = [sys.executable, "-m", "uv"]
    python = str(folder / "bin" / "python")
    subprocess.run([*uv, "venv", "-q", f"--python={sys.executable}", folder], check=True, timeout=LIMIT)
    install = [
        *uv,
        "pip",
        "install",
        "-q",
        f"--python={python}",
        "--require-hashes",
        f"--requirement={locked}",
    ]
    subprocess.run(install, check=True, timeout=LIMIT)
    return python


def test_counts_and_plugins_are_the_project_s(project_python: str, tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    words: list[str | Path] = [
        "-C",
        root,
        "--mysql=off",
        "--json-report=tests.json",
        f"--python={project_python}",
    ]
    done = ci_kit("run", *words, "--", "--continue-on-collection-errors")
    assert done.returncode == 1, done.stdout + done.stderr
    *_, last = (line for line in done.stdout.splitlines() if " in " in line and "passed" in line)
    (result,) = (line for line in done.stderr.splitlines() if line.startswith("result"))
    for count in last.strip("= ").partition(" in ")[0].split(", "):
        assert "warning" in count or count in result, (last, result)
    assert "1 skipped" in result
    assert "3 errors" in result
    assert "1 rerun" in result
    # The project's own pytest-html and pytest-metadata work, beside pytest-json-report.
    assert "42" in (root / "report.html").read_text(encoding="utf-8")
    assert (root / "tests.json").exists()


def test_each_test_is_in_one_of_two_shards(project_python: str, tmp_path: Path) -> None:
    files = {"test_a.py": "def test_a(): ...\ndef test_b(): ...\n", "test_b.py": "def test_c(): ...\n"}
    root = write(tmp_path, files | {"pytest.ini": "[pytest]\n"})
    said = ""
    for shard in ("1/2", "2/2"):
        words = ["--mysql=off", "--no-coverage", "--history=none", f"--python={project_python}"]
        done = ci_kit("run", "-C", root, *words, f"--shard={shard}", "--", "-v")
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    assert sorted(re.findall(r"::(test_\w) PASSED", said)) == ["test_a", "test_b", "test_c"]


def test_the_warnings_are_recorded(project_python: str, tmp_path: Path) -> None:
    text = "import warnings\ndef test_a():\n    for n in range(3): warnings.warn('old', DeprecationWarning)\n"
    results = results_of(write(tmp_path, {"test_a.py": text}), python=project_python)
    assert [(one.category, one.message, one.line, one.count) for one in results.warnings] == [
        ("DeprecationWarning", "old", 3, 3)
    ]


@pytest.mark.parametrize("where", ["conftest.py", "sub/conftest.py", "sub/test_a.py"])
def test_a_file_that_cannot_be_imported_is_annotated(where: str, project_python: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"sub/test_b.py": "def test_b(): ...\n", where: "import os\nimport none_such\n"})
    summary = tmp_path / "summary"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(root), "GITHUB_STEP_SUMMARY": str(summary)}
    done = ci_kit("run", "-C", root, "--mysql=off", f"--python={project_python}", env=env)
    assert f"::error file={where},line=2," in done.stdout, done.stdout + done.stderr
    assert "ModuleNotFoundError: No module named" in summary.read_text(encoding="utf-8")
