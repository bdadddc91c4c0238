"""ci-kit sets root's password, whatever state the server's root account is in."""

from __future__ import annotations

import pytest

from tests.runner.machine import CommandFailedError
from tests.runner.served import PASSWORD, Served

ROOT = "root@localhost"
QUOTED = "'it''s 1234'"
ON_A_LAPTOP = ("mysql", "up", "--mysql", "service")
BOTH = {
    "already set": "DO 0",
    "the runner's password": f"ALTER USER {ROOT} IDENTIFIED BY 'root'",
    "no password": f"ALTER USER {ROOT} IDENTIFIED BY ''",
    "expired": f"ALTER USER {ROOT} IDENTIFIED BY 'root' PASSWORD EXPIRE",
    "already set, expired": f"ALTER USER {ROOT} PASSWORD EXPIRE",
    "unknown": f"ALTER USER {ROOT} IDENTIFIED BY 'nobody knows'",
    "locked": f"ALTER USER {ROOT} ACCOUNT LOCK",
    "dropped": f"DROP USER {ROOT}",
    "without rights": f"ALTER USER {ROOT} IDENTIFIED BY 'nobody knows';"
    f" REVOKE ALL PRIVILEGES ON *.* FROM {ROOT}",
}
STATES = {
    "mysql": {
        **BOTH,
        "only the system's root": f"ALTER USER {ROOT} IDENTIFIED WITH auth_socket",
        "an unsupported plugin": f"ALTER USER {ROOT} IDENTIFIED WITH sha256_password BY 'x'",
    },
    "mariadb": {
        **BOTH,
        "only the system's root": f"ALTER USER {ROOT} IDENTIFIED VIA unix_socket",
        "as installed": f"ALTER USER {ROOT} IDENTIFIED VIA mysql_native_password USING 'invalid'"
        " OR unix_socket",
        "expired, and disconnected": f"SET GLOBAL disconnect_on_expired_password = 1; "
        f"ALTER USER {ROOT} IDENTIFIED BY 'root' PASSWORD EXPIRE",
    },
}


def assert_root_logs_in(served: Served) -> None:
    for protocol in ("socket", "tcp"):
        assert served.sql("SELECT 1", protocol=protocol) == "1"
        with pytest.raises(CommandFailedError, match="Access denied"):
            served.sql("SELECT 1", protocol=protocol, password="root")
    assert "GRANT" in served.sql("SHOW GRANTS").split("\n")[0]
    served.sql("CREATE DATABASE IF NOT EXISTS rights; DROP DATABASE rights")


@pytest.mark.parametrize(
    ("served", "state"),
    [(server, state) for server, states in STATES.items() for state in states],
    indirect=["served"],
)
def test_root_gets_the_password_from_the_state(state: str, served: Served) -> None:
    served.sql(STATES[served.server][state])
    for _ in range(2):
        answer = served.ci_kit("mysql", "up", "--durable", "-v", code=0)
        assert PASSWORD not in answer.text
        assert_root_logs_in(served)
    served.ci_kit("mysql", "down", code=0)
    assert served.is_up


def test_root_and_the_user_of_the_tests_log_in_over_tcp_with_skip_name_resolve(served: Served) -> None:
    served.configure("skip-name-resolve")
    served.stop()
    try:
        served.ci_kit("mysql", "up", "--mysql-user", "meeting", code=0)
        for user in ("root", "meeting"):
            for protocol in ("socket", "tcp"):
                assert served.sql("SELECT @@skip_name_resolve", user=user, protocol=protocol) == "1"
        served.ci_kit("mysql", "down", code=0)
    finally:
        served.restore()


def test_a_root_that_cannot_log_in_over_tcp_is_one_error(served: Served) -> None:
    served.sql("CREATE USER root@127.0.0.1 IDENTIFIED BY 'theirs' REQUIRE X509")
    served.configure("skip-name-resolve")
    served.stop()
    try:
        answer = served.ci_kit("mysql", "up", code=69)
        assert "root cannot log in at 127.0.0.1:3306" in answer.stderr
        assert not served.is_up
    finally:
        served.restore()


ACCOUNTS = {
    "mysql": {
        "locked after wrong passwords": f"ALTER USER {ROOT} IDENTIFIED BY 'nobody knows'"
        " FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 3"
    },
    "mariadb": {},
}
for states in ACCOUNTS.values():
    states["with a certificate"] = f"ALTER USER {ROOT} IDENTIFIED BY 'root' REQUIRE X509"
    states["an anonymous account instead"] = f"CREATE USER ''@localhost; DROP USER {ROOT}"
    states["at any address"] = f"ALTER USER {ROOT} IDENTIFIED BY 'root'; RENAME USER {ROOT} TO root@'%'"


@pytest.mark.parametrize(
    ("served", "state"),
    [(server, state) for server, states in ACCOUNTS.items() for state in states],
    indirect=["served"],
)
def test_root_gets_the_password_with_the_account(state: str, served: Served) -> None:
    try:
        served.sql(ACCOUNTS[served.server][state])
        served.ci_kit("mysql", "up", "--durable", code=0)
        assert_root_logs_in(served)
        served.ci_kit("mysql", "down", code=0)
    finally:
        served.restore()


@pytest.mark.parametrize(
    ("served", "state"),
    [(server, state) for server, states in STATES.items() for state in states if state not in BOTH],
    indirect=["served"],
)
def test_the_system_s_root_logs_in_with_any_password_and_sets_the_new_one(state: str, served: Served) -> None:
    served.sql(STATES[served.server][state])
    served.ci_kit("mysql", "up", "--durable", user="root", code=0)
    assert_root_logs_in(served)
    served.ci_kit("mysql", "down", user="root", code=0)


RULES = {
    "mysql": """
        INSTALL COMPONENT 'file://component_validate_password';
        SET GLOBAL validate_password.policy = STRONG;
        SET GLOBAL validate_password.length = 12;
        SET GLOBAL validate_password.special_char_count = 2
        """,
    "mariadb": """
        INSTALL SONAME 'simple_password_check';
        SET GLOBAL simple_password_check_minimal_length = 12
        """,
}


def test_a_weak_password_is_set_and_the_password_rules_are_restored(served: Served) -> None:
    rules = "SHOW GLOBAL VARIABLES WHERE Variable_name REGEXP 'validate_password|simple_password_check'"
    served.sql(f"ALTER USER {ROOT} IDENTIFIED BY 'root'")
    try:
        served.sql(RULES[served.server], password="root")
        before = served.sql(rules, password="root")
        weak = {"MYSQL_PASSWORD": "1"}
        served.ci_kit("mysql", "up", "--durable", "--mysql-user", "meeting", env=weak, code=0)
        assert served.sql("SELECT 1", user="meeting", protocol="tcp", password="1") == "1"
        assert served.sql(rules, password="1") == before
        assert "12" in before
        served.ci_kit("mysql", "down", code=0)
    finally:
        served.restore()


def test_a_password_rule_that_cannot_be_relaxed_is_one_error_and_another_password_works(
    served: Served,
) -> None:
    if served.server == "mysql":
        # The history of this account contains the new password.
        served.sql(f"ALTER USER {ROOT} PASSWORD HISTORY 3")
        for password in (QUOTED, "'root'"):
            served.sql(f"ALTER USER {ROOT} IDENTIFIED BY {password}")
        wanted = PASSWORD
    else:
        # This plugin rejects a password that equals the user name.
        served.sql("INSTALL SONAME 'simple_password_check'")
        served.sql(f"ALTER USER {ROOT} IDENTIFIED VIA unix_socket")
        wanted = "root"
    try:
        answer = served.ci_kit("mysql", "up", "--durable", env={"MYSQL_PASSWORD": wanted}, code=64)
        assert "rejects the password for" in answer.stderr
        assert "choose another mysql-password" in answer.stderr
        served.ci_kit("mysql", "up", "--durable", env={"MYSQL_PASSWORD": "another 1"}, code=0)
        assert served.sql("SELECT 1", password="another 1") == "1"
        served.ci_kit("mysql", "down", code=0)
    finally:
        served.restore()


SLOW_CLIENT = """#!/bin/sh
/usr/bin/{client} "$@" && touch /tmp/changed && sleep 2
"""


@pytest.mark.parametrize("number", ["TERM", "KILL"])
def test_after_a_signal_between_two_passwords_the_next_run_sets_the_new_one(
    number: str, served: Served
) -> None:
    by_socket, client = {
        "mysql": ("WITH auth_socket", "mysql"),
        "mariadb": ("VIA unix_socket", "mariadb"),
    }[served.server]
    served.sql(f"ALTER USER {ROOT} IDENTIFIED {by_socket}")
    hit = f'"$@" & until test -e /tmp/changed || ! kill -0 $!; do :; done; kill -{number} $!; wait'
    slow = ["sh", "-c", 'printf %s "$0" | tee "$@" > /dev/null && chmod +x "$@"']
    names = ("/usr/local/bin/mysql", "/usr/local/bin/mariadb")
    served.root([*slow, SLOW_CLIENT.format(client=client), *names])
    try:
        served.ci_kit("mysql", "up", "--durable", within=("bash", "-c", hit, "bash"))
    finally:
        served.root(["rm", "-f", "/tmp/changed", *names])
    with pytest.raises(CommandFailedError, match="Access denied"):
        served.sql("SELECT 1", password="")
    served.ci_kit("mysql", "up", "--durable", code=0)
    assert_root_logs_in(served)
    served.ci_kit("mysql", "down", code=0)


LOG_IN_WITHOUT_TLS = """
import os, sys
from mysql.connector.connection import MySQLConnection
for user in ("root", "meeting"):
    MySQLConnection(host="127.0.0.1", user=user, password=os.environ["MYSQL_PASSWORD"], ssl_disabled=True,
                    charset="utf8mb4", collation="utf8mb4_general_ci")
"""


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_clients_without_tls_can_log_in_until_the_server_restarts(served: Served) -> None:
    served.stop()
    served.ci_kit("mysql", "up", "--mysql-user", "meeting", code=0)
    served.machine.run(["python3", "-c", LOG_IN_WITHOUT_TLS], env=served.environ)
    # The cache ends with the server. So the login above worked only because ci-kit had filled the cache.
    served.root("systemctl restart mysql")
    with pytest.raises(CommandFailedError, match="Access denied"):
        served.machine.run(["python3", "-c", LOG_IN_WITHOUT_TLS], env=served.environ)
    served.ci_kit("mysql", "down", code=0)


WATCH = """
import glob
seen = set()
with open("/tmp/seen", "w", buffering=1) as file:
    while True:
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                line = open(path).read().replace("\\0", " ")
            except OSError:
                continue
            # The tests start ci-kit by `env`, whose command line has the password for a moment.
            if line not in seen and "--ignore-environment" not in line:
                seen.add(line)
                print(line, file=file)
"""
SECRETS = (PASSWORD, "aA1-")
"""Root's new password, and the beginning of ci-kit's temporary random passwords."""


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_no_command_line_and_no_log_contains_a_password(served: Served) -> None:
    served.sql(f"ALTER USER {ROOT} IDENTIFIED BY 'nobody knows'")
    served.root(["systemd-run", "--quiet", "--unit=watch", "python3", "-c", WATCH])
    answer = served.ci_kit("mysql", "up", "-v", "--mysql-user", "meeting", code=0)
    seen = served.root("systemctl stop watch; cat /tmp/seen")
    logs = served.root("journalctl --output=cat; cat /var/log/mysql/error.log")
    assert "systemctl start mysql" in seen
    assert "COMMAND=/usr/bin/systemctl start mysql" in logs
    texts = {"command lines": seen, "logs": logs, "output": answer.text}
    # Not all of it: pytest would compare it line by line for many minutes.
    found = [
        f"{name}: {line[:300]}"
        for name, text in texts.items()
        for line in text.splitlines()
        if any(secret in line for secret in SECRETS)
    ]
    assert found[:5] == []
    served.ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize(
    ("served", "state"),
    [
        (server, state)
        for server in STATES
        for state in ("no password", "expired", "unknown", "only the system's root")
    ],
    indirect=["served"],
)
def test_on_a_laptop_no_account_is_changed(state: str, served: Served) -> None:
    table = "user" if served.server == "mysql" else "global_priv"
    watch = "watch@localhost"
    served.sql(f"CREATE USER {watch} IDENTIFIED BY 'watch'; GRANT ALL ON *.* TO {watch} WITH GRANT OPTION")
    served.sql(STATES[served.server][state])
    before = served.sql(f"SELECT * FROM mysql.{table}", user="watch", password="watch")
    try:
        answer = served.ci_kit(*ON_A_LAPTOP, "--mysql-user", "app", owned=False, code=69)
        assert "root's password" in answer.stderr
        assert "CI_KIT_DISPOSABLE_MACHINE" in answer.stderr
        assert served.sql(f"SELECT * FROM mysql.{table}", user="watch", password="watch") == before
        assert served.is_up
    finally:
        served.restore()


def accounts(served: Served) -> str:
    return served.sql("SELECT user, host FROM mysql.user ORDER BY user, host")


def test_on_a_laptop_no_account_is_created_and_the_time_zone_changes_only_if_set(served: Served) -> None:
    locks_after_two_failures = (
        " FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 1" if served.server == "mysql" else ""
    )
    served.sql(f"CREATE USER app@'%' IDENTIFIED BY 'theirs'{locks_after_two_failures}")
    zone = "SELECT @@GLOBAL.time_zone, COUNT(*) FROM mysql.time_zone_name"
    before = accounts(served), served.sql(zone)
    try:
        answer = served.ci_kit(*ON_A_LAPTOP, "--mysql-user", "app", owned=False, code=69)
        assert "app cannot log in" in answer.stderr
        assert served.sql("SELECT 1", user="app", password="theirs", protocol="tcp") == "1"
        served.sql(f"ALTER USER app@'%' IDENTIFIED BY {QUOTED}")
        served.ci_kit(*ON_A_LAPTOP, "--mysql-user", "app", owned=False, code=0)
        served.ci_kit("mysql", "down", owned=False, code=0)
        assert (accounts(served), served.sql(zone)) == before
        served.ci_kit(*ON_A_LAPTOP, "--timezone", "Asia/Tokyo", owned=False, code=0)
        served.ci_kit("mysql", "down", owned=False, code=0)
        assert served.sql("SELECT @@GLOBAL.time_zone") == "Asia/Tokyo"
    finally:
        served.restore()


def test_on_a_laptop_an_unknown_password_stays_and_ci_kit_does_not_guess(served: Served) -> None:
    locks_after_two_failures = (
        " FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 1" if served.server == "mysql" else ""
    )
    served.sql(f"ALTER USER {ROOT} IDENTIFIED BY 'nobody knows'{locks_after_two_failures}")
    try:
        answer = served.ci_kit(*ON_A_LAPTOP, owned=False, code=69)
        assert "root's password is unknown" in answer.stderr
        assert "mysql-password" in answer.stderr
        assert served.sql("SELECT 1", password="nobody knows") == "1"
        assert served.is_up
    finally:
        served.restore()


SELF_HOSTED = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted", "CI_KIT_MYSQL": "service"}


@pytest.mark.parametrize(("words", "env"), [(ON_A_LAPTOP, {}), (("mysql", "up"), SELF_HOSTED)])
def test_on_a_machine_that_stays_the_service_needs_the_password_of_root(
    words: tuple[str, ...], env: dict[str, str], served: Served
) -> None:
    answer = served.ci_kit(*words, env={"MYSQL_PASSWORD": "", **env}, owned=False, code=64)
    assert "needs root's password" in answer.stderr
    assert served.sql("SELECT 1") == "1"


def test_a_project_with_a_password_takes_over_from_one_with_a_random_password(served: Served) -> None:
    served.ci_kit("mysql", "up", "--durable", env={"MYSQL_PASSWORD": ""}, code=0)
    started = served.root(f"systemctl show --property=MainPID {served.server}")
    served.ci_kit("mysql", "up", "--durable", "-C", served.other, code=0)
    assert served.sql("SELECT 1") == "1"
    # The service was not restarted.
    assert served.root(f"systemctl show --property=MainPID {served.server}") == started
    served.ci_kit("mysql", "down", "-C", served.other, code=0)
