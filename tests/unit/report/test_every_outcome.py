"""Every report of a real run that has every outcome: nothing hostile breaks one, and no secret is in one."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import cmarkgfm  # type: ignore[import-untyped]
import pytest

from ci_kit.github import ANNOTATION_LIMIT
from ci_kit.report.report_files import REPORT_FILES
from tests.unit.report.outcomes import EXAMPLES, FILES, HOSTILE_IDS, RERUN, SUITE, examples
from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, write

# What the page is made of; anything else would come from a test.
OWN_TAGS = {"h2", "h3", "h4", "p", "ul", "li", "code", "pre", "details", "summary", "a"}


@dataclass(frozen=True)
class Reports:
    """What a run left: its exit code, what it printed, the page, the JUnit XML and the HTML page."""

    code: int
    printed: str
    page: str
    junit: str
    html: str

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.printed.splitlines() if line.startswith(("::error", "::warning"))]


def reports(folder: Path, *words: str, **variables: str) -> Reports:
    """The reports of a run of the project in a folder."""
    summary = folder.with_name("summary.md")
    runner = {
        **SELF_HOSTED,
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    files = {"junit-report": folder / "reports/junit.xml", "html": folder / "reports/run.html"}
    named = [f"--{setting}={path}" for setting, path in files.items()]
    flags = (f"--python={sys.executable}", "--mysql=off", "--no-coverage", *named)
    done = ci_kit("run", "-C", folder, *flags, "--", *words, env=ALONE | runner | variables)
    texts = [path.read_text("utf-8") for path in (summary, *files.values())]
    return Reports(done.returncode, done.stdout + done.stderr, *texts)


@pytest.fixture(scope="module", params=[(), ("-p", "xdist", "-n2")], ids=["serial", "xdist"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    folder = write(tmp_path_factory.mktemp("every") / "shop", SUITE)
    return reports(folder, *RERUN, *request.param)


class Page(HTMLParser):
    """The tags of a page in HTML, the text of each code element, and the links."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.code: list[str] = []
        self.links: list[str] = []
        self._inside: list[str] = []
        unsafe = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, unsafe))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        # Each element ends within the one that it began in.
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self._inside:
            self.code[-1] += data


def test_github_s_markdown_shows_each_id_as_it_is(made: Reports) -> None:
    page = Page(made.page)
    assert page.tags <= OWN_TAGS
    assert [one for one in HOSTILE_IDS if f"tests/test_shop.py::test_text[{one}]" not in page.code] == []


def test_the_page_has_every_outcome(made: Reports) -> None:
    assert made.code == 1
    for part in (
        "1 rerun",
        "#### `tests/test_import.py`",
        "E   ModuleNotFoundError: No module named 'a_missing_module'",
        "#### `tests/test_shop.py::test_text`, 9 failures",
        "#### `ConnectionError: no answer at port 3306`, 2 failures",
        "#### `OSError: the folder is not empty`, 2 failures",
        # xdist sends the values as texts.
        "`tests/test_shop.py::test_prices [even] (price=",
        "the price is 110",
        "a warning of the shop",
        "### Flaky tests, which passed after a rerun",
        "- 1 skipped: `only on Windows`",
        "- 1 skipped: `the shop is closed`",
        "- 1 xfailed: `taxes are not rounded yet`",
        "- 1 xpassed",
        "```mermaid\ngantt\n",
    ):
        assert part in made.page, part


def test_the_page_lists_the_warnings_with_their_counts(made: Reports) -> None:
    shown = "- 2 times `DeprecationWarning`: ``the `price` list is old``, `tests/test_shop.py:"
    assert made.page.count(shown) == 1
    assert not [line for line in made.annotations if "price` list" in line]


def test_annotations_begin_with_what_hides_tests(made: Reports) -> None:
    errors = [line for line in made.annotations if line.startswith("::error")]
    assert errors[0].startswith("::error file=tests/test_import.py,line=1,")
    assert len(errors) <= ANNOTATION_LIMIT
    assert sum("test_text" in line for line in errors) == 1
    (warning,) = (line for line in made.annotations if line.startswith("::warning"))
    assert "test_is_flaky (passed after a rerun)" in warning


def test_the_junit_report_has_every_outcome(made: Reports) -> None:
    (suite,) = ET.fromstring(made.junit)
    cases = {case.get("name"): case for case in suite}
    found = {name: [child.tag for child in case if child.tag != "system-out"] for name, case in cases.items()}
    expected = {
        "tests/test_import.py": ["error"],
        "tests/test_windows.py": ["skipped"],
        "test_passes": [],
        "test_fails": ["failure"],
        "test_reads": ["error"],
        "test_is_untidy": ["error"],
        "test_fails_and_is_untidy": ["failure", "error"],
        "test_is_skipped": ["skipped"],
        "test_fails_as_expected": ["skipped"],
        "test_passes_unexpectedly": [],
        "test_is_flaky": ["flakyFailure"],
        "test_prices": ["failure"] * 3,
        "test_even": ["failure"],
        **{f"test_text[{one}]": ["failure"] for one in HOSTILE_IDS},
    }
    assert {name: found[name] for name in expected} == expected
    attributes = {name: cases["test_fails"].get(name) for name in ("classname", "file", "line")}
    line = SUITE["tests/test_shop.py"].splitlines().index("def test_fails():") + 1
    assert attributes == {"classname": "tests.test_shop", "file": "tests/test_shop.py", "line": str(line)}
    counts = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": len(suite), "failures": 13, "errors": 4, "skipped": 3}


TOKEN = "ghp_token_with_underscores_0123456789"
LEAKS = """\
import os, pytest

SECRET = os.environ["SECRET"]

@pytest.mark.parametrize("value", [SECRET])
def test_with_an_id(value):
    print("login by", SECRET)
    assert value == "another"

def test_in_a_text():
    raise ConnectionError("refused: " + SECRET)

@pytest.mark.skip(reason="without " + SECRET)
def test_skipped(): ...

@pytest.mark.flaky(reruns=1)
def test_flaky(tries=[]):
    tries.append(1)
    assert len(tries) == 2, SECRET

def test_at_cuts():
    # At each place at which a part of a long text may end.
    for length in (*range(1900, 2020, 7), *range(3900, 4020, 7), *range(7900, 8020, 7)):
        print("x " * (length // 2), SECRET, sep="")
        print(SECRET, "y " * (length // 2), sep="")
    raise ValueError("x " * 980 + SECRET + " y" * 5000)
"""


@pytest.mark.parametrize("secret", [TOKEN, "p<b>&|s*s_w`d`_#1", "with spaces and more of them"])
def test_no_report_has_a_secret_of_ci_kit(secret: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "project", {"test_a.py": LEAKS})
    made = reports(
        folder,
        *RERUN,
        "--show-capture=no",
        "--tb=line",
        "-q",
        "--no-summary",
        SECRET=secret,
        CI_KIT_MYSQL_PASSWORD=secret,
    )
    texts = [
        made.page,
        "\n".join(made.annotations),
        "".join(ET.fromstring(made.junit).itertext()),
        made.junit,
        shown_in(made.html),
    ]
    for text in texts:
        assert "***" in text
        assert parts_of(secret, text) == []


def shown_in(page: str) -> str:
    """The text of an HTML page, without its own style and script: they have words of a secret by chance."""
    own = re.compile(r"<style>.*?</style>|<script type=.module.*?</script>", re.DOTALL)
    return html.unescape(own.sub("", page).replace(r"\u003c", "<"))


def test_the_runner_finds_a_secret_that_only_it_knows(tmp_path: Path) -> None:
    folder = write(tmp_path / "project", {"test_a.py": LEAKS})
    # Without -vv, pytest itself cuts the values of a comparison.
    made = reports(folder, *RERUN, "-vv", SECRET=TOKEN)
    for text in (made.page, *made.annotations):
        assert parts_of(TOKEN, text.replace(TOKEN, "***")) == []


def parts_of(secret: str, text: str) -> list[str]:
    """The parts of a secret that a text has."""
    size = 8
    return [secret[n : n + size] for n in range(len(secret) - size + 1) if secret[n : n + size] in text]


def test_the_examples_in_the_documents_are_these_reports(tmp_path: Path) -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()} == examples(tmp_path)


def test_each_report_in_a_file_has_an_example() -> None:
    assert FILES.keys() == REPORT_FILES.keys()


def test_the_examples_name_no_machine() -> None:
    for path in EXAMPLES.iterdir():
        places = re.findall(r"(?<![\w.<*:/])/(?:tmp|root|home|usr)/\S+", path.read_text(encoding="utf-8"))
        known = ("/home/runner/work/", "/usr/lib/")
        assert [place for place in places if not place.startswith(known)] == [], path
