"""The text of the comment: what it shows, what it hides, and that no text of a test does anything there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.github import Runner
from ci_kit.report.comment.body import LIMIT, comment_body
from ci_kit.report.comment.marker import Marker, key_of, read_marker
from ci_kit.report.comment.target import Target
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, Section
from tests.unit.report.comment.page import OWN_TAGS, Page
from tests.unit.report.comment.runs import COMMIT, Pull
from tests.unit.report.making import COVERED, PATCH, REPORT, flaky_report, report_of
from tests.unit.report.outcomes import HOSTILE_IDS, RERUN, SUITE
from tests.unit.support import SELF_HOSTED, make_host, python, write

HOSTILE = [
    *HOSTILE_IDS,
    "@octocat",
    "#12",
    "o/r#12",
    "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c",
    "https://example.com/",
    "www.example.com",
    "a@example.com",
    "[text](https://example.com)",
    "![picture](https://example.com/a.png)",
    "<!-- ci-kit:0000000000000000 run:99.1 -->",
    "-->",
    "</summary></details>",
    ":tada:",
    "$x$ $$y$$",
    "- [ ] task",
    "GH-12",
]
MARKER = Marker(key_of("ci.yml"), (12, 1))
TARGET = Target(7, COMMIT, (12, 1), "https://github.com/o/r/actions/runs/4711", "ci.yml")
FAILURE = Failure("test_a.py::test_a", "call", "/repository/test_a.py", 3, "assert 1 == 2")


def runner(**environ: str) -> Runner:
    repository = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r"}
    place = {"GITHUB_SHA": "0" * 40, "GITHUB_WORKSPACE": "/repository"}
    return Runner(make_host(SELF_HOSTED | repository | place | environ))


def body(report: RunReport, name: str = "", **environ: str) -> str:
    return comment_body(report, runner(**environ), TARGET, MARKER, name=name)


def test_the_comment_has_the_facts_and_a_link_to_the_run() -> None:
    assert body(REPORT, "Python 3.13") == (
        f"{MARKER}\n"
        "## Tests failed: `Python 3.13`\n"
        "\n"
        f"[The page of run 12]({TARGET.url}) for commit `{COMMIT[:7]}`\n"
        "\n"
        "- Tests: 2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected\n"
        "- Coverage: 87.7 %\n"
        "- Server: `MySQL 9.7.4`\n"
        "- Python: `3.12.1`\n"
        "- Time zone: `UTC`\n"
        "- Time: 1.5 s\n"
    )


def test_the_comment_has_the_changed_lines_that_no_test_reached() -> None:
    text = body(replace(REPORT, covered=COVERED, patch=PATCH))
    assert "- Patch coverage: 83.33 % (2 of 12 changed lines missed), compared with `origin/main`\n" in text
    assert "\nChanged lines that no test reached:\n\n```text\nshop/price.py: 20-21\n```\n" in text
    # The page of the run has all files.
    assert "shop/__init__.py" not in text


def test_a_failure_has_its_traceback_and_not_what_the_test_printed() -> None:
    failure = replace(
        FAILURE, traceback="E   assert 1 == 2", sections=(Section("Captured stdout", "private"),)
    )
    text = body(report_of(failure))
    assert "<details><summary>\n\n#### `test_a.py::test_a`\n" in text
    assert "```text\nE   assert 1 == 2\n```" in text
    assert "private" not in text


def test_a_flaky_test_does_not_show_what_it_printed_either() -> None:
    failure = replace(FAILURE, test="test_a.py::test_a", sections=(Section("Captured stdout", "private"),))
    text = body(flaky_report(failure))
    assert "### Flaky tests, which passed after a rerun\n" in text
    assert "private" not in text


def test_a_failure_links_to_the_commit_of_the_pull_request() -> None:
    assert f"](https://github.com/o/r/blob/{COMMIT}/test_a.py#L3)" in body(report_of(FAILURE))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_run_is_anything_but_code(text: str) -> None:
    failure = Failure(f"test[{text}]", text, f"/elsewhere/{text}.py", 0, text, traceback=text)
    file = FileCoverage(f"{text}.py", 0.0, (), (1,))
    made = report_of(failure)
    assert made.results
    report = replace(
        made,
        results=replace(made.results, others=((text, 2),)),
        problem=text,
        reason=text,
        mysql_version=text,
        timezone=text,
        covered=(file,),
        patch=PatchCoverage(text, (file,)),
    )
    markdown = body(report, text)
    page = Page(markdown)
    assert page.tags <= OWN_TAGS
    assert page.links == [TARGET.url]
    # GitHub makes a link of a word only if it is one of the repository's own commits.
    assert text not in page.prose or text.isalnum()
    # It is there all the same.
    assert markdown.count(text) >= 8
    assert read_marker(markdown) == MARKER


def test_a_real_suite_with_every_outcome_shows_nothing_but_code(pull: Pull) -> None:
    write(pull.folder / "project", SUITE)
    done = pull.ends("--", *RERUN)
    assert done.code == 1
    (comment,) = pull.github.comments
    page = Page(comment["body"])
    assert page.tags <= OWN_TAGS
    blob = f"https://github.com/o/r/blob/{COMMIT}/tests/"
    assert {link for link in page.links if not link.startswith(blob)} == {
        "https://github.com/o/r/actions/runs/4711"
    }
    for text in HOSTILE_IDS:
        assert text not in page.prose
    # What the tests printed.
    assert "the price is 110" not in comment["body"]
    assert "a warning of the shop" not in comment["body"]


@pytest.mark.parametrize("character", ["x", "한", "😀"])
def test_a_long_comment_ends_early_with_whole_blocks(character: str) -> None:
    failures = [
        Failure(f"test_{n}", "call", "test_a.py", 1, f"{character * 9} " * 250 + str(n)) for n in range(100)
    ]
    text = body(report_of(*failures))
    assert LIMIT - 5000 < len(text.encode("utf-16-le")) // 2 <= LIMIT
    assert text.splitlines()[-1].startswith("… cut here")
    assert Page(text).tags <= OWN_TAGS
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("text", ["x" * 70000, "x " * 70000, "\n" * 70000])
def test_a_long_text_of_a_run_leaves_the_marker_and_the_title(text: str) -> None:
    report = replace(report_of(FAILURE), problem=text, reason=text, timezone=text, mysql_version=text)
    shown = body(report, text)
    assert read_marker(shown) == MARKER
    assert "\n## The job failed" in shown
    assert f"]({TARGET.url})" in shown
    assert len(shown) <= LIMIT


def test_a_long_error_leaves_room_for_the_failures() -> None:
    assert "#### `test_a.py::test_a`" in body(replace(report_of(FAILURE), problem="x " * 70000))


def test_github_accepts_a_run_with_many_failures(pull: Pull) -> None:
    pull.test = "\n".join(f"def test_{n}(): assert 'x' * 900 == '한' * {n}" for n in range(150))
    assert pull.ends().comment.startswith("written: ")
    assert len(pull.github.comments[0]["body"]) > 60000


SECRETS = {
    "API_TOKEN": "tok-abcdef123456",
    "stripe_secret": "sk_live_51H8xYz",
    "DB_PASSWORD": "correct horse battery",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG",
    "SIGNING_KEY": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
    "CACHE_URL": "redis://cache:s3cr3t-pass@localhost:6379/0",
    "HTTP_AUTH": "Basic dXNlcjpwYXNz",
}


@pytest.mark.parametrize("name", SECRETS)
def test_what_looks_like_a_secret_of_the_job_is_hidden(name: str) -> None:
    value = SECRETS[name]
    secret = "s3cr3t-pass" if name == "CACHE_URL" else value.splitlines()[len(value.splitlines()) // 2]
    failure = replace(
        FAILURE, node=f"test[{secret}]", message=f"sent {secret}", traceback=f"{value}\n{secret}"
    )
    report = replace(report_of(failure), problem=f"refused {value}", reason=secret)
    assert body(report).count(secret) >= 5
    assert secret not in body(report, **{name: value})


@pytest.mark.parametrize("name", ["PWD", "MONKEY", "DATABASE", "KEYBOARD", "LANGUAGE"])
def test_an_ordinary_variable_is_not_hidden(name: str) -> None:
    report = replace(REPORT, reason="see /home/runner/work")
    assert "`see /home/runner/work`" in body(report, **{name: "/home/runner/work"})


def test_a_short_value_is_an_ordinary_word() -> None:
    assert "test_a.py::test_a" in body(report_of(FAILURE), DB_PASSWORD="test")


def test_a_secret_of_the_job_is_in_no_comment_of_a_real_run(pull: Pull) -> None:
    pull.test = "import os\ndef test_a(): assert os.environ['PAYMENT_TOKEN'] == 'x' + '-' * 20\n"
    done = pull.ends("--", "-vv", env={"PAYMENT_TOKEN": "pay-0123456789abcdef"})
    assert "pay-0123456789abcdef" in done.out
    text = pull.github.comments[0]["body"]
    assert "***" in text
    assert "pay-0123456789" not in text


@given(st.text(), st.tuples(st.integers(0, 10**9), st.integers(0, 99)), st.text())
def test_a_marker_is_read_as_it_was_written(job: str, run: tuple[int, int], rest: str) -> None:
    marker = Marker(key_of(job), run)
    assert read_marker(f"{marker}\n{rest}") == marker
    assert read_marker(f"{marker}\r\n{rest}") == marker
    assert read_marker(f" {marker}\n{rest}") is None


def test_the_parts_of_a_key_do_not_run_together() -> None:
    assert key_of("a", "bc") != key_of("ab", "c")


def test_a_run_without_a_comment_does_not_import_what_writes_one() -> None:
    code = (
        "import sys, ci_kit.pipeline; print([m for m in sys.modules if 'comment' in m or m == 'http.client'])"
    )
    assert python("-c", code).stdout == "[]\n"
