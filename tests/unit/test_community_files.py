"""What the repository promises to its users and contributors."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.support import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROMISED = re.findall(r"`(test_\w+)`", SECURITY)


def test_each_promise_about_security_names_tests() -> None:
    rows = [
        line for line in SECURITY.split("## What ci-kit promises")[1].splitlines() if line.startswith("| ")
    ]
    assert len(rows) > 5
    assert [row for row in rows[1:] if "`test_" not in row] == []


@pytest.mark.parametrize("name", PROMISED)
def test_a_test_behind_a_promise_exists(name: str) -> None:
    files = [
        path for path in (ROOT / "tests").rglob("test_*.py") if f"def {name}(" in path.read_text("utf-8")
    ]
    assert len(files) == 1


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-issue-forms", ["bug.yml", "idea.yml"]),
        ("vendor.github-issue-config", ["config.yml"]),
    ],
)
def test_the_issue_forms_fit_their_schema(schema: str, files: list[str]) -> None:
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    done = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", schema, *files],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def structure(text: str) -> dict[str, list[str]]:
    """What two languages have in common: the levels of headings, the code, the targets of links, the rows."""
    code = re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return {
        "headings": re.findall(r"^#+", prose, re.MULTILINE),
        "code": code,
        "links": [one for one in re.findall(r"\]\(([^)]+)\)", prose) if not one.startswith("README")],
        "commands": re.findall(r"^\| (`[^|]+) \|", prose, re.MULTILINE),
        "points": re.findall(r"^(?:- |\d\. )", prose, re.MULTILINE),
    }


def test_the_korean_readme_is_in_step_with_the_english_one() -> None:
    english, korean = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.ko.md"))
    assert structure(korean) == structure(english)
    # A variable, flag or output that one of them names is in both.
    names = [set(re.findall(r"`([^`\s]+)`", text)) for text in (english, korean)]
    assert names[0] == names[1]


def test_each_error_that_is_explained_in_korean_is_a_message_of_ci_kit() -> None:
    text = (ROOT / "docs" / "ko" / "errors.md").read_text("utf-8")
    explained = re.findall(r"^## `(.+)`$", text, re.MULTILINE)
    assert len(explained) == 10
    code = "".join(path.read_text("utf-8") for path in (ROOT / "ci_kit").rglob("*.py"))
    # The number of the code is a value in the message.
    messages = [re.sub(r"\d+$", "", one) for one in explained]
    assert [one for one in messages if one not in code] == []
