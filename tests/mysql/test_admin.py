"""Passwords, users and databases with all kinds of characters, on servers that stay up for all tests."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import can_log_in
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, identifier, statement
from ci_kit.mysql.prepare.accounts import set_root_password
from ci_kit.mysql.prepare.databases import created_databases
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings
from tests.support.private_server import running

ALPHABET = string.ascii_letters + string.digits + string.punctuation + " \t\r\né漢字한글🔑%`'\"\\"


@pytest.fixture(scope="module", params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def root(
    request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Endpoint]:
    """The login of root at a running private server."""
    program = request.getfixturevalue(request.param)
    settings = load_settings(tmp_path_factory.mktemp("project"), {}, {"mysqld": program})
    with running(PrivateServer(host, settings, "first password")) as login:
        yield login


def generated(count: int, longest: int) -> list[str]:
    """Random texts from a fixed seed, so that a failure can be reproduced."""
    random = Random(20)
    return ["".join(random.choices(ALPHABET, k=random.randint(1, longest))) for _ in range(count)]


def test_a_thousand_passwords_work(host: Host, root: Endpoint) -> None:
    before = root
    for password in generated(1000, 40):
        with open_session(host, before) as session:
            session.execute(set_root_password(password))
        before = root.as_user("root", password)
        assert can_log_in(host, before), repr(password)
    with open_session(host, before) as session:
        session.execute(set_root_password(root.password))
    assert can_log_in(host, root)


def test_a_wrong_password_is_refused(host: Host, root: Endpoint) -> None:
    assert not can_log_in(host, root.as_user("root", "wrong"))
    assert not can_log_in(host, root.as_user("root", "wrong"), over_socket=False)


def test_a_thousand_database_names_work_or_are_refused(host: Host, root: Endpoint) -> None:
    refused = []
    with open_session(host, root) as session:
        for name in generated(1000, 70):
            try:
                quoted = identifier(name)
            except UsageError:
                refused.append(name)
                continue
            session.execute(statement(f"CREATE DATABASE {quoted}"))
            assert (name,) in [tuple(row) for row in session.rows("SHOW DATABASES")], repr(name)
            session.execute(statement(f"DROP DATABASE {quoted}"))
    assert refused
    assert all(len(name) > 64 or name != name.rstrip() or "🔑" in name for name in refused), refused


def test_hundreds_of_user_names_work_or_are_refused(host: Host, root: Endpoint, tmp_path: Path) -> None:
    refused = []
    with open_session(host, root) as session:
        for name in generated(300, 40):
            try:
                who = account(name)
            except UsageError:
                refused.append(name)
                continue
            session.execute(statement(f"CREATE USER {who} IDENTIFIED BY ", Secret(name[::-1])))
            assert can_log_in(host, root.as_user(name, name[::-1])), repr(name)
            session.execute(statement(f"DROP USER {who}"))
    assert refused


@pytest.mark.parametrize("user", ["it's", "a`b", 'a"b', "user name", "사용자", "back\\slash", "$(id)", "a%b"])
def test_a_user_name_with_special_characters_works(
    host: Host, root: Endpoint, tmp_path: Path, user: str
) -> None:
    settings = load_settings(tmp_path, {}, {"mysql_user": user, "database": "for_users"})
    for _ in range(2):
        prepare_server(host, root, settings, client=None)
    for over_socket in (True, False):
        assert can_log_in(host, root.as_user(user, root.password), over_socket=over_socket)


def test_preparing_a_server_twice_keeps_the_tables(host: Host, root: Endpoint, tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {}, {"database": "kept"})
    prepare_server(host, root, settings, client=None)
    with open_session(host, root) as session:
        session.execute(statement("CREATE TABLE kept.t (id INT)"))
        prepare_server(host, root, settings, client=None)
        assert session.rows("SHOW TABLES FROM kept") == [("t",)]


def test_a_database_that_another_run_creates_first_is_not_dropped(
    host: Host, root: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(tmp_path, {}, {"database": "raced"})
    with open_session(host, root) as session, open_session(host, root) as other:

        def create_late(change: Statement) -> None:
            other.execute(statement("CREATE DATABASE IF NOT EXISTS raced"))
            Session.execute(session, change)

        monkeypatch.setattr(session, "execute", create_late)
        with suppress(ZeroDivisionError), created_databases(session, settings) as new:
            assert not new
            raise ZeroDivisionError
        assert other.rows("SHOW DATABASES LIKE 'raced'") == [("raced",)]


def test_a_new_database_is_dropped_if_another_one_cannot_be_created(
    host: Host, root: Endpoint, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, {}, {"database": "lonely", "extra_databases": ["mysql"]})
    with open_session(host, root) as session:
        with pytest.raises(UsageError), created_databases(session, settings):
            pass
        assert session.rows("SHOW DATABASES LIKE 'lonely'") == []


def test_a_new_database_has_the_collation_of_the_settings(host: Host, root: Endpoint, tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path, {}, {"database": "collated", "charset": "utf8mb4", "collation": "utf8mb4_unicode_ci"}
    )
    prepare_server(host, root, settings, client=None)
    with open_session(host, root) as session:
        rows = session.rows(
            "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = 'collated'"
        )
    assert rows == [("utf8mb4_unicode_ci",)]
