"""SQL files: the product that a file was dumped from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.mysql.prepare.sql_files import SqlFile
from ci_kit.settings.server_version import Flavour


@pytest.mark.parametrize(
    ("sql", "product"),
    [
        ("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19-11.4.3-MariaDB\n", "MariaDB"),
        ("-- MySQL dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu\n", "MariaDB"),
        ("-- phpMyAdmin SQL Dump\n-- version 5.2.1\n-- Server version: 10.4.28-MariaDB\n", "MariaDB"),
        ("CREATE TABLE t (a INT) COLLATE=utf8mb4_uca1400_ai_ci;\n", "MariaDB"),
        ("-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n", "MySQL"),
        ("-- phpMyAdmin SQL Dump\n-- version 5.2.1\n-- Server version: 8.0.33\n", "MySQL"),
        ("CREATE TABLE t (a INT) COLLATE=utf8mb4_0900_ai_ci;\n", "MySQL"),
        ("CREATE TABLE t (a INT) COLLATE=utf8mb4_ja_0900_as_cs;\n", "MySQL"),
        ("CREATE TABLE t (a INT) COLLATE=utf8mb4_unicode_ci;\n", None),
        ("INSERT INTO product VALUES ('MariaDB and MySQL');\n", None),
        ("", None),
    ],
)
def test_the_product_of_a_dump(sql: str, product: Flavour | None) -> None:
    assert SqlFile(Path("dump.sql"), sql.encode()).dumped_from == product
