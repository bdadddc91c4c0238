"""Handles tests whose needs the machine cannot meet: a skip on a laptop, a failure in CI."""

from __future__ import annotations

import os
from typing import NoReturn


class Unavailable(Exception):  # noqa: N818 - a state of the machine, not a mistake
    """Something that a test needs is missing. The message is one line that says what to do."""


def skip_or_fail(reason: Unavailable) -> NoReturn:
    """Skip the test on a laptop, fail it in CI. In CI, a skipped tier would look like a success."""
    # Imported here, so that `python -m tests.support.mysql97` starts fast.
    import pytest

    if os.environ.get("CI"):
        pytest.fail(f"required in CI but not available: {reason}", pytrace=False)
    pytest.skip(str(reason))
