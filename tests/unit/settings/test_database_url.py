"""Database URLs: what a run replaces in them, and what stays."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.settings.database_url import DatabaseUrl, is_url, parse_database_url

LOGIN = Endpoint("127.0.0.1", 3307, "app", "p@ss/w:rd", Path("/run/it/mysqld.sock"))
NO_SOCKET = Endpoint("127.0.0.1", 3307, "app", "p@ss/w:rd")
WHO = "app:p%40ss%2Fw%3Ard@127.0.0.1:3307"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = "p@ss:w/o?r#d%41 &=+[]\\'\"`$(x)\n한"

KEPT = [
    # SQLAlchemy, databases, Tortoise, peewee
    ("mysql+aiomysql://root:root@127.0.0.1:23306/shop", f"mysql+aiomysql://{WHO}/run"),
    ("mysql+pymysql://u:p@db/shop?charset=utf8mb4", f"mysql+pymysql://{WHO}/run?charset=utf8mb4"),
    ("mysql+asyncmy://u@db:3306/shop?ssl_ca=/a%20b&x=", f"mysql+asyncmy://{WHO}/run?ssl_ca=/a%20b&x="),
    ("mariadb+mariadbconnector://u:p@db/shop", f"mariadb+mariadbconnector://{WHO}/run"),
    ("mysql+mysqlconnector://u:p@[::1]:3306/shop", f"mysql+mysqlconnector://{WHO}/run"),
    ("mysql+pool://u:p@db/shop?max_connections=20", f"mysql+pool://{WHO}/run?max_connections=20"),
    # dj-database-url, django-environ
    ("mysql2://u:p@db:3306/shop?reconnect=true", f"mysql2://{WHO}/run?reconnect=true"),
    ("mysqlgis://u:p@db/shop", f"mysqlgis://{WHO}/run"),
    ("mysql-connector://u:p@db/shop", f"mysql-connector://{WHO}/run"),
    ("prometheus_mysql://u:p@db/shop", f"prometheus_mysql://{WHO}/run"),
    ("MySQL://u:p@db/shop", f"MySQL://{WHO}/run"),
    ("asyncmy://u:p@db/shop", f"asyncmy://{WHO}/run"),
    # Passwords that are not encoded
    ("mysql+pymysql://u:a/b@c#d@db:1/shop?x=y@z", f"mysql+pymysql://{WHO}/run?x=y@z"),
    ("mysql://u:@/shop", f"mysql://{WHO}/run"),
    ("  mysql://u:p@db/shop\n", f"mysql://{WHO}/run"),
    # Path forms
    ("mysql+aiomysql://u:p@db:3306", f"mysql+aiomysql://{WHO}"),
    ("mysql+aiomysql://u:p@db:3306/", f"mysql+aiomysql://{WHO}/"),
    ("mysql+aiomysql://u:p@db:3306/shop/", f"mysql+aiomysql://{WHO}/run/"),
    ("mysql://u:p@db?charset=utf8", f"mysql://{WHO}?charset=utf8"),
    ("mysql://u:p@//cloudsql/project:place:name/shop", f"mysql://{WHO}/run"),
    ("mysql://u:p@%2Ftmp%2Fmysql.sock/shop", f"mysql://{WHO}/run"),
    ("mysql://db/shop#part", f"mysql://{WHO}/run#part"),
    # A login in the query
    (
        "jdbc:mysql://db:3306/shop?user=u&useSSL=false&password=p",
        f"jdbc:mysql://{WHO}/run?user=app&useSSL=false&password=p%40ss%2Fw%3Ard",
    ),
]


@pytest.mark.parametrize(("before", "after"), KEPT, ids=[before for before, _ in KEPT])
def test_the_driver_the_query_and_the_path_form_stay(before: str, after: str) -> None:
    url = parse_database_url(before)
    assert url
    assert url.to(LOGIN, "run") == after
    # What a record keeps gives the same.
    again = parse_database_url(url.form)
    assert again
    assert again.to(LOGIN, "run") == after
    assert "p@" not in url.form
    assert "cloudsql" not in url.form


@pytest.mark.parametrize("name", ["unix_socket", "socket"])
@pytest.mark.parametrize(
    ("before", "with_socket", "without"),
    [
        ("{}=/tmp/my.sock", "?{}=/run/it/mysqld.sock", ""),
        (
            "{}=%2Ftmp%2Fmy.sock&charset=utf8mb4",
            "?{}=/run/it/mysqld.sock&charset=utf8mb4",
            "?charset=utf8mb4",
        ),
        ("a=b&{}=&c=d", "?a=b&{}=/run/it/mysqld.sock&c=d", "?a=b&c=d"),
    ],
)
def test_a_socket_becomes_the_one_of_the_run_or_goes_away(
    name: str, before: str, with_socket: str, without: str
) -> None:
    url = parse_database_url(f"mysql+pymysql://root@localhost/shop?{before.format(name)}")
    assert url
    assert url.to(LOGIN, "run") == f"mysql+pymysql://{WHO}/run{with_socket.format(name)}"
    assert url.to(NO_SOCKET, "run") == f"mysql+pymysql://{WHO}/run{without}"


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("mysql://u:p@db/shop", "shop"),
        ("mysql+aiomysql://u:p@db/my%20shop?x=/y", "my shop"),
        ("mysql://u:p@db/shop/", "shop"),
        ("mysql://u:p@//cloudsql/project:place:name/shop", "shop"),
        ("mysql://u:p@db/", ""),
        ("mysql://u:p@db", ""),
    ],
)
def test_the_database_that_a_url_names(url: str, database: str) -> None:
    found = parse_database_url(url)
    assert found
    assert found.database == database


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db/shop",
        "postgresql+psycopg://u:p@db/mysql",
        "postgres://u:p@db/shop?application_name=mysql",
        "sqlite:///db.sqlite3",
        "sqlite://",
        "redis://localhost",
        "mssql+pyodbc://u:p@db/shop",
        "mysqlx://u:p@db:33060/shop",
        "https://mysql.example/shop",
    ],
)
def test_a_url_of_another_system_is_not_one_of_mysql(url: str) -> None:
    assert is_url(url)
    assert parse_database_url(url) is None


@pytest.mark.parametrize(
    "text",
    ["shop", "user:pw@tcp(127.0.0.1:3306)/shop", "/var/lib/db.sqlite3", "mysql:shop", "127.0.0.1:3306", ""],
)
def test_a_text_that_is_not_a_url(text: str) -> None:
    assert not is_url(text)
    assert parse_database_url(text) is None


@given(user=TEXT, password=TEXT, database=TEXT.filter(bool))
@example(user=HOSTILE, password=HOSTILE, database=HOSTILE)
@example(user="a", password="", database="..")
def test_every_login_can_be_read_from_a_url(user: str, password: str, database: str) -> None:
    url = urlsplit(
        DatabaseUrl("mysql+pymysql", "x", "a=b").to(Endpoint("127.0.0.1", 3307, user, password), database)
    )
    assert (url.scheme, url.hostname, url.port, url.query) == ("mysql+pymysql", "127.0.0.1", 3307, "a=b")
    assert unquote(url.username or "") == user
    assert unquote(url.password or "") == password
    assert unquote(url.path.removeprefix("/")) == database


@pytest.mark.parametrize("host", ["127.0.0.1", "db.example", "::1", "fe80::1"])
def test_a_url_has_the_host_and_the_port(host: str) -> None:
    url = urlsplit(DatabaseUrl("mysql", "x").to(Endpoint(host, 3306, "root", "x"), "test"))
    assert (url.hostname, url.port) == (host, 3306)
