"""The document of a run: what is written is read again, and what is wrong is one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.history.trend import Trend
from ci_kit.history.usual import Slower
from ci_kit.redaction import Redactor
from ci_kit.report.document.codec import codec_of
from ci_kit.report.document.run_document import document_text, from_document, load_document, to_document
from ci_kit.report.document.schema import SCHEMA_FILE, schema_text
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, Results, TestResult
from tests.unit.history.making import run_of
from tests.unit.report.document.reports import OUTSIDE, REPOSITORY, reports
from tests.unit.report.making import COVERED, PATCH, REPORT, RESULTS
from tests.unit.support import make_host

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
FAILURE = Failure("test_a.py::test_a", "call", str(REPOSITORY / "test_a.py"), 3, "assert 0")
TEST = TestResult("test_a.py::test_a", "failed", 0.1, str(REPOSITORY / "test_a.py"), 3)
FULL = replace(
    REPORT,
    results=replace(RESULTS, failures=(FAILURE,), rerun=(FAILURE,), tests=(TEST,)),
    covered=COVERED,
    patch=PATCH,
    repository=REPOSITORY,
    root=REPOSITORY,
    runs=(REPORT,),
    trend=Trend("main", 80.0, 9, Slower("", 9.0, 1.0, 8), (Slower("a", 9.0, 1.0, 8),), (run_of(),)),
)


def written(report: RunReport, *secrets: str) -> Any:
    """The document of a report, as another program reads it."""
    host = make_host({})
    for secret in secrets:
        host.redactor.add(secret)
    return json.loads(document_text(report, Runner(host)))


@given(reports())
def test_what_is_written_is_read_again(report: RunReport) -> None:
    assert from_document(written(report), REPOSITORY) == report


@given(reports())
def test_each_document_fits_the_schema(report: RunReport) -> None:
    Draft202012Validator(SCHEMA).validate(written(report))


def test_the_schema_is_valid_and_current() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_the_schema_describes_each_field() -> None:
    described = [one for name in SCHEMA["$defs"] for one in SCHEMA["$defs"][name]["properties"].values()]
    assert len(described) > 50
    assert [one for one in described if not one["description"].strip()] == []


@given(st.text(alphabet="ab\"\\'`\n", min_size=4, max_size=8), st.data())
def test_no_text_of_a_document_has_a_secret(secret: str, data: st.DataObject) -> None:
    assert_hidden(data.draw(reports()), secret)


def assert_hidden(report: RunReport, secret: str) -> None:
    """Each text of the report with a secret in it comes back without it."""
    leaking = with_text(report, f"<{secret}>")
    redactor = Redactor()
    redactor.add(secret)
    document = json.dumps(to_document(leaking, redactor), ensure_ascii=False)
    assert f"<{secret}>" not in document
    assert json.dumps(f"<{secret}>", ensure_ascii=False)[1:-1] not in document
    expected = with_text(report, redactor.redact(f"<{secret}>"))
    assert from_document(json.loads(document), REPOSITORY) == expected


def with_text(value: Any, text: str) -> Any:
    """A value whose texts end with this text, except for paths and words of a fixed set."""
    match value:
        case tuple():
            return tuple(with_text(one, text) for one in value)
        case str():
            return "x" + text
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = {"outcome", "path", "repository", "root"}
    return replace(
        value,
        **{
            field.name: with_text(getattr(value, field.name), text)
            for field in fields(value)
            if field.name not in kept
        },
    )


def test_paths_of_the_repository_fit_another_checkout() -> None:
    document = written(replace(FULL, root=REPOSITORY / "api"))
    assert document["root"] == "api"
    assert document["results"]["tests"][0]["path"] == "test_a.py"
    assert document["covered"][1]["path"] == "api/shop/price.py"
    assert str(REPOSITORY) not in json.dumps(document)
    there = from_document(document, Path("/checkout"))
    assert there.results
    assert there.results.failures[0].path == "/checkout/test_a.py"
    assert there.root == Path("/checkout/api")
    assert there.covered == COVERED
    assert there.patch == PATCH


def test_a_path_outside_the_repository_stays_as_it_is() -> None:
    report = replace(
        FULL,
        results=replace(RESULTS, failures=(replace(FAILURE, path=OUTSIDE),)),
        covered=(FileCoverage(OUTSIDE, 1.0),),
    )
    document = written(report)
    assert document["results"]["failures"][0]["path"] == document["covered"][0]["path"] == OUTSIDE
    assert from_document(document, Path("/checkout")).covered[0].path == OUTSIDE


def test_unknown_fields_are_ignored() -> None:
    document = written(FULL)
    document["later"] = {"a": 1}
    document["results"]["tests"][0]["later"] = [1]
    assert from_document(document, REPOSITORY) == FULL
    Draft202012Validator(SCHEMA).validate(document)


def test_a_document_of_an_earlier_ci_kit_lacks_fields_that_have_a_default() -> None:
    document = written(FULL)
    del document["name"], document["results"]["tests"][0]["run"]
    assert from_document(document, REPOSITORY) == FULL
    Draft202012Validator(SCHEMA).validate(document)


INSIDE = "expected a path inside the repository, found"
ONE_OF = "outcome: expected one of passed, failed, no-tests, error, found"
Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("writer", "todo"),
    [
        ("ci-kit 2.0", 'use the ci-kit that wrote it ("ci-kit 2.0"), or a newer one'),
        (None, "use the ci-kit that wrote it, or a newer one"),
    ],
)
def test_a_newer_document_names_its_writer_if_it_has_one(writer: str | None, todo: str) -> None:
    document = {"format": "ci-kit-run", "version": 2} | ({"written_by": writer} if writer else {})
    with pytest.raises(UsageError) as caught:
        from_document(document, REPOSITORY)
    assert caught.value.todo == todo


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.update(format="junit"), 'expected an object with "format": "ci-kit-run"'),
        (lambda d: d.pop("format"), 'expected an object with "format": "ci-kit-run"'),
        (lambda d: d.update(version="1"), 'version: expected a whole number from 1, found "1"'),
        (lambda d: d.update(version=True), "version: expected a whole number from 1, found true"),
        (lambda d: d.update(version=0), "version: expected a whole number from 1, found 0"),
        (lambda d: d.pop("version"), "version: expected a whole number from 1, found null"),
        (lambda d: d.update(version=2), "its version is 2, and this ci-kit reads only version 1"),
        (lambda d: d.update(outcome="fine"), ONE_OF),
        (lambda d: d.update(outcome=[1]), f"{ONE_OF} a list"),
        (lambda d: d.pop("seconds"), "the document: expected an object with seconds, found an object"),
        (lambda d: d.update(seconds="1"), 'seconds: expected a number, found "1"'),
        (lambda d: d.update(seconds=float("nan")), "seconds: expected a number, found NaN"),
        (lambda d: d.update(zone_is_default=1), "zone_is_default: expected true or false, found 1"),
        (lambda d: d.update(covered={}), "covered: expected a list, found an object"),
        (lambda d: d.update(reason=None), "reason: expected a string, found null"),
        (lambda d: d.update(root=1), "root: expected a string, found 1"),
        (lambda d: d["results"].update(passed=1.5), "results.passed: expected a whole number, found 1.5"),
        (lambda d: d["results"].update(passed=True), "results.passed: expected a whole number, found true"),
        (lambda d: d["results"].update(others=[["a"]]), "others[0]: expected a list of 2 values"),
        (lambda d: d["results"]["tests"].append(3), "results.tests[1]: expected an object, found 3"),
        (lambda d: d["results"]["tests"][0].update(line="3"), "results.tests[0].line: expected a whole"),
        (lambda d: d["covered"][1].update(missing_branches=[[1, ""]]), "covered[1].missing_branches[0][1]: "),
        (lambda d: d["runs"][0].update(outcome=""), "runs[0].outcome: expected one of"),
        (lambda d: d["covered"][0].update(path="../../etc/passwd"), INSIDE),
        (lambda d: d["results"]["tests"][0].update(path="a/../.."), INSIDE),
        (lambda d: d["results"]["failures"][0].update(path="a\0"), INSIDE),
        (lambda d: d["covered"][0].update(path=".git/config"), INSIDE),
        (lambda d: d.update(root="/etc"), INSIDE),
        (lambda d: d.update(root=None, covered=[{"path": "../a.py", "percent": 1}]), INSIDE),
        (lambda d: d.update(seconds=10**400), "seconds: expected a number, found 1000"),
        (lambda d: d.update(seconds=1e308), "seconds: expected a number, found 1e+308"),
        (lambda d: d["results"].update(passed=-(2**53) - 1), "results.passed: expected a whole number"),
        (lambda d: d.update(mysql_version=["x" * 999]), "mysql_version: expected a string, found a list"),
        (lambda d: d.update(outcome="x" * 999), 'found "' + "x" * 59 + "…"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_error_that_names_its_place(change: Change, why: str) -> None:
    document = written(FULL)
    change(document)
    with pytest.raises(UsageError) as caught:
        from_document(document, REPOSITORY, name="run.json")
    assert caught.value.what == "cannot read run.json as the document of a run"
    assert why in caught.value.why
    assert caught.value.todo


@pytest.mark.parametrize("data", [None, 1, "x", [], [{}], {}, True])
def test_another_value_than_an_object_is_an_error(data: object) -> None:
    with pytest.raises(UsageError):
        from_document(data, REPOSITORY)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is not valid JSON in UTF-8: "),
        (b"{", "it is not valid JSON in UTF-8: "),
        (b"\xff", "it is not valid JSON in UTF-8: "),
        (b"[" * 100_000, "it is not valid JSON in UTF-8: "),
        (b'{"version": ' + b"1" * 5000 + b"}", "it is not valid JSON in UTF-8: "),
        (b"[]", "expected an object"),
    ],
    ids=["empty", "a part", "not UTF-8", "deep", "a long number", "a list"],
)
def test_a_broken_file_is_one_error_that_names_it(data: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        from_document(load_document(path), tmp_path, name=str(path))
    assert str(path) in caught.value.what
    assert why in caught.value.why


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_document(tmp_path / "none.json")
    assert caught.value.why == f"No such file or directory: {tmp_path / 'none.json'}"


def test_half_of_a_surrogate_pair_is_shown_escaped() -> None:
    report = replace(REPORT, reason="\ud800", repository=REPOSITORY)
    assert written(report)["reason"] == "\\ud800"
    document = written(replace(report, reason=""))
    document["reason"] = "\ud800"
    assert from_document(document, REPOSITORY).reason == "\\ud800"


def test_a_type_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        codec_of(frozenset[str])


def test_a_patch_without_a_known_folder_keeps_its_paths() -> None:
    report = replace(REPORT, patch=PatchCoverage("main", (FileCoverage("a.py", 1.0),)), results=Results())
    assert written(report)["patch"]["files"][0]["path"] == "a.py"
