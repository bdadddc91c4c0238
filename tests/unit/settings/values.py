"""Values of every option, for the tests of the settings and of the flags."""

from __future__ import annotations

from typing import Any

from ci_kit.settings.pairs import Pair
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.shard import Shard
from ci_kit.settings.variables import Variable

# Two values for each option: as a text, as a flag or a variable has it, and what it means.
VALUES: dict[str, tuple[tuple[str, Any], tuple[str, Any]]] = {
    "timezone": (("Europe/Oslo", "Europe/Oslo"), ("UTC", "UTC")),
    "system-timezone": (("true", True), ("false", False)),
    "mysql": (("private", "private"), ("off", "off")),
    "mysql-version": (
        ("8.4", WantedVersion("MySQL", (8, 4))),
        ("mariadb-11", WantedVersion("MariaDB", (11,))),
    ),
    "mysqld": (("/opt/mysqld", "/opt/mysqld"), ("mariadbd", "mariadbd")),
    "mysql-image": (("mysql:9", "mysql:9"), ("mariadb:11", "mariadb:11")),
    "docker-args": (("--cpus 2", ("--cpus", "2")), ("--init", ("--init",))),
    "mysql-datadir": (("/mnt", "/mnt"), ("data", "data")),
    "mysql-socket": (("/tmp/my.sock", "/tmp/my.sock"), ("my.sock", "my.sock")),
    "mysql-host": (("db.example", "db.example"), ("127.0.0.1", "127.0.0.1")),
    "mysql-port": (("3307", 3307), ("65535", 65535)),
    "mysql-user": (("app", "app"), ("root", "root")),
    "mysql-password": (("correct horse", "correct horse"), ("1234", "1234")),
    "database": (("when2meet", "when2meet"), ("meeting", "meeting")),
    "extra-databases": (("one 'two three'", ("one", "two three")), ("four", ("four",))),
    "variables": (
        ("DB_HOST=host DB_PORT=port", (Variable("DB_HOST", "host"), Variable("DB_PORT", "port"))),
        ("DB_NAME=database", (Variable("DB_NAME", "database"),)),
    ),
    "env": (
        ("A={host}:1 B='x y'", (Pair("A", "{host}:1"), Pair("B", "x y"))),
        ("C=", (Pair("C", ""),)),
    ),
    "standard-variables": (("true", True), ("false", False)),
    "files": (
        ("my.cnf=my.cnf.in", (Pair("my.cnf", "my.cnf.in"),)),
        ("a/b.json=b 'c d=e'", (Pair("a/b.json", "b"), Pair("c d", "e"))),
    ),
    "init-sql": (("schema.sql seed", ("schema.sql", "seed")), ("dump.sql.gz", ("dump.sql.gz",))),
    "sql-mode": (("ANSI_QUOTES", "ANSI_QUOTES"), ("ANSI", "ANSI")),
    "mysql-settings": (("a=1 b='2 3'", ("a=1", "b=2 3")), ("c=4", ("c=4",))),
    "empty-password": (("true", True), ("false", False)),
    "warm-logins": (("true", True), ("false", False)),
    "time-zone-tables": (("all", "all"), ("none", "none")),
    "replicas": (("1", 1), ("2", 2)),
    "charset": (("latin1", "latin1"), ("utf8mb4", "utf8mb4")),
    "create-database": (("true", True), ("false", False)),
    "collation": (("utf8mb4_bin", "utf8mb4_bin"), ("latin1_bin", "latin1_bin")),
    "keep-mysql": (("true", True), ("false", False)),
    "durable": (("true", True), ("false", False)),
    "boot-timeout": (("1", 1), ("3600", 3600)),
    "python": (("uv run python", ("uv", "run", "python")), ("python3", ("python3",))),
    "root-on-path": (("true", True), ("false", False)),
    "workers": (("2", 2), ("4", 4)),
    "one-server": (("true", True), ("false", False)),
    "pytest-args": (("-k 'one two'", ("-k", "one two")), ("-x", ("-x",))),
    "test-command": (
        ("python a.py 'b c'\npytest", (("python", "a.py", "b c"), ("pytest",))),
        ("make check", (("make", "check"),)),
    ),
    "junit-xml": (("reports 'b c.xml'", ("reports", "b c.xml")), ("*.xml", ("*.xml",))),
    "coverage": (("true", True), ("false", False)),
    "fail-under": (("90", 90.0), ("79.5", 79.5)),
    "patch-fail-under": (("80", 80.0), ("99.5", 99.5)),
    "patch-base": (("develop", "develop"), ("origin/main", "origin/main")),
    "coverage-xml": (("coverage.xml", "coverage.xml"), ("a b/c.xml", "a b/c.xml")),
    "coverage-lcov": (("lcov.info", "lcov.info"), ("a b/c.info", "a b/c.info")),
    "coverage-json": (("coverage.json", "coverage.json"), ("a b/c.json", "a b/c.json")),
    "coverage-html": (("htmlcov", "htmlcov"), ("a b/c", "a b/c")),
    "min-tests": (("0", 0), ("12", 12)),
    "shard": (("2/5", Shard(2, 5)), ("1/1", Shard(1, 1))),
    "failed-first": (("true", True), ("false", False)),
    "changed": (("true", True), ("false", False)),
    "changed-ignore": (("*.md", ("*.md",)), ("docs/* *.txt", ("docs/*", "*.txt"))),
    "measure-tests": (("true", True), ("false", False)),
    "json-report": (("tests.json", "tests.json"), ("reports/tests.json", "reports/tests.json")),
    "log-groups": (("setup tests", ("setup", "tests")), ("none", ())),
    "annotate-warnings": (("true", True), ("false", False)),
    "html": (("run.html", "run.html"), ("reports/run.html", "reports/run.html")),
    "badge": (("badge.svg", "badge.svg"), ("reports/badge.svg", "reports/badge.svg")),
    "history": (("none", ""), (".cache/ci-kit", ".cache/ci-kit")),
    "junit-report": (("tests.xml", "tests.xml"), ("reports/tests.xml", "reports/tests.xml")),
    "run-report": (("run.json", "run.json"), ("reports/run.json", "reports/run.json")),
    "run-name": (("MySQL 8.4", "MySQL 8.4"), ("nightly", "nightly")),
    "comment": (("auto", "auto"), ("no", "no")),
}
