"""``ci-kit report`` of a matrix of real runs with every outcome: each format, with hostile names."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ci_kit.report.document.schema import SCHEMA_FILE
from ci_kit.report.report_files import REPORT_FILES
from tests.unit.cli.documents import HOSTILE_NAME, on_runner, reported, repository, run
from tests.unit.report.making import code_in
from tests.unit.report.outcomes import HOSTILE_IDS
from tests.unit.support import file_command


def test_the_terminal_shows_the_runs_and_the_failures_with_their_runs(made: Path, checkout: Path) -> None:
    done = reported(checkout, made)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines[0] == "runs       2"
    assert lines[1].split()[:3] == ["failed", "MySQL", "8.4"]
    assert "5 passed" not in lines[0]
    result = next(line for line in lines if line.startswith("result "))
    assert "Tests failed, 2 of 2 runs failed: MySQL 8.4; x | `y`" in result
    assert "8 passed, 30 failed, 10 errors, 4 skipped, 2 xfailed, 2 xpassed, 2 rerun" in result
    assert any("test_import.py:1 [MySQL 8.4; x |" in line for line in lines)
    assert "##[" not in done.stderr


def test_a_runner_gets_the_page_the_annotations_and_the_outputs(made: Path, checkout: Path) -> None:
    done = reported(checkout, made, **on_runner(checkout))
    assert done.returncode == 1
    page = checkout.with_name("summary").read_text("utf-8")
    assert page.startswith("## Tests failed\n")
    assert "\n### Runs\n\n| run | outcome |" in page
    assert "- `tests/test_shop.py::test_fails` (call), `tests/test_shop.py:30`, in `MySQL 8.4`, ``x |" in page
    (first, *_) = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert first.startswith("::error file=tests/test_import.py,line=1,")
    assert "%0A%0ARuns: MySQL 8.4; x |" in first
    outputs = file_command(checkout.with_name("output").read_text())
    assert (outputs["outcome"], outputs["tests-passed"], outputs["tests-failed"]) == ("failed", "8", "40")


def test_no_hostile_name_breaks_the_page(made: Path, checkout: Path) -> None:
    reported(checkout, made, **on_runner(checkout))
    page = checkout.with_name("summary").read_text("utf-8")
    table = page[page.index("| run |") : page.index("### Failures")]
    assert all(line.count("|") == 6 for line in table.strip().splitlines() if line.startswith("|"))
    assert HOSTILE_NAME.replace("|", "¦") in table
    code = code_in(page[: page.index("| run |")] + page[page.index("### Failures") :])
    assert [one for one in HOSTILE_IDS if f"tests/test_shop.py::test_text[{one}]" not in code] == []
    assert HOSTILE_NAME in code


def test_the_junit_xml_has_a_suite_for_each_run(made: Path, checkout: Path) -> None:
    assert reported(checkout, made, "--junit-report=junit.xml").returncode == 1
    suites = ET.fromstring((checkout / "junit.xml").read_text("utf-8"))
    assert [suite.get("name") for suite in suites] == ["MySQL 8.4", HOSTILE_NAME]
    for suite in suites:
        assert {name: suite.get(name) for name in ("failures", "errors", "skipped")} == {
            "failures": "13",
            "errors": "4",
            "skipped": "3",
        }
        assert [case.get("file") for case in suite if case.get("name") == "test_fails"] == [
            "tests/test_shop.py"
        ]


def test_the_merged_document_is_read_like_each_of_its_runs(made: Path, checkout: Path) -> None:
    assert reported(checkout, made, "--run-report=all.json").returncode == 1
    document = json.loads((checkout / "all.json").read_text("utf-8"))
    Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8"))).validate(document)
    assert [one["name"] for one in document["runs"]] == ["MySQL 8.4", HOSTILE_NAME]
    assert str(checkout) not in json.dumps(document["results"]["tests"])
    assert reported(checkout, "all.json").stderr == reported(checkout, made).stderr


LEAKS = "import os\ndef test_a():\n    print(os.environ['SECRET'])\n    assert os.environ['SECRET'] == 'x'\n"


def test_no_report_of_a_document_has_a_secret_of_the_run(tmp_path: Path) -> None:
    secret = "p<b>&|s*s_w`d`_#1"
    project = repository(tmp_path / "project", {"test_a.py": LEAKS})
    for number in "12":
        words = ("--no-coverage", "--", "-vv")
        env = {"SECRET": secret, "CI_KIT_MYSQL_PASSWORD": secret}
        assert run(project, tmp_path / f"documents/{number}.json", *words, **env) == 1
    flags = [f"--{setting}={setting}.out" for setting in REPORT_FILES]
    done = reported(project, tmp_path / "documents", *flags, **on_runner(project))
    made = [done.stdout, done.stderr, project.with_name("summary").read_text("utf-8")]
    # A badge has no text of a run.
    made += [
        (project / f"{setting}.out").read_text("utf-8") for setting in REPORT_FILES if setting != "badge"
    ]
    for text in made:
        assert "***" in text
        for part in (secret, "p<b>&", "w`d`_#1", "p&lt;b&gt;"):
            assert part not in text
