"""The database, found by the variables that this application reads: DB_NAME and its like, or MYSQL_*."""

from __future__ import annotations

import os
from typing import Any

import mysql.connector


def login() -> dict[str, Any]:
    prefix, name = ("DB", "DB_NAME") if "DB_NAME" in os.environ else ("MYSQL", "MYSQL_DATABASE")
    return {
        "host": os.environ[f"{prefix}_HOST"],
        "port": int(os.environ.get(f"{prefix}_PORT") or 3306),
        "user": os.environ[f"{prefix}_USER"],
        "password": os.environ[f"{prefix}_PASSWORD"],
        "database": os.environ[name],
    }


def query(*statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement; the others change the database."""
    # A collation that both MySQL and MariaDB have.
    connection = mysql.connector.connect(**login(), charset="utf8mb4", collation="utf8mb4_general_ci")
    try:
        cursor = connection.cursor()
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.with_rows else []
        connection.commit()
        return rows
    finally:
        connection.close()
