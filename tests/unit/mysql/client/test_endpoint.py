"""The address of a server, and a login there."""

from __future__ import annotations

import pytest

from ci_kit.mysql.client.endpoint import Endpoint


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
