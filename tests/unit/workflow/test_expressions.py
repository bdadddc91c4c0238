"""Expressions, patterns and schedules that GitHub would reject are errors."""

from __future__ import annotations

import pytest

from ci_kit.workflow.expressions import JOB_ENV, RUNS_ON, STEP, require_expressions
from ci_kit.workflow.option_parsers import patterns
from ci_kit.workflow.schedule import schedule


@pytest.mark.parametrize(
    "text",
    [
        "no expression }}",
        "${{ secrets.TOKEN }}",
        "a ${{ github.event.pull_request['head'].sha || '' }} b ${{vars.A}}",
        "${{ format('}} {0} it''s', github.ref) }}",
        "${{ fromJSON('[1]')[0] == 0x1F && !contains(github.ref, 'x') }}",
        "${{ join(github.event.*.name, ', ') }}",
        "${{ GitHub.SHA != null && 1.5e3 >= -2 }}",
    ],
)
def test_an_expression_is_accepted(text: str) -> None:
    require_expressions(text, JOB_ENV)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("${{ secrets.TOKEN }", "does not end with }}"),
        ("${{ 'a }}", "does not end with }}"),
        ("${{ }}", "is empty"),
        ("${{ secret.TOKEN }}", "did you mean 'secrets'?"),
        ("${{ TOKEN }}", "the contexts here are github"),
        ("${{ runner.os }}", "'runner' is not a context that is available here"),
        ("${{ form('x') }}", "'form' is not a function"),
        ("${{ (github.ref }}", "'(' without its counterpart"),
        ("${{ github['a') }}", "')' without its counterpart"),
        ('${{ "a" }}', "'\"', which means nothing there"),
        ("${{ vars.A + 1 }}", "'+', which means nothing there"),
    ],
)
def test_a_wrong_expression_is_an_error(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        require_expressions(text, JOB_ENV)
    assert told in str(caught.value)


def test_each_place_has_its_own_contexts() -> None:
    require_expressions("${{ steps.a.outputs.b }}", STEP)
    for contexts in (RUNS_ON, JOB_ENV):
        with pytest.raises(ValueError, match="'steps' is not a context"):
            require_expressions("${{ steps.a.outputs.b }}", contexts)
    with pytest.raises(ValueError, match="'secrets' is not a context"):
        require_expressions("${{ secrets.A }}", RUNS_ON)


@pytest.mark.parametrize(
    "pattern", ["main", "release/**", "v[0-9]+.[0-9]+", "*", "**/*.py", "!x", "feature-?", "한국어"]
)
def test_a_pattern_is_accepted(pattern: str) -> None:
    assert patterns(["main-", pattern])[1] == pattern


@pytest.mark.parametrize(
    "pattern",
    ["", "a b", "/a", "a/", "a//b", "a..b", "a.", "[", "[]", "?a", "***", "a~b", "./a", "!", "a\\b", "a\n"],
)
def test_a_wrong_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"expected|not a pattern"):
        patterns(["main", pattern])


def test_patterns_need_one_that_is_positive() -> None:
    assert patterns([]) == ()
    with pytest.raises(ValueError, match="without !"):
        patterns(["!a", "!b"])


@pytest.mark.parametrize(
    "cron", ["17 18 * * *", "*/5 * * * *", "0,30 8-17/3 1,15 jan-mar mon", "5 0 * DEC SUN", "55/10 * * * *"]
)
def test_a_schedule_is_accepted(cron: str) -> None:
    assert schedule(cron) == cron


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("0 3 * *", "five fields"),
        ("0 3  * * *", "five fields"),
        ("@daily", "five fields"),
        ("60 3 * * *", "expected 0 to 59 for the minute, not '60'"),
        ("0 24 * * *", "for the hour"),
        ("0 3 0 * *", "for the day of the month"),
        ("0 3 * 13 *", "for the month"),
        ("0 3 * * 7", "for the day of the week"),
        ("0 3 * * mon-", "'mon-' is not valid"),
        ("0 3 * * fri-mon", "'fri-mon' is not valid"),
        ("0 3/0 * * *", "'3/0' is not valid"),
        ("* * * * *", "every 5 minutes at most"),
        ("*/4 * * * *", "every 5 minutes at most"),
        ("0,58 * * * *", "every 5 minutes at most"),
        ("0 ³ * * *", "for the hour"),
    ],
)
def test_a_wrong_schedule_is_an_error(cron: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        schedule(cron)
    assert told in str(caught.value)
