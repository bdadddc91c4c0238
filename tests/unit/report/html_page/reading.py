"""What a parser of HTML finds in a page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ci_kit.report.html_page.page import html_page
from ci_kit.report.run_report import RunReport
from tests.unit.report.making import Step


class Page(HTMLParser):
    """A page: its attributes, its data by their ids, and the texts of its elements by their tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []
        self.data: dict[str, Any] = {}
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.attributes += named.items()
        self._open.append((tag, named.get("id", "")))
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            tag, name = self._open[-1]
            self.texts[tag][-1] += data
            if tag == "script" and name:
                self.data[name] = json.loads(data)


def page_text(report: RunReport) -> str:
    """The text of the page of a report, made in a workflow."""
    return html_page(report, Step(Path("/nowhere")).runner())


def page_of(report: RunReport) -> Page:
    return Page(page_text(report))
