"""A comment as GitHub's own Markdown parser reads it."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]

OWN_TAGS = {"h2", "h3", "h4", "p", "ul", "li", "code", "pre", "details", "summary", "a"}
"""What a comment is made of; anything else would come from a test."""


class Page(HTMLParser):
    """The tags of a comment, the links, and the text that is not code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.prose = ""
        self._code = 0
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._code += tag == "code"
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.prose += "" if self._code else data
