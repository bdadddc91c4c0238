"""What ci-kit does to a machine's service while it uses it, and what it leaves: nothing."""

from __future__ import annotations

import pytest

from tests.runner.machine import CommandFailedError
from tests.runner.served import HOME, PYTHONPATH, Served

TUNED = "SELECT @@innodb_flush_log_at_trx_commit, @@log_bin"
SERVERS_FOLDER = f"{HOME}/.cache/ci-kit/servers"
PROCESSES = "pgrep --list-full 'mysqld|mariadbd' || true"


def test_a_stopped_service_is_started_with_settings_for_tests_and_given_back_as_it_was(
    served: Served,
) -> None:
    served.stop()
    answer = served.ci_kit("mysql", "up", "--database", "app", code=0)
    assert "service (this is a GitHub-hosted runner), 127.0.0.1:3306" in answer.stderr
    assert served.sql(TUNED) == "0\t0"
    assert "app" in served.sql("SHOW DATABASES")
    assert "kind      service" in served.ci_kit("mysql", "status", code=0).stdout
    assert "is up already" in served.ci_kit("mysql", "up", code=0).stderr
    served.ci_kit("mysql", "down", code=0)
    assert not served.is_up
    assert served.root(PROCESSES) == ""
    assert served.root("find /run -name '*.sock' -path '*m*d*' -path '*mysql*'") == ""


def test_a_service_that_is_up_is_restarted_and_goes_on_after_the_end(served: Served) -> None:
    before = served.sql("SELECT @@innodb_flush_log_at_trx_commit")
    served.ci_kit("mysql", "up", code=0)
    assert served.sql(TUNED) == "0\t0"
    served.ci_kit("mysql", "down", code=0)
    assert served.is_up
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == before == "1"


def test_a_service_that_must_be_durable_is_not_tuned(served: Served) -> None:
    started = served.root(f"systemctl show --property=MainPID {served.server}")
    served.ci_kit("mysql", "up", "--durable", code=0)
    assert served.root(f"systemctl show --property=MainPID {served.server}") == started
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == "1"
    served.ci_kit("mysql", "down", code=0)


VALUES = (
    "SET @a = 'b c#d'",
    'SET @a = "e\\\\f"',
    "SET @a = 'é 漢字'",
    " SET @a = '$(id) `x` !include'; ",
)


def test_values_of_every_kind_reach_the_server_as_they_are(served: Served) -> None:
    served.stop()
    for value in VALUES:
        table = f"mysql-settings = [{toml(f'init_connect={value}')}, 'max_allowed_packet=32M']"
        served.project(f"[tool.ci-kit]\n{table}\nsql-mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'\n")
        served.ci_kit("mysql", "up", "--mysql-port", "3310", code=0)
        found = served.sql("SELECT HEX(@@init_connect), @@max_allowed_packet, @@port, @@GLOBAL.sql_mode")
        wanted = f"{value.encode().hex().upper()}\t{32 << 20}\t3310\tANSI_QUOTES,NO_BACKSLASH_ESCAPES"
        assert found == wanted
        served.ci_kit("mysql", "down", code=0)


def toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_the_next_run_cleans_up_after_one_that_was_killed(served: Served) -> None:
    served.stop()
    record = f"{SERVERS_FOLDER}/service-mysql.json"
    # Killed when it has begun to change the service: the record comes first.
    killed = f'"$@" & until test -e {record} -a -e {served.drop_in}; do :; done; kill -KILL $!; wait'
    served.ci_kit("mysql", "up", within=("bash", "-c", killed, "bash"))
    assert "zz-ci-kit.cnf" in served.left
    served.ci_kit("mysql", "down", code=0)
    assert served.left == ""
    assert not served.is_up


def test_a_second_run_at_once_is_refused_and_changes_nothing(served: Served) -> None:
    served.machine.run(["mkdir", "-p", SERVERS_FOLDER])
    lock = f"{SERVERS_FOLDER}/service-mysql.lock"
    answer = served.ci_kit("mysql", "up", within=("flock", lock), code=69)
    assert "another run of ci-kit uses the service" in answer.stderr
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == "1"
    served.machine.run(["rm", lock])


def test_the_newest_project_takes_the_service_over(served: Served) -> None:
    served.stop()
    generated = {"MYSQL_PASSWORD": ""}
    served.ci_kit("mysql", "up", env=generated, code=0)
    first = served.ci_kit("mysql", "env", env=generated, code=0).stdout
    served.machine.run(["mkdir", "-p", f"{HOME}/other"])
    served.ci_kit("mysql", "up", "-C", f"{HOME}/other", env=generated, code=0)
    second = served.ci_kit("mysql", "env", "-C", f"{HOME}/other", env=generated, code=0).stdout
    # Nobody is locked out: it is the same server with the same password.
    assert first == second
    assert "no server is up" in served.ci_kit("mysql", "down", code=0).stderr
    served.ci_kit("mysql", "down", "-C", f"{HOME}/other", code=0)
    assert not served.is_up


ON_A_LAPTOP = ("mysql", "up", "--mysql", "service")


def test_on_somebody_s_machine_the_service_stays_durable(served: Served) -> None:
    served.ci_kit(*ON_A_LAPTOP, owned=False, code=0)
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite") in {"1\tON", "1\t1"}
    served.ci_kit("mysql", "down", owned=False, code=0)
    assert served.is_up


def test_on_somebody_s_machine_a_running_service_gets_no_settings(served: Served) -> None:
    answer = served.ci_kit(*ON_A_LAPTOP, "--sql-mode", "ANSI_QUOTES", owned=False, code=64)
    assert "runs already, without the settings the project asks for" in answer.stderr
    assert f"systemctl stop {served.server}" in answer.stderr
    served.stop()
    served.ci_kit(*ON_A_LAPTOP, "--sql-mode", "ANSI_QUOTES", owned=False, code=0)
    asked = "SELECT @@GLOBAL.sql_mode, @@innodb_flush_log_at_trx_commit"
    assert served.sql(asked) == "ANSI_QUOTES\t1"
    served.ci_kit("mysql", "down", owned=False, code=0)
    assert not served.is_up


def test_on_somebody_s_machine_a_project_cannot_ask_for_the_service(served: Served) -> None:
    answer = served.ci_kit("mysql", "up", env={"CI_KIT_MYSQL": "service"}, owned=False, code=64)
    assert "the service of this machine is not touched" in answer.stderr


def test_a_setting_the_server_does_not_know_is_told_by_its_log_at_once(served: Served) -> None:
    served.stop()
    setting = ("--mysql-settings", "no_such_setting=1", "--boot-timeout", "3600")
    answer = served.ci_kit("mysql", "up", *setting, code=69)
    assert f"the service {served.server} did not start" in answer.stderr
    assert "no_such_setting" in answer.stderr
    assert "[ERROR]" in answer.stderr
    assert not served.is_up
    # What was wrong is put right, and nothing of it stands in the way.
    served.ci_kit("mysql", "up", code=0)
    served.ci_kit("mysql", "down", code=0)


def test_a_port_that_is_taken_is_told_by_the_log(served: Served) -> None:
    served.stop()
    listen = "import socket, signal; s = socket.create_server(('127.0.0.1', 3306)); signal.pause()"
    served.root(["systemd-run", "--quiet", "--unit=taken", "python3", "-c", listen])
    served.root("until ss --listening --tcp --numeric | grep -q :3306; do :; done")
    try:
        answer = served.ci_kit("mysql", "up", "--boot-timeout", "3600", code=69)
    finally:
        served.root("systemctl stop taken")
    assert "Address already in use" in answer.stderr
    assert not served.is_up


def test_a_server_that_is_killed_while_it_boots_is_one_error(served: Served) -> None:
    served.stop()
    main = f"systemctl show --property=MainPID --value {served.server}"
    kill = f"until pid=$({main}) && test $pid -gt 0; do :; done; kill -KILL $pid"
    served.root(["systemd-run", "--quiet", "--unit=killer", "bash", "-c", kill])
    answer = served.ci_kit("mysql", "up", "--boot-timeout", "3600", code=69)
    served.root("systemctl stop killer || true")
    assert f"the service {served.server} did not start" in answer.stderr
    assert "signal" in answer.stderr or "KILL" in answer.stderr
    assert not served.is_up


def test_without_sudo_there_is_one_error_and_no_change(served: Served) -> None:
    served.stop()
    served.root("mv /etc/sudoers.d/runner /root/sudoers")
    try:
        answer = served.ci_kit("mysql", "up", code=69)
    finally:
        served.root("mv /root/sudoers /etc/sudoers.d/runner")
    assert "password is required" in answer.stderr
    assert "allow sudo without a password" in answer.stderr
    assert "Traceback" not in answer.text


def test_a_dry_run_changes_nothing(served: Served) -> None:
    served.stop()
    answer = served.ci_kit("mysql", "up", "--dry-run", code=0)
    for effect in ("zz-ci-kit.cnf", f"systemctl start {served.server}", "ALTER USER 'root'@'localhost'"):
        assert effect in answer.stdout
    assert not served.is_up


# systemd's folder hidden, as in a job's container: `service` and the init script are all there is.
WITHOUT_SYSTEMD = (
    *("sudo", "--preserve-env", "unshare", "--mount", "sh", "-c"),
    'mount -t tmpfs none /run/systemd && exec setpriv --reuid=runner --regid=runner --init-groups "$@"',
    *("sh", "env", f"HOME={HOME}", f"PYTHONPATH={PYTHONPATH}"),
)


@pytest.mark.parametrize("served", ["mariadb"], indirect=True)
def test_without_systemd_the_init_script_starts_and_stops_it(served: Served) -> None:
    served.stop()
    served.ci_kit("mysql", "up", within=WITHOUT_SYSTEMD, code=0)
    assert served.sql(TUNED) == "0\t0"
    assert "kind      service" in served.ci_kit("mysql", "status", within=WITHOUT_SYSTEMD, code=0).stdout
    served.ci_kit("mysql", "down", within=WITHOUT_SYSTEMD, code=0)
    assert served.root(PROCESSES) == ""
    with pytest.raises(CommandFailedError):
        served.sql("SELECT 1")
