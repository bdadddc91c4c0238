"""The errors in the log of a server, and the setting that the log rejects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_kit.mysql.config.error_log import first_errors, last_errors
from ci_kit.mysql.config.rejected_option import rejected_option
from tests.unit.support import make_settings

LOG = """\
2026-11-25T10:36:01.1Z 0 [System] [MY-010116] [Server] mysqld (mysqld 9.7.4) starting as process 24452
2026-11-25T10:36:01.5Z 0 [ERROR] [MY-000077] [Server] first
2026-11-25T10:36:01.6Z 0 [ERROR] [MY-010119] [Server] Aborting

"""


def test_the_errors_of_a_log_are_telling_and_its_last_lines_if_it_has_none() -> None:
    assert [line.split()[-1] for line in last_errors(LOG)] == ["first", "Aborting"]
    assert last_errors("\n".join(map(str, range(20))))[-1] == "19"
    assert first_errors("\n".join(map(str, range(20))))[0] == "0"


@pytest.mark.parametrize(
    ("line", "settings", "named"),
    [
        ("[ERROR] [Server] unknown variable 'nope=1'.", {"mysql_settings": ["nope=1"]}, "mysql-settings"),
        ("[ERROR] mariadbd: unknown option '--no-pe'", {"mysql_settings": ["no_pe"]}, "mysql-settings"),
        ("[ERROR] /usr/sbin/mariadbd: Error while setting value 'a' to 'sql_mode'", {"sql_mode": "a"}, "sql"),
        (
            "[ERROR] mysqld: option '--a-b' requires an argument.",
            {"mysql_settings": ["a_b"]},
            "mysql-settings",
        ),
        ("[ERROR] unknown variable 'another=1'", {"mysql_settings": ["nope=1"], "sql_mode": "a"}, ""),
        ("[ERROR] [Server] Aborting", {"mysql_settings": ["nope=1"]}, ""),
        (
            "[Warning] [MY-013071] [Server] unknown variable 'loose_a=1'.",
            {"mysql_settings": ["loose_a=1"]},
            "",
        ),
        ("0 [Warning] mariadbd: unknown option '--loose-a'", {"mysql_settings": ["loose-a"]}, ""),
    ],
)
def test_a_setting_is_wrong_if_the_log_says_so_of_one_that_was_asked_for(
    line: str, settings: dict[str, Any], named: str, tmp_path: Path
) -> None:
    problem = rejected_option(f"{LOG}{line}\n", make_settings(tmp_path, **settings))
    if named:
        assert problem is not None
        assert problem.why.startswith(f"it came from --{named}")
        assert problem.details == (line,)
    else:
        assert problem is None
