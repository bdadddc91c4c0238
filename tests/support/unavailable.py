"""Say that a test cannot have what it needs: a skip on a laptop, a failure in CI."""

from __future__ import annotations

import os
from typing import NoReturn


class Unavailable(Exception):  # noqa: N818 - a state of the machine, not a mistake
    """What a test needs is not there; the message is one line that says what to install."""


def skip_or_fail(reason: Unavailable) -> NoReturn:
    """Skip the test, or fail it in CI, where a tier that quietly did not run would look green."""
    # Imported here, for `python -m tests.support.mysql97` is to answer at once.
    import pytest

    if os.environ.get("CI"):
        pytest.fail(f"needed in CI, not available: {reason}", pytrace=False)
    pytest.skip(str(reason))
