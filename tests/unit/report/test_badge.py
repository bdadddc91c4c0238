"""The badge: valid XML, and its texts within their halves."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from ci_kit.github import Runner
from ci_kit.report.badge import coverage_badge
from tests.unit.report.making import REPORT
from tests.unit.support import make_host

SVG = "{http://www.w3.org/2000/svg}"


def badge(coverage: float | None) -> ET.Element:
    return ET.fromstring(coverage_badge(replace(REPORT, coverage=coverage), Runner(make_host({}))))


@pytest.mark.parametrize(
    ("coverage", "value"),
    [
        (None, "unknown"),
        (0.0, "0 %"),
        (9.5, "9 %"),
        (87.654, "87 %"),
        (99.99, "99 %"),
        (100.0, "100 %"),
        (-5.0, "0 %"),
    ],
)
def test_the_badge_says_the_coverage_to_readers_of_both_kinds(coverage: float | None, value: str) -> None:
    image = badge(coverage)
    assert image.get("role") == "img"
    assert image.get("aria-label") == image.findtext(f"{SVG}title") == f"coverage: {value}"
    shown = [text.text for text in image.iter(f"{SVG}text") if not text.get("aria-hidden")]
    assert shown == ["coverage", value]


@pytest.mark.parametrize("coverage", [None, 0.0, 55.5, 100.0])
def test_each_text_stays_in_its_half(coverage: float | None) -> None:
    image = badge(coverage)
    width = float(image.get("width", ""))
    left, right = [rect for rect in image.iter(f"{SVG}rect") if rect.get("fill", "").startswith("#")][1:]
    assert float(left.get("width", "")) + float(right.get("width", "")) == width
    edges = [0.0, float(right.get("x", "")), width]
    texts = [text for text in image.iter(f"{SVG}text") if not text.get("aria-hidden")]
    for (start, end), text in zip(pairwise(edges), texts, strict=True):
        middle, length = float(text.get("x", "")), float(text.get("textLength", ""))
        assert (start + end) / 2 == middle
        assert start + 5 <= middle - length / 2


def test_a_better_coverage_has_a_better_colour() -> None:
    found = [
        coverage_badge(replace(REPORT, coverage=n), Runner(make_host({}))) for n in (39, 40, 60, 75, 90, 95)
    ]
    colours = ["#e05d44", "#fe7d37", "#dfb317", "#a4a61d", "#97ca00", "#4c1"]
    assert [colour in text for colour, text in zip(colours, found, strict=True)] == [True] * 6
    assert "#9f9f9f" in coverage_badge(replace(REPORT, coverage=None), Runner(make_host({})))


def test_the_badge_loads_nothing_from_elsewhere() -> None:
    text = coverage_badge(REPORT, Runner(make_host({})))
    assert text.count("://") == text.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert "href" not in text
