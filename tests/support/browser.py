"""A real headless Chromium, for the pages that people read.

``python -m tests.support.browser PAGE PICTURE`` takes a screenshot of a file; ``--help`` lists the options.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support import apt_install
from tests.support.unavailable import Unavailable

# The names of Chromium in Debian, in other systems, and of Chrome on GitHub's runners.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_PACKAGE = _PROGRAMS[0]
_HEIGHT = 900
# In milliseconds.
_LIMIT = 30_000
expect.set_options(timeout=_LIMIT)


def program() -> str:
    """The path of a Chromium on this machine, installed if there is none. Raises Unavailable."""
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    apt_install.require({_PACKAGE: _PACKAGE}, tier="tests/browser")
    if found := shutil.which(_PACKAGE):
        return found
    raise Unavailable(f"{_PACKAGE} was installed but is not on the PATH")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Raises Unavailable."""
    path = program()
    with sync_playwright() as playwright:
        # Playwright starts it without its sandbox, which root cannot use.
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    path: Path,
    *,
    fragment: str = "",
    width: int = 1280,
    dark: bool = False,
    scripts: bool = True,
) -> Iterator[Page]:
    """A page of a file, in a window of its own; ``width`` is in CSS pixels.

    Fails at the end if a script of the page failed, or if the page requested anything but its own file.
    """
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(_LIMIT)
    url = path.absolute().as_uri()
    problems: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda request: problems.append(request.url) if request.url.partition("#")[0] != url else None,
        )
        page.goto(url + (f"#{fragment}" if fragment else ""))
        yield page
        if problems:
            raise AssertionError("\n".join(problems))
    finally:
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a screenshot of a file.")
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--fragment", default="", help="the part of the address after #")
    parser.add_argument("--width", type=int, default=1280, help="in CSS pixels")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole page, not only what a window shows")
    words = parser.parse_args()
    try:
        with (
            chromium() as browser,
            opened(browser, words.page, fragment=words.fragment, width=words.width, dark=words.dark) as page,
        ):
            page.screenshot(path=words.picture, full_page=words.full)
    except Unavailable as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
