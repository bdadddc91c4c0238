"""A browser, and the HTML page of a real run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import shop
from tests.support import browser
from tests.support.unavailable import Unavailable, skip_or_fail


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    try:
        with browser.chromium() as found:
            yield found
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def run_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run of the shop, which has every outcome, measured files and a change."""
    return shop.page(tmp_path_factory.mktemp("shop"))
