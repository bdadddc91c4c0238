"""Small suites, each with one way in which counting tests can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

PASSING = {"test_a.py": "def test_a(): ...\ndef test_b(): ...\n"}
RERUN = ("-p", "pytest_rerunfailures", "--reruns=2")


@dataclass(frozen=True)
class Suite:
    """A suite: its files, and the arguments of pytest. ``serial_only``: it cannot run on workers."""

    name: str
    files: Mapping[str, str]
    words: tuple[str, ...] = ()
    serial_only: bool = False


def one_file(name: str, text: str, *words: str) -> Suite:
    return Suite(name, {"test_a.py": f"import pytest, unittest\n{text}"}, words)


FIXTURES = """\
@pytest.fixture
def broken(): raise RuntimeError("set-up")
@pytest.fixture
def untidy():
    yield
    raise RuntimeError("teardown")
"""

UNTIDY_MODULE = """\
@pytest.fixture(scope="module", autouse=True)
def untidy():
    yield
    raise RuntimeError("teardown")
"""

TEST_CASE = """\
class Cases(unittest.TestCase):
    def test_passes(self): ...
    def test_fails(self): self.fail("no")
    @unittest.skip("later")
    def test_is_skipped(self): ...
    @unittest.expectedFailure
    def test_fails_as_expected(self): self.fail()
    @unittest.expectedFailure
    def test_passes_unexpectedly(self): ...
class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError
    def test_a(self): ...
class Untidy(unittest.TestCase):
    def tearDown(self): raise RuntimeError
    def test_a(self): ...
"""

SUB_TESTS = """\
class Cases(unittest.TestCase):
    def test_even(self):
        for n in (0, 1, 2, 3):
            with self.subTest("even", n=n):
                if n == 2:
                    self.skipTest("two")
                self.assertEqual(n % 2, 0)
    def test_all_pass(self):
        with self.subTest(n=1): ...
"""

SUBTESTS = """\
def test_even(subtests):
    for n in (0, 1, 2, 3):
        with subtests.test("even", n=n):
            if n == 2:
                pytest.skip("two")
            assert n % 2 == 0
def test_all_pass(subtests):
    with subtests.test(n=1): ...
def test_fails_itself(subtests):
    with subtests.test(n=1): assert 0
    assert 0
def test_expected(subtests):
    with subtests.test(n=1): pytest.xfail("known")
"""

FLAKY = """\
from pathlib import Path
def fails_first(name):
    file = Path(__file__).with_name(name)
    first = not file.exists()
    file.touch()
    if first:
        raise RuntimeError("not yet")
"""

HOSTILE = """\
@pytest.mark.parametrize("value", ["a::b", "a/b", "[", "1 failed in 0.1s", "\\n", "\\udc80", b"\\xff",
                                   "x" * 500, "::error::x", '{"event": "finish"}', "한국어"])
def test_a(value): assert value != "["
"""

TEXTS = """\
def test_surrogate(): raise ValueError("\\udcff")
def test_bytes(): raise ValueError(b"\\xff\\x00")
class Odd(Exception):
    def __str__(self): raise RuntimeError("no text")
def test_without_text(): raise Odd
def test_nul(): assert not "\\0\\x1b[31m"
"""

WITHOUT_REPORT = """\
def pytest_json_modifyreport(json_report):
    json_report.clear()
    json_report["mine"] = True
"""

OTHER_STAGES = """\
def pytest_json_runtest_stage(report): return {"outcome": "fine"}
"""

QUARANTINE = """\
def pytest_report_teststatus(report):
    if report.when == "call" and report.failed and "known" in report.nodeid:
        return "quarantined", "q", "QUARANTINED"
"""

EDITED_STATS = """\
def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    stats["known"] = stats.pop("failed")
"""

TWICE = """\
def pytest_collection_modifyitems(items): items *= 2
"""

PATCHED = """\
import os, json, builtins
@pytest.fixture(autouse=True)
def nothing_works(monkeypatch):
    def fail(*args, **kwargs): raise RuntimeError("patched")
    with monkeypatch.context() as patch:
        for name in ("write", "open", "getpid"):
            patch.setattr(os, name, fail)
        patch.setattr(json, "dumps", fail)
        patch.setattr(builtins, "open", fail)
        yield
def test_a(): assert 0, "no"
def test_b(): ...
"""

FORKED = """\
import os
def test_a():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    else:
        raise RuntimeError("in the child")
def test_b(): ...
"""

SUITES: tuple[Suite, ...] = (
    Suite("passes", PASSING),
    one_file("fails", "def test_a(): assert 0\ndef test_b(): ...\n"),
    one_file("skips", "@pytest.mark.skip\ndef test_a(): ...\ndef test_b(): pytest.skip('later')\n"),
    one_file(
        "expected failures",
        "@pytest.mark.xfail\ndef test_a(): assert 0\n@pytest.mark.xfail\ndef test_b(): ...\n"
        "def test_c(): pytest.xfail('known')\n"
        "@pytest.mark.xfail(raises=KeyError)\ndef test_d(): raise ValueError\n",
    ),
    one_file("strict xfail", "@pytest.mark.xfail(strict=True)\ndef test_a(): ...\ndef test_b(): ...\n"),
    one_file("xfail and teardown", f"{FIXTURES}@pytest.mark.xfail\ndef test_a(untidy): assert 0\n"),
    one_file("set-up error", f"{FIXTURES}def test_a(broken): ...\ndef test_b(): ...\n"),
    one_file("teardown error after a pass", f"{FIXTURES}def test_a(untidy): ...\n"),
    one_file("teardown error after a failure", f"{FIXTURES}def test_a(untidy): assert 0\n"),
    one_file("teardown error after a skip", f"{FIXTURES}def test_a(untidy): pytest.skip()\n"),
    one_file("teardown error of a module", f"{UNTIDY_MODULE}def test_a(): ...\ndef test_b(): assert 0\n"),
    one_file("set-up and teardown error", f"{FIXTURES}def test_a(untidy, broken): ...\n"),
    one_file("unknown fixture", "def test_a(none_such): ...\n"),
    Suite("module that cannot be imported", {**PASSING, "test_b.py": "import none_such\n"}),
    Suite(
        "two modules with errors, and the rest runs",
        {**PASSING, "test_b.py": "import none_such\n", "test_c.py": "def test_c(:\n"},
        ("--continue-on-collection-errors",),
    ),
    Suite(
        "skipped modules",
        {
            **PASSING,
            "test_b.py": "import pytest\npytest.importorskip('none_such')\ndef test_b(): ...\n",
            "test_c.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
        },
    ),
    Suite("broken conftest of a folder", {**PASSING, "sub/conftest.py": "0/0\n", "sub/test_b.py": ""}),
    one_file("parametrised with nothing", "@pytest.mark.parametrize('a', [])\ndef test_a(a): ...\n"),
    one_file("unittest", TEST_CASE),
    one_file("subTest", SUB_TESTS),
    one_file("subTest, verbose", SUB_TESTS, "-v"),
    one_file("subTest, quiet", SUB_TESTS, "-q"),
    one_file("subtests", SUBTESTS),
    one_file("subtests, verbose", SUBTESTS, "-vv"),
    one_file("subtests, quiet", SUBTESTS, "-q"),
    one_file("rerun and passed", f"{FLAKY}def test_a(): fails_first('a')\ndef test_b(): ...\n", *RERUN),
    one_file("rerun and failed", "def test_a(): assert 0\ndef test_b(): ...\n", *RERUN),
    one_file(
        "rerun of a set-up",
        f"{FLAKY}@pytest.fixture\ndef late(): fails_first('a')\ndef test_a(late): ...\n",
        *RERUN,
    ),
    one_file(
        "rerun of a teardown",
        f"{FLAKY}@pytest.fixture\ndef late():\n    yield\n    fails_first('a')\ndef test_a(late): ...\n",
        *RERUN,
    ),
    Suite(
        "doctests",
        {
            "shop.py": 'def total():\n    """\n    >>> total()\n    1\n    """\n    return 2\n',
            "test_guide.txt": ">>> 1 + 1\n2\n",
        },
        ("--doctest-modules",),
    ),
    Suite(
        "a JSON report of its own",
        PASSING,
        ("-p", "pytest_jsonreport", "--json-report", "--json-report-file=own.json"),
    ),
    Suite(
        "a JSON report that a hook empties",
        {**PASSING, "conftest.py": WITHOUT_REPORT},
        ("-p", "pytest_jsonreport", "--json-report"),
    ),
    Suite(
        "a JSON report with other stages",
        {"test_a.py": "def test_a(): assert 0\n", "conftest.py": OTHER_STAGES},
        ("-p", "pytest_jsonreport", "--json-report"),
    ),
    one_file("hostile ids", HOSTILE),
    one_file("odd texts", TEXTS),
    one_file("first failure ends it", "def test_a(): assert 0\ndef test_b(): ...\n", "-x"),
    one_file("two failures end it", "def test_a(): assert 0\ndef test_b(): assert 0\n", "--maxfail=2"),
    Suite("deselected", PASSING, ("-k", "test_b")),
    Suite("only collected", PASSING, ("--collect-only",)),
    Suite("only collected by addopts", {**PASSING, "pytest.ini": "[pytest]\naddopts = --co -q\n"}),
    Suite("only set up", PASSING, ("--setup-only",)),
    Suite("no tests", {"app.py": ""}),
    Suite("a category of the project", {**PASSING, "conftest.py": QUARANTINE}),
    Suite(
        "a failure in a category of the project",
        {"test_a.py": "def test_known(): assert 0\ndef test_a(): assert 0\n", "conftest.py": QUARANTINE},
    ),
    Suite(
        "counts that the project edits",
        {"test_a.py": "def test_a(): assert 0\n", "conftest.py": EDITED_STATS},
    ),
    Suite("tests collected twice", {**PASSING, "conftest.py": TWICE}),
    one_file("warnings", "import warnings\ndef test_a(): warnings.warn('old')\n"),
    one_file("patched functions", PATCHED),
    # On a worker, the child would share the worker's channel.
    replace(one_file("a child that goes on", FORKED), serial_only=True),
    one_file("closed files", "import os\ndef test_a(): os.closerange(3, 50)\ndef test_b(): assert 0\n", "-s"),
    one_file("another folder", "import os\ndef test_a(): os.chdir('/'); assert 0\n"),
    one_file("one test by its name", "def test_a(): ...\ndef test_b(): assert 0\n", "test_a.py::test_b"),
)
