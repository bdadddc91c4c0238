"""Needs the server, the account and the database that the workflow prepares."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

WANTED = json.loads((Path(__file__).parent / "wanted.json").read_text())

pytestmark = pytest.mark.skipif(
    not WANTED["database"] or os.environ.get("DATABASE") == "sqlite", reason="the workflow has no server"
)


def test_the_login_is_that_of_the_workflow() -> None:
    from app.database import login, query

    assert query("SELECT DATABASE()") == [(WANTED["database"],)]
    assert query("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)") == [(WANTED["user"],)]
    assert login()["password"] == WANTED["password"]


def test_a_row_is_kept() -> None:
    from app.database import query

    query("CREATE TABLE kept (id INT PRIMARY KEY)", "INSERT INTO kept VALUES (7)")
    assert query("SELECT id FROM kept") == [(7,)]
    query("DROP TABLE kept")


def test_the_databases_and_the_tables_exist() -> None:
    from app.database import query

    databases = {str(name) for (name,) in query("SHOW DATABASES")}
    assert databases >= {WANTED["database"], *WANTED["databases"]}
    assert {str(name) for (name,) in query("SHOW TABLES")} >= set(WANTED["tables"])


def test_the_server_has_the_settings_of_the_workflow() -> None:
    from app.database import query

    if WANTED["sql_mode"]:
        assert query("SELECT @@GLOBAL.sql_mode") == [(WANTED["sql_mode"],)]
    if WANTED["charset"]:
        assert query("SELECT @@character_set_database") == [(WANTED["charset"],)]
