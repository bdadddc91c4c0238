"""JUnit XML: counts and failures, and every way in which a file can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.testing.junit import read_junit
from tests.unit.support import write

XMLRUNNER = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="tests.test_shop.Cases" tests="5" failures="1" errors="1" skipped="1"
    file="tests/test_shop.py" time="0.75">
  <properties><property name="a" value="b"/></properties>
  <testcase classname="tests.test_shop.Cases" name="test_gross" time="0.5" line="4"/>
  <testcase classname="tests.test_shop.Cases" name="test_net" time="0.25" file="tests/test_shop.py" line="6">
    <failure type="AssertionError" message="1 != 2"><![CDATA[Traceback (most recent call last):
  File "{root}/tests/test_shop.py", line 7, in test_net
    helper()
  File "{root}/shop.py", line 2, in helper
AssertionError: 1 != 2]]></failure>
    <system-out>hello</system-out>
  </testcase>
  <testcase classname="tests.test_shop.Cases" name="test_tax" file="tests/test_shop.py" line="9">
    <error type="ValueError" message="no"/></testcase>
  <testcase classname="tests.test_shop.Cases" name="test_later"><skipped type="skip" message="x"/></testcase>
</testsuite></testsuites>
"""

BEHAVE = """\
<testsuite name="shop.Prices" tests="3" errors="0" failures="1" skipped="1" time="0.0">
  <testcase classname="shop.Prices" name="Gross" status="passed" time="1,000.5">
    <system-out>x</system-out></testcase>
  <testcase classname="shop.Prices" name="Net" status="failed" time="nan"><failure type="A" message="">
Failing step: Then it is 2 ... failed in 0.000s
Location: features/shop.feature:9
Assertion Failed: 1 != 2</failure></testcase>
  <testcase classname="shop.Prices" name="Tax" status="skipped"><skipped/></testcase>
</testsuite>
"""


def read(root: Path, text: str | bytes) -> tuple[dict[str, int], list[tuple[str, str, str, int, str]]]:
    """The counts that are not zero, and each failure: its test, stage, file, line and message."""
    file = root / "report.xml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    found = read_junit(file, root)
    assert found.counted
    assert found.collected == found.selected == found.ended == found.ran + found.skipped
    names = ("passed", "failed", "errors", "skipped")
    counts = {name: count for name in names if (count := getattr(found, name))}
    return counts, [(one.node, one.stage, one.path, one.line, one.message) for one in found.failures]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = ("tests/test_shop.py", "shop.py", "features/shop.feature", "lib/site-packages/x.py")
    return write(tmp_path, dict.fromkeys(files, ""))


def test_the_report_of_unittest_xml_reporting_is_read(root: Path) -> None:
    counts, failures = read(root, XMLRUNNER.format(root=root))
    assert counts == {"passed": 1, "failed": 1, "errors": 1, "skipped": 1}
    file = str(root / "tests/test_shop.py")
    assert failures == [
        ("tests.test_shop.Cases.test_net", "failure", file, 7, "1 != 2"),
        ("tests.test_shop.Cases.test_tax", "error", file, 9, "no"),
    ]
    assert read_junit(root / "report.xml", root).duration == 0.75


def test_the_report_of_behave_is_read(root: Path) -> None:
    counts, failures = read(root, BEHAVE)
    assert counts == {"passed": 1, "failed": 1, "skipped": 1}
    ((node, stage, path, line, message),) = failures
    assert (node, stage) == ("shop.Prices.Net", "failure")
    assert (path, line) == (str(root / "features/shop.feature"), 9)
    assert message.startswith("Failing step: Then it is 2")
    assert read_junit(root / "report.xml", root).duration == 1000.5


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("<testcase/>", {"passed": 1}),
        ("<testcase><failure/><error/></testcase>", {"errors": 1}),
        ("<testcase><skipped/><failure/></testcase>", {"failed": 1}),
        ("<testsuite><testcase/></testsuite><testcase/>", {"passed": 2}),
        # These are not the results of a test case.
        ("<error/><failure/><skipped/>", {}),
        ("<testcase><system-out>failure</system-out><rerunFailure/></testcase>", {"passed": 1}),
        ("", {}),
    ],
)
def test_a_test_case_counts_once(case: str, counts: dict[str, int], root: Path) -> None:
    assert read(root, f"<testsuite tests='9' failures='9'>{case}</testsuite>")[0] == counts


@pytest.mark.parametrize(
    ("attributes", "text", "place"),
    [
        ("", "", ("", 0)),
        ("file='shop.py' line='3'", "", ("shop.py", 3)),
        ("file='shop.py'", "", ("shop.py", 0)),
        ("file='shop.py' line='x'", "", ("shop.py", 0)),
        ("file='shop.py' line='-3'", "", ("shop.py", 0)),
        (f"file='shop.py' line='{'9' * 5000}'", "", ("shop.py", 0)),
        ("file='none.py' line='3'", "", ("", 0)),
        ("file='/etc/passwd' line='1'", "", ("", 0)),
        ("file='../secret.py' line='1'", "", ("", 0)),
        (f"file='{'a' * 5000}' line='1'", "", ("", 0)),
        ("", 'File "shop.py", line 3, in a\n  File "/usr/lib/json.py", line 9, in b', ("shop.py", 3)),
        ("", 'File "shop.py", line 3\n  File "lib/site-packages/x.py", line 9', ("shop.py", 3)),
        ("file='tests/test_shop.py' line='1'", 'File "shop.py", line 3', ("tests/test_shop.py", 1)),
    ],
)
def test_the_place_of_a_failure_is_in_the_project(
    attributes: str, text: str, place: tuple[str, int], root: Path
) -> None:
    failure = f"<failure><![CDATA[{text}]]></failure>"
    xml = f"<testsuite><testcase name='a' {attributes}>{failure}</testcase></testsuite>"
    ((_, _, path, line, _),) = read(root, xml)[1]
    assert (path, line) == (str(root / place[0]) if place[0] else "", place[1])


def test_other_encodings_are_read(root: Path) -> None:
    xml = "<testsuite><testcase name='é'><failure message='회의 é'/></testcase></testsuite>"
    assert read(root, xml.encode("utf-16"))[1][0][4] == "회의 é"
    latin = '<?xml version="1.0" encoding="windows-1252"?>' + xml.replace("회의 ", "")
    assert read(root, latin.encode("windows-1252"))[1][0][0] == "é"


BOMB = (
    """<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><testsuite><testcase name="&c;"/></testsuite>"""
)
BAD = {
    "empty": ("", "not valid XML: no element found"),
    "not XML": ("1 passed", "not valid XML: syntax error"),
    "cut off": ("<testsuite><testcase>", "not valid XML: no element found"),
    "two roots": ("<testsuite/><testsuite/>", "not valid XML: junk after document element"),
    "another document": ("<html><testcase/></html>", "its root element is 'html'"),
    "a bomb": (BOMB, "document type declaration"),
    "an external entity": (
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><testsuite>&b;</testsuite>',
        "document type declaration",
    ),
    "an unknown entity": ("<testsuite>&b;</testsuite>", "not valid XML: undefined entity"),
    "an unknown encoding": ('<?xml version="1.0" encoding="none-such"?><testsuite/>', "not valid XML"),
    "not its encoding": (b"<testsuite><testcase name='\xff'/></testsuite>", "not valid XML"),
}


@pytest.mark.parametrize(("data", "problem"), BAD.values(), ids=BAD)
def test_another_file_is_an_error(data: str | bytes, problem: str, root: Path) -> None:
    with pytest.raises(ValueError, match=problem):
        read(root, data)


def test_deep_nesting_is_read(root: Path) -> None:
    assert read(root, "<testsuite>" * 50_000 + "<testcase/>" + "</testsuite>" * 50_000)[0] == {"passed": 1}


def test_a_very_large_file_is_an_error(root: Path) -> None:
    with (root / "large.xml").open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(ValueError, match="100000001 bytes"):
        read_junit(root / "large.xml", root)


def test_a_source_that_vanished_after_the_failure_has_no_place(root: Path) -> None:
    text = (
        '<testsuite><testcase name="a"><failure message="m">'
        f'  File "{root}/shop.py", line 2, in helper\n  File "{root}/gone.py", line 3, in gone\n'
        '</failure></testcase><testcase name="b" file="gone.py" line="4"><failure message="m"/></testcase>'
        "</testsuite>"
    )
    _, failures = read(root, text)
    assert [(path, line) for _, _, path, line, _ in failures] == [(str(root / "shop.py"), 2), ("", 0)]
