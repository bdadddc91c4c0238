"""The settings of the time zone."""

from __future__ import annotations

from ci_kit.settings.option import Option
from ci_kit.settings.parsers import auto_or, flag, text

TIME_ZONE: tuple[Option, ...] = (
    Option(
        "timezone",
        "Time zone",
        "Asia/Seoul",
        "Time zone of the tests and of the server, an IANA name. An external server keeps its own.",
        text,
    ),
    Option(
        "system-timezone",
        "Time zone",
        None,
        "Set the machine's time zone too, not only the run's. auto: yes on a GitHub-hosted runner.",
        auto_or(flag),
        switch=True,
    ),
)
