"""Needs the time zone that the workflow sets."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

WANTED = json.loads((Path(__file__).parent / "wanted.json").read_text())


def test_the_local_time_is_in_the_zone_of_the_workflow() -> None:
    assert time.strftime("%z") == datetime.now(ZoneInfo(WANTED["timezone"])).strftime("%z")
