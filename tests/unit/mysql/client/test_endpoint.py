"""A login, and the variables applications read it from."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_kit.mysql.client.endpoint import Endpoint

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = "p@ss:w/o?r#d%41 &=+[]\\'\"`$(x)\n한"


@given(user=TEXT, password=TEXT, database=TEXT)
@example(user=HOSTILE, password=HOSTILE, database=HOSTILE)
@example(user="a", password="", database="..")
def test_the_url_says_what_the_other_variables_say(user: str, password: str, database: str) -> None:
    env = Endpoint("127.0.0.1", 3307, user, password).environment(database)
    url = urlsplit(env["DATABASE_URL"])
    assert url.scheme == "mysql"
    assert (url.hostname, url.port) == ("127.0.0.1", 3307)
    assert unquote(url.username or "") == user == env["MYSQL_USER"]
    assert unquote(url.password or "") == password == env["MYSQL_PASSWORD"]
    assert unquote(url.path.removeprefix("/")) == database == env["MYSQL_DATABASE"] == env["MYSQL_DB"]
    assert (url.query, url.fragment) == ("", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "db.example", "::1", "fe80::1"])
def test_the_url_has_the_host_and_the_port(host: str) -> None:
    env = Endpoint(host, 3306, "root", "x").environment("test")
    url = urlsplit(env["DATABASE_URL"])
    assert (url.hostname, url.port) == (host, 3306)
    assert (env["MYSQL_HOST"], env["MYSQL_PORT"]) == (host, "3306")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("::", False),
        ("fe80::1", False),
        ("db", False),
        ("db.example.com", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("example.com/127.0.0.1", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert Endpoint(host, 3306, "root", "").loopback is loopback


def test_the_password_is_in_no_text_of_an_endpoint() -> None:
    endpoint = Endpoint("127.0.0.1", 3306, "root", "hunter2")
    assert str(endpoint) == "root@127.0.0.1:3306"
    assert "hunter2" not in repr(endpoint)


def test_another_user_logs_in_at_the_same_place() -> None:
    endpoint = Endpoint("127.0.0.1", 3306, "root", "one").as_user("app", "two")
    assert endpoint == Endpoint("127.0.0.1", 3306, "app", "two")
