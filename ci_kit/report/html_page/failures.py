"""The failures of the page, in groups, with as many details as a browser opens quickly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ci_kit.redaction import Redactor
from ci_kit.report.excerpt import Kept, excerpt
from ci_kit.report.groups import group_failures
from ci_kit.report.html_page.texts import PageTexts
from ci_kit.testing.results import Failure, Section

if TYPE_CHECKING:
    from markupsafe import Markup

# In characters: of one text, and of all texts together.
_TEXT_LIMIT = 20_000
_TOTAL_LIMIT = 10_000_000
_MESSAGE_LIMIT = 2000
# pytest marks the lines of the error.
_ERROR_LINES = re.compile(r"(?:^E(?: .*)?$\n?)+", re.MULTILINE)


@dataclass(frozen=True)
class ShownFailure:
    """A failure as the page shows it. ``number`` is its own on the page; ``test`` is its run and its id."""

    number: int
    test: tuple[str, str]
    node: str
    stage: str
    place: str
    url: str
    traceback: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class ShownGroup:
    """Failures with one title. ``message`` is that of the first."""

    title: str
    message: str
    same_cause: bool
    failures: tuple[ShownFailure, ...]

    @property
    def size(self) -> int:
        """The number of failures."""
        return len(self.failures)


class Details:
    """Gives the long texts of a page, until they are too many. ``left_out`` counts those after that."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._room = _TOTAL_LIMIT
        self._number = 0
        self.left_out = 0

    def next_number(self) -> int:
        """The number of the next failure on the page, from 1."""
        self._number += 1
        return self._number

    def text(self, text: str, *, kept: Kept) -> str:
        """The text or the part of it that the page shows; empty without room for it."""
        if self._room <= 0 and text:
            self.left_out += 1
            return ""
        shown = excerpt(text, self._redactor, kept=kept, limit=_TEXT_LIMIT)
        self._room -= len(shown)
        return shown

    def message(self, failure: Failure) -> str:
        """The message of a failure. What a collection prints ends with its cause."""
        kept: Kept = "end" if failure.stage == "collection" else "beginning"
        return excerpt(failure.message, self._redactor, kept=kept, limit=_MESSAGE_LIMIT)


def shown_groups(failures: Sequence[Failure], texts: PageTexts, details: Details) -> tuple[ShownGroup, ...]:
    """The groups of the page."""
    return tuple(
        ShownGroup(
            texts.line(group.title),
            details.message(group.failures[0]),
            group.same_cause,
            tuple(_shown(failure, texts, details) for failure in group.failures),
        )
        for group in group_failures(failures)
    )


def highlighted(traceback: str) -> Markup:
    """A traceback as HTML, with the lines of its error marked."""
    from markupsafe import Markup, escape

    return Markup(_ERROR_LINES.sub(r"<strong>\g<0></strong>", str(escape(traceback))))  # noqa: S704


def _shown(failure: Failure, texts: PageTexts, details: Details) -> ShownFailure:
    place = texts.place(failure.path)
    line = f":{failure.line}" if failure.line else ""
    return ShownFailure(
        details.next_number(),
        (failure.run, failure.test or failure.node),
        texts.line(failure.node),
        failure.stage,
        f"{place.path}{line}",
        f"{place.url}#L{failure.line}" if place.url and line else place.url,
        details.text(failure.traceback, kept="both") or details.message(failure),
        tuple(_sections(failure, texts, details)),
    )


def _sections(failure: Failure, texts: PageTexts, details: Details) -> Iterator[Section]:
    for section in failure.sections:
        if text := details.text(section.text, kept="end"):
            yield Section(texts.line(section.title), text)
