"""A badge with the coverage, as an SVG image of the usual form: a grey label, and the value on a colour.

The widths of characters are those of Verdana, in units of 1/2048 of the font size. Text in another font gets
the same width (``textLength``), so that it stays in its half.
"""

from __future__ import annotations

from math import floor

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport

_LABEL = "coverage"
# Percent, and the colour from there on: those of shields.io for coverage.
_COLOURS = (
    (95, "#4c1"),
    (90, "#97ca00"),
    (75, "#a4a61d"),
    (60, "#dfb317"),
    (40, "#fe7d37"),
    (0, "#e05d44"),
)
_UNKNOWN = "#9f9f9f"

_FONT_SIZE = 11
_UNITS = 2048
_PADDING = 10
_WIDTHS = {
    **dict.fromkeys("0123456789", 1302),
    " ": 720,
    "%": 2204,
    "a": 1230,
    "c": 1067,
    "e": 1220,
    "g": 1276,
    "k": 1212,
    "n": 1296,
    "o": 1243,
    "r": 874,
    "u": 1296,
    "v": 1212,
    "w": 1676,
}


def coverage_badge(report: RunReport, runner: Runner) -> str:  # noqa: ARG001
    """The image of the coverage of a run, or of an unknown coverage."""
    from ci_kit.templating import render_template, strict_environment

    # Only full coverage is 100 %.
    percent = None if report.coverage is None else min(max(report.coverage, 0.0), 100.0)
    value = "unknown" if percent is None else f"{floor(percent)} %"
    label, text = _text_width(_LABEL), _text_width(value)
    values = {
        "label": _LABEL,
        "value": value,
        "colour": _colour(percent),
        "label_width": label,
        "value_width": text,
        "left": label + _PADDING,
        "right": text + _PADDING,
    }
    return render_template(strict_environment({}), "badge.svg.jinja", values)


def _colour(percent: float | None) -> str:
    if percent is None:
        return _UNKNOWN
    return next(colour for least, colour in _COLOURS if percent >= least)


def _text_width(text: str) -> int:
    """The width in pixels."""
    return round(sum(_WIDTHS[character] for character in text) * _FONT_SIZE / _UNITS)
