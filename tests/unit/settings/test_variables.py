"""The variables of the tests: how a project names them, what they hold, and which settings read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.server import Access
from ci_kit.settings.loading import load_settings
from ci_kit.settings.variables import FIELDS, STANDARD, Variable, merge, variables

LOGIN = Endpoint("127.0.0.1", 3307, "app", "s3cret", Path("/run/it.sock"))
PAIR = (Variable("DB_HOST", "host"), Variable("DB_PORT", "port"))


def environment(
    root: Path, environ: dict[str, str], *replicas: Endpoint, login: Endpoint = LOGIN
) -> dict[str, str]:
    """The environment of the tests of the project in ``root``."""
    settings = load_settings(root, environ)
    return Access(login, None, replicas).environment(settings.database, settings.login_variables)


def pyproject(root: Path, *lines: str) -> Path:
    (root / "pyproject.toml").write_text("\n".join(("[tool.ci-kit]", *lines)), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "written",
    [
        {"DB_HOST": "host", "DB_PORT": "port"},
        "DB_HOST=host DB_PORT=port",
        "DB_HOST=host\nDB_PORT=port\n",
        "  DB_HOST = host\n  DB_PORT = 'port'  # the number",
        'DB_HOST = "host"\r\nDB_PORT ="port"',
        ["DB_HOST=host", "DB_PORT=port"],
        PAIR,
    ],
)
def test_a_table_can_be_written_in_several_ways(written: object) -> None:
    assert variables(written) == PAIR


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"DB_HOST": "hosts"}, "DB_HOST cannot hold 'hosts': expected one of host, port, user, password,"),
        ({"DB_HOST": ""}, "DB_HOST cannot hold ''"),
        ({"DB_PORT": 3306}, "DB_PORT is 3306, expected a string in quotes"),
        ({"DB-HOST": "host"}, "'DB-HOST' is not the name of an environment variable"),
        ({"1DB": "host"}, "'1DB' is not the name"),
        ("DB_HOST=host DB_HOST=port", "DB_HOST is there twice"),
        ("DB_HOST", "'DB_HOST' is not NAME=value"),
        ("=host", "'' is not the name"),
        ({"PATH": "host"}, "PATH has a meaning of its own"),
        ({"GITHUB_TOKEN": "password"}, "GITHUB_TOKEN has a meaning of its own"),
        ({"CI_KIT_DATABASE": "database"}, "CI_KIT_DATABASE has a meaning of its own"),
        ({"DATABASE_URL": "postgresql://"}, "not that of a MySQL or MariaDB database"),
        ({"DB_HOST": "host mysql://"}, "DB_HOST cannot hold 'host mysql://'"),
        ("DB_HOST='host", "expected words as in a shell command"),
        (["DB_HOST=host", 1], "expected a table"),
        (7, "expected a table"),
    ],
)
def test_a_wrong_table_is_refused(written: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        variables(written)


@pytest.mark.parametrize(
    ("word", "near"),
    [("hosts", "host"), ("passwd", "password"), ("databse", "database"), ("replica_host", "replica-host")],
)
def test_a_wrong_value_is_an_error_with_the_nearest_name_and_its_source(
    word: str, near: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(pyproject(tmp_path, f'variables = {{ DB = "{word}" }}'), {})
    assert caught.value.todo == f"did you mean {near!r}?"
    assert "[tool.ci-kit] variables in pyproject.toml" in caught.value.why
    with pytest.raises(UsageError) as caught:
        load_settings(tmp_path, {"CI_KIT_VARIABLES": f"DB={word}"})
    assert "the environment variable CI_KIT_VARIABLES" in caught.value.why


def test_each_field_has_its_value(tmp_path: Path) -> None:
    names = " ".join(f"X_{field.replace('-', '_')}={field}" for field in FIELDS)
    replica = Endpoint("127.0.0.2", 3308, "app", "s3cret")
    assert (
        environment(tmp_path, {"CI_KIT_VARIABLES": names}, replica).items()
        >= {
            "X_host": "127.0.0.1",
            "X_port": "3307",
            "X_user": "app",
            "X_password": "s3cret",
            "X_database": "test",
            "X_socket": "/run/it.sock",
            "X_url": "mysql://app:s3cret@127.0.0.1:3307/test",
            "X_replica_host": "127.0.0.2",
            "X_replica_port": "3308",
            "X_replica_url": "mysql://app:s3cret@127.0.0.2:3308/test",
            "MYSQL_REPLICA_HOST": "127.0.0.2",
            "MYSQL_REPLICA_PORT_1": "3308",
        }.items()
    )


def test_without_replicas_and_a_socket_the_server_itself_is_read_from(tmp_path: Path) -> None:
    names = "A=replica-host B=replica-port C=replica-url D=socket"
    login = Endpoint("db", 3306, "app", "s3cret")
    found = environment(tmp_path, {"CI_KIT_VARIABLES": names}, login=login)
    assert (found["A"], found["B"], found["D"]) == ("db", "3306", "")
    assert found["C"] == found["DATABASE_URL"]


def test_the_standard_variables_are_set_and_can_hold_something_else(tmp_path: Path) -> None:
    found = environment(tmp_path, {})
    assert found.keys() == STANDARD.keys()
    assert found["MYSQL_DATABASE"] == found["MYSQL_DB"] == "test"
    root = pyproject(tmp_path, 'variables = { MYSQL_DB = "url", MYSQL_HOST = "socket" }')
    found = environment(root, {})
    assert (found["MYSQL_DB"], found["MYSQL_HOST"]) == (found["DATABASE_URL"], "/run/it.sock")


@pytest.mark.parametrize(
    ("environ", "table", "expected"),
    [
        (
            {"DATABASE_URL": "mysql+aiomysql://u:p@db:1/shop?a=b"},
            "",
            "mysql+aiomysql://app:s3cret@127.0.0.1:3307/shop?a=b",
        ),
        ({"DATABASE_URL": ""}, "", "mysql://app:s3cret@127.0.0.1:3307/test"),
        (
            {"DATABASE_URL": "mysql2://u:p@db/shop"},
            'database = "run"',
            "mysql2://app:s3cret@127.0.0.1:3307/run",
        ),
        # The user names the form, for an environment in which it is not set.
        (
            {},
            'variables = { DATABASE_URL = "mysql+asyncmy://?charset=utf8mb4" }',
            "mysql+asyncmy://app:s3cret@127.0.0.1:3307/test?charset=utf8mb4",
        ),
        (
            {},
            'variables = { DATABASE_URL = "mysql+asyncmy:///name" }',
            "mysql+asyncmy://app:s3cret@127.0.0.1:3307/test",
        ),
        # What the user names is set, whatever it was.
        (
            {"DATABASE_URL": "sqlite://"},
            'variables = { DATABASE_URL = "url" }',
            "mysql://app:s3cret@127.0.0.1:3307/test",
        ),
    ],
)
def test_a_url_that_was_set_keeps_its_form(
    environ: dict[str, str], table: str, expected: str, tmp_path: Path
) -> None:
    assert environment(pyproject(tmp_path, table), environ)["DATABASE_URL"] == expected


def test_each_variable_with_a_url_keeps_its_own_form(tmp_path: Path) -> None:
    root = pyproject(tmp_path, 'variables = { SQLALCHEMY_DATABASE_URI = "url", READ_URL = "replica-url" }')
    environ = {
        "SQLALCHEMY_DATABASE_URI": "mysql+pymysql://u:p@db/shop",
        "READ_URL": "mysql+aiomysql://u:p@db/shop?x=1",
    }
    found = environment(root, environ, Endpoint("127.0.0.1", 3308, "app", "s3cret"))
    assert found["SQLALCHEMY_DATABASE_URI"] == "mysql+pymysql://app:s3cret@127.0.0.1:3307/shop"
    assert found["READ_URL"] == "mysql+aiomysql://app:s3cret@127.0.0.1:3308/shop?x=1"
    assert found["DATABASE_URL"] == "mysql://app:s3cret@127.0.0.1:3307/shop"


@pytest.mark.parametrize("url", ["postgresql://u:p@db/shop", "sqlite:///db.sqlite3", "postgres://u:p@db/x"])
def test_the_url_of_another_system_is_left_alone(url: str, tmp_path: Path) -> None:
    assert "DATABASE_URL" not in environment(tmp_path, {"DATABASE_URL": url})
    settings = load_settings(tmp_path, {"DATABASE_URL": url})
    assert (settings.database, settings.warnings) == ("test", ())


@pytest.mark.parametrize("text", ["shop", "user:hunter2@tcp(127.0.0.1:3306)/shop", "db.sqlite3"])
def test_a_value_that_is_not_a_url_is_left_alone_with_a_note(text: str, tmp_path: Path) -> None:
    assert "DATABASE_URL" not in environment(tmp_path, {"DATABASE_URL": text})
    (note,) = load_settings(tmp_path, {"DATABASE_URL": text}).warnings
    assert note == "the environment variable DATABASE_URL is not a URL, and stays as it is"


@pytest.mark.parametrize(
    ("environ", "table", "database", "source"),
    [
        ({"DATABASE_URL": "mysql://u:p@db/shop"}, "", "shop", "the environment variable DATABASE_URL"),
        (
            {"DATABASE_URL": "mysql://u:p@db/shop", "MYSQL_DB": "b"},
            "",
            "b",
            "the environment variable MYSQL_DB",
        ),
        (
            {"DATABASE_URL": "mysql://u:p@db/shop"},
            'database = "c"',
            "c",
            "[tool.ci-kit] database in pyproject.toml",
        ),
        ({"DATABASE_URL": "mysql://u:p@db/"}, "", "test", "the defaults"),
        ({"DATABASE_URL": "postgresql://u:p@db/shop"}, "", "test", "the defaults"),
        (
            {"DB_URL": "mysql://u:p@db/shop"},
            'variables = { DB_URL = "url" }',
            "shop",
            "the environment variable DB_URL",
        ),
        (
            {"DB_NAME": "d", "MYSQL_DB": "e"},
            'variables = { DB_NAME = "database" }',
            "d",
            "the environment variable DB_NAME",
        ),
    ],
)
def test_the_database_comes_from_the_url_if_nothing_else_names_one(
    environ: dict[str, str], table: str, database: str, source: str, tmp_path: Path
) -> None:
    settings = load_settings(pyproject(tmp_path, table), environ)
    assert (settings.database, settings.source("database")) == (database, source)


def test_settings_are_read_from_the_variables_that_the_project_names(tmp_path: Path) -> None:
    table = 'variables = { DB_HOST = "host", DB_USER = "user", DB_PASS = "password", DB_NAME = "database" }'
    environ = {
        "DB_HOST": "db",
        "DB_USER": "app",
        "DB_PASS": "hunter2",
        "DB_NAME": "shop",
        "MYSQL_USER": "other",
    }
    settings = load_settings(pyproject(tmp_path, table), environ)
    found = (settings.mysql_host, settings.mysql_user, settings.mysql_password, settings.database)
    assert found == ("db", "app", "hunter2", "shop")


def test_a_kept_server_remembers_variables_and_forms() -> None:
    url, plain = Variable("DATABASE_URL", "url", "mysql+aiomysql://"), Variable("DATABASE_URL", "url")
    other = Variable("DATABASE_URL", "url", "mysql2://")
    mine, theirs = Variable("DB_HOST", "host"), Variable("DB_PORT", "port")
    assert set(merge([url, mine], [plain, theirs])) == {mine, url, theirs}
    assert merge([url], [other]) == (other,)
    # Now it is the URL of another system.
    assert merge([url, mine], []) == (mine,)
    assert variables([str(one) for one in (url, mine)]) == (url, mine)
