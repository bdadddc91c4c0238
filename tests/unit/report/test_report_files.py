"""The reports in files: each is written, and what goes wrong is one clear error that keeps the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_kit.errors import UsageError
from ci_kit.report.report_files import REPORT_FILES, report_paths
from tests.unit.support import ALONE, ROOT, ci_kit, make_settings, python, snapshot, write

FILES = {"test_a.py": "import os\ndef test_a(): assert not os.environ.get('FAILS')\n", "reports": "a file\n"}

each_report = pytest.mark.parametrize("setting", REPORT_FILES)


@each_report
@pytest.mark.parametrize("path", [".", "reports/a.out", "test_a.py/a.out", "reports/"])
def test_a_path_that_cannot_be_a_file_is_an_error_before_anything_starts(
    setting: str, path: str, tmp_path: Path
) -> None:
    root = write(tmp_path, FILES)
    if path == "reports/":
        (root / "reports").unlink()
        (root / "reports").mkdir()
    before = snapshot(root)
    done = ci_kit("run", "-C", root, "--mysql=off", f"--{setting}={path}")
    assert done.returncode == 64
    assert done.stderr.startswith(f"ci-kit: error: cannot write the report {root / path}\n")
    assert done.stderr.count("ci-kit: error: ") == 1
    assert f"{setting} came from --{setting}" in done.stderr
    assert snapshot(root) == before


@pytest.fixture
def another_user() -> Iterator[None]:
    """This process as a user who is not root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.mark.usefixtures("another_user")
def test_a_folder_of_another_user_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        report_paths(make_settings(Path("/"), junit_report="junit.xml"))
    assert caught.value.what == "cannot write the report /junit.xml"
    assert caught.value.why.startswith("this user cannot write into /; ")


def test_two_reports_need_two_paths() -> None:
    with pytest.raises(UsageError) as caught:
        report_paths(make_settings(ROOT, junit_report="a/../same", coverage_xml="same"))
    assert caught.value.why == "coverage-xml has the same path; junit-report came from --junit-report"


@each_report
@pytest.mark.parametrize(("fails", "code"), [("", 69), ("1", 1)])
@pytest.mark.parametrize("path", ["/proc/a.out", "/proc/reports/a.out", "gone/a.out"])
def test_a_report_that_cannot_be_written_keeps_the_exit_code_of_the_tests(
    setting: str, path: str, fails: str, code: int, tmp_path: Path
) -> None:
    # A test takes the place of the folder, so the path is right when the run starts.
    text = "def test_b():\n    from pathlib import Path\n    Path('gone').write_text('')\n"
    root = write(tmp_path, {"test_a.py": FILES["test_a.py"], "test_b.py": text})
    words = (f"--python={sys.executable}", "--mysql=off", "--no-coverage", f"--{setting}={path}")
    done = ci_kit("run", "-C", root, *words, env=ALONE | {"FAILS": fails})
    assert done.returncode == code, done.stderr
    assert done.stderr.count("ci-kit: error: ") == 1
    assert f"ci-kit: error: cannot write the report {root / path}\n" in done.stderr
    assert f"set {setting} to a file" in done.stderr
    assert "Traceback" not in done.stderr


FULL = """\
import resource
from pathlib import Path
from ci_kit.github import Runner
from ci_kit.report.report_files import REPORT_FILES, ReportPaths
from tests.unit.report.making import REPORT
from tests.unit.support import make_host
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
paths = ReportPaths({setting: Path(setting).absolute() for setting in REPORT_FILES})
for error in paths.write(REPORT, Runner(make_host({}))):
    print(error.what, error.why)
"""


def test_a_file_without_room_is_an_error_and_the_earlier_report_stays(tmp_path: Path) -> None:
    root = write(tmp_path, dict.fromkeys(REPORT_FILES, "earlier"))
    before = snapshot(root)
    done = python("-c", FULL, cwd=root, env={"PYTHONPATH": str(ROOT)})
    told = [f"cannot write the report {root / setting} File too large" for setting in REPORT_FILES]
    assert done.stdout.splitlines() == told, done.stderr
    assert snapshot(root) == before
