"""Writes the outcome of each test into the folder TEST_RESULTS, if there is one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    folder = os.environ.get("TEST_RESULTS")
    if folder and (report.when == "call" or report.outcome != "passed"):
        with Path(folder, f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps([report.nodeid, report.outcome]) + "\n")
