"""ci-kit changes a machine's service while it uses it, and restores everything afterwards."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from ci_kit.mysql.service.option_files import option_text
from tests.runner.machine import CommandFailedError
from tests.runner.served import HOME, PYTHONPATH, Served

TUNED = "SELECT @@innodb_flush_log_at_trx_commit, @@sync_binlog"
SERVERS_FOLDER = f"{HOME}/.cache/ci-kit/servers"
TAKE_SUDO, GIVE_SUDO = "mv /etc/sudoers.d/runner /root/sudoers", "mv /root/sudoers /etc/sudoers.d/runner"
PROCESSES = "pgrep --list-full 'mysqld|mariadbd' || true"


def test_a_stopped_service_is_started_with_fast_settings_and_stopped_again(
    stopped: Served,
) -> None:
    answer = stopped.ci_kit("mysql", "up", "--database", "app", code=0)
    assert "service (this is a GitHub-hosted runner), 127.0.0.1:3306" in answer.stderr
    assert stopped.sql(TUNED) == "0\t0"
    assert "app" in stopped.sql("SHOW DATABASES")
    assert "kind      service" in stopped.ci_kit("mysql", "status", code=0).stdout
    assert "is already up" in stopped.ci_kit("mysql", "up", code=0).stderr
    stopped.ci_kit("mysql", "down", code=0)
    assert not stopped.is_up
    assert stopped.root(PROCESSES) == ""
    assert stopped.root("find /run -name '*.sock' -path '*m*d*' -path '*mysql*'") == ""


def test_a_running_service_is_restarted_and_still_runs_at_the_end(served: Served) -> None:
    before = served.sql("SELECT @@innodb_flush_log_at_trx_commit")
    served.ci_kit("mysql", "up", code=0)
    assert served.sql(TUNED) == "0\t0"
    served.ci_kit("mysql", "down", code=0)
    assert served.is_up
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == before == "1"


def test_a_service_that_is_starting_counts_as_running(stopped: Served) -> None:
    begin = f'sudo systemctl start --no-block {stopped.server}; exec "$@"'
    stopped.ci_kit("mysql", "up", "--durable", within=("bash", "-c", begin, "bash"), code=0)
    stopped.ci_kit("mysql", "down", code=0)
    assert stopped.is_up


def test_a_durable_service_is_neither_tuned_nor_restarted(served: Served) -> None:
    started = served.root(f"systemctl show --property=MainPID {served.server}")
    served.ci_kit("mysql", "up", "--durable", code=0)
    assert served.root(f"systemctl show --property=MainPID {served.server}") == started
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == "1"
    served.ci_kit("mysql", "down", code=0)


HOSTILE = """ SET @a = 'b c#d', @b = "\\e\\n", @c = '$(id) `x` é 漢字 !include'; """


def test_settings_with_special_characters_reach_the_server_unchanged(stopped: Served) -> None:
    # As in a my.cnf, quotes keep the spaces at the ends of a value, and spaces around "=" are allowed.
    lines = [f"init_connect = '{HOSTILE}'", "max_allowed_packet=32M"]
    stopped.project(
        f"[tool.ci-kit]\nmysql-settings = {json.dumps(lines, ensure_ascii=False)}\n"
        "sql-mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'\n"
    )
    stopped.ci_kit("mysql", "up", "--mysql-port", "3310", code=0)
    found = stopped.sql("SELECT HEX(@@init_connect), @@max_allowed_packet, @@port, @@GLOBAL.sql_mode")
    wanted = f"{HOSTILE.encode().hex().upper()}\t{32 << 20}\t3310\tANSI_QUOTES,NO_BACKSLASH_ESCAPES"
    assert found == wanted
    stopped.ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize("stopped", ["mysql"], indirect=True)
def test_the_login_file_of_the_user_is_ignored(stopped: Served) -> None:
    # mysql_config_editor reads a password only from a terminal.
    asks = "mysql_config_editor set --login-path=client --user=root --password"
    stopped.machine.run(f"(sleep 1; echo wrong) | script --quiet --command '{asks}' /dev/null")
    stopped.machine.run(f"echo 'CREATE TABLE filled (id INT);' > {HOME}/project/seed.sql")
    try:
        stopped.ci_kit("mysql", "up", "--database", "seeded", "--init-sql", "seed.sql", code=0)
        assert stopped.sql("SHOW TABLES FROM seeded") == "filled"
        stopped.ci_kit("mysql", "down", code=0)
    finally:
        stopped.machine.run(f"rm -f {HOME}/.mylogin.cnf {HOME}/project/seed.sql")


def test_a_thousand_values_are_read_from_an_option_file_unchanged(served: Served, tmp_path: Path) -> None:
    random = Random(21)
    alphabet = string.printable.replace("\n", "").replace("\v", "").replace("\f", "") + "é漢字🔑"
    values = [
        "",
        " ",
        "#",
        "'",
        '"',
        "\\",
        "end\\",
        *("".join(random.choices(alphabet, k=20)) for _ in range(1000)),
    ]
    (tmp_path / "written.cnf").write_text(
        option_text(tuple(f"x={value}" for value in values)), encoding="utf-8", newline=""
    )
    served.machine.copy_in(tmp_path / "written.cnf", "/tmp/written.cnf")
    shown = served.root("my_print_defaults --defaults-file=/tmp/written.cnf mysqld | base64 --wrap=0")
    assert base64.b64decode(shown).decode() == "".join(f"--x={value}\n" for value in values)


def test_the_next_run_cleans_up_after_a_killed_run(stopped: Served) -> None:
    record = f"{SERVERS_FOLDER}/service-mysql.json"
    # The run is killed after it has begun to change the service. It writes the record before that.
    killed = f'"$@" & until test -e {stopped.drop_in}; do :; done; kill -KILL $!; wait'
    stopped.ci_kit("mysql", "up", within=("bash", "-c", killed, "bash"))
    assert "zz-ci-kit.cnf" in stopped.leftovers
    assert '"kept": false' in stopped.root(["cat", record])
    stopped.ci_kit("mysql", "down", code=0)
    assert stopped.leftovers == ""
    assert not stopped.is_up


def test_a_second_run_at_the_same_time_fails_and_changes_nothing(served: Served) -> None:
    served.machine.run(["mkdir", "-p", SERVERS_FOLDER])
    lock = f"{SERVERS_FOLDER}/service-mysql.lock"
    answer = served.ci_kit("mysql", "up", within=("flock", lock), code=69)
    assert "another run of ci-kit uses the service" in answer.stderr
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == "1"
    served.machine.run(["rm", lock])


def test_the_latest_project_takes_over_the_service(stopped: Served) -> None:
    generated = {"MYSQL_PASSWORD": ""}
    stopped.ci_kit("mysql", "up", env=generated, code=0)
    first = stopped.ci_kit("mysql", "env", env=generated, code=0).stdout
    stopped.ci_kit("mysql", "up", "-C", stopped.other, env=generated, code=0)
    second = stopped.ci_kit("mysql", "env", "-C", stopped.other, env=generated, code=0).stdout
    # Both projects can log in: the server and the password are the same.
    assert first == second
    assert "no server is up" in stopped.ci_kit("mysql", "down", code=0).stderr
    stopped.ci_kit("mysql", "down", "-C", stopped.other, code=0)
    assert not stopped.is_up


def test_the_service_is_given_back_without_its_project(stopped: Served) -> None:
    stopped.ci_kit("mysql", "up", "-C", stopped.other, code=0)
    stopped.root(["mv", stopped.other, f"{stopped.other}-gone"])
    try:
        answer = stopped.ci_kit("mysql", "down", "--all", code=0)
    finally:
        stopped.root(["mv", f"{stopped.other}-gone", stopped.other])
    assert f" of {stopped.other} is gone" in answer.stderr
    assert not stopped.is_up


def test_a_server_that_does_not_listen_on_tcp_is_one_error(stopped: Served) -> None:
    stopped.configure("skip-networking")
    try:
        answer = stopped.ci_kit("mysql", "up", code=69)
    finally:
        stopped.restore()
    assert f"the service {stopped.server} is up, but cannot be reached at 127.0.0.1:3306" in answer.stderr
    assert "skip-networking" in answer.stderr


ON_A_LAPTOP = ("mysql", "up", "--mysql", "service")


def test_on_a_laptop_the_service_stays_durable(served: Served) -> None:
    served.ci_kit(*ON_A_LAPTOP, owned=False, code=0)
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite") in {"1\tON", "1\t1"}
    served.ci_kit("mysql", "down", owned=False, code=0)
    assert served.is_up


def test_on_a_laptop_a_running_service_gets_no_settings(served: Served) -> None:
    answer = served.ci_kit(*ON_A_LAPTOP, "--sql-mode", "ANSI_QUOTES", owned=False, code=64)
    assert "is up without the settings of the project" in answer.stderr
    assert f"systemctl stop {served.server}" in answer.stderr
    served.stop()
    served.ci_kit(*ON_A_LAPTOP, "--sql-mode", "ANSI_QUOTES", owned=False, code=0)
    asked = "SELECT @@GLOBAL.sql_mode, @@innodb_flush_log_at_trx_commit"
    assert served.sql(asked) == "ANSI_QUOTES\t1"
    served.ci_kit("mysql", "down", owned=False, code=0)
    assert not served.is_up


def test_on_a_laptop_a_project_s_settings_cannot_select_the_service(served: Served) -> None:
    answer = served.ci_kit("mysql", "up", env={"CI_KIT_MYSQL": "service"}, owned=False, code=64)
    assert "ci-kit does not use the service of this machine" in answer.stderr


def test_an_unknown_server_setting_is_reported_at_once(stopped: Served) -> None:
    setting = ("--mysql-settings", "no_such_setting=1", "--boot-timeout", "3600")
    answer = stopped.ci_kit("mysql", "up", *setting, code=64)
    assert "the server rejects mysql-settings: no_such_setting=1" in answer.stderr
    assert "[ERROR]" in answer.stderr
    assert not stopped.is_up
    # The failed run has left nothing that prevents the next one.
    stopped.ci_kit("mysql", "up", code=0)
    stopped.ci_kit("mysql", "down", code=0)


def test_a_port_that_is_in_use_is_reported(stopped: Served) -> None:
    listen = "import socket, signal; s = socket.create_server(('127.0.0.1', 3306)); signal.pause()"
    stopped.root(["systemd-run", "--quiet", "--unit=taken", "python3", "-c", listen])
    stopped.root("until ss --listening --tcp --numeric | grep -q :3306; do :; done")
    try:
        answer = stopped.ci_kit("mysql", "up", "--boot-timeout", "3600", code=69)
    finally:
        stopped.root("systemctl stop taken")
    assert "Address already in use" in answer.stderr
    assert not stopped.is_up


def test_a_server_that_is_killed_while_it_boots_is_one_error(stopped: Served) -> None:
    main = f"systemctl show --property=MainPID --value {stopped.server}"
    kill = f"until pid=$({main}) && test $pid -gt 0; do :; done; kill -KILL $pid"
    stopped.root(["systemd-run", "--quiet", "--unit=killer", "bash", "-c", kill])
    answer = stopped.ci_kit("mysql", "up", "--boot-timeout", "3600", code=69)
    stopped.root("systemctl stop killer || true")
    assert f"the service {stopped.server} did not start" in answer.stderr
    assert "something killed it" in answer.stderr
    assert "check for a lack of memory" in answer.stderr
    assert not stopped.is_up


@contextmanager
def without_sudo(served: Served) -> Iterator[None]:
    served.root(TAKE_SUDO)
    try:
        yield
    finally:
        served.root(GIVE_SUDO)


def test_without_sudo_there_is_one_error_and_nothing_changes(stopped: Served) -> None:
    with without_sudo(stopped):
        answer = stopped.ci_kit("mysql", "up", code=69)
    assert "password is required" in answer.stderr
    assert "allow sudo without a password" in answer.stderr
    assert "Traceback" not in answer.text


def test_an_option_file_that_cannot_be_removed_is_one_error_and_is_removed_later(stopped: Served) -> None:
    stopped.ci_kit("mysql", "up", code=0)
    with without_sudo(stopped):
        answer = stopped.ci_kit("mysql", "down", code=69)
    assert f"cannot remove {stopped.drop_in}" in answer.stderr
    assert "allow sudo without a password" in answer.stderr
    assert stopped.drop_in in stopped.leftovers
    stopped.ci_kit("mysql", "down", code=0)
    assert not stopped.is_up


def test_a_run_that_cannot_restore_the_service_warns(stopped: Served) -> None:
    lose_sudo = f"until test -e {stopped.drop_in}; do :; done; {TAKE_SUDO}"
    stopped.root(["systemd-run", "--quiet", "--unit=lose-sudo", "bash", "-c", lose_sudo])
    try:
        # The start fails, whether sudo is lost before it or after it.
        answer = stopped.ci_kit("mysql", "up", "--mysql-settings", "no_such_setting=1")
    finally:
        stopped.root(f"systemctl stop lose-sudo || true; {GIVE_SUDO}")
    assert f"warning: cannot remove {stopped.drop_in}" in answer.stderr
    stopped.ci_kit("mysql", "down", code=0)
    assert stopped.leftovers == ""


TERMINATED = 143


def interrupt_when(served: Served, *words: str, state: str, number: str) -> None:
    """Run ci-kit, send it a signal when the service reaches a state, and check that no file is left.

    If SIGTERM did not end ci-kit, `mysql down` cleans up. This is necessary after a SIGKILL, and if the state
    was too short to be seen.
    """
    current = f'"$(systemctl is-active {served.server})"'
    loop = f"until test {current} = {state} || ! kill -0 $!; do :; done; kill -{number} $!; wait $!"
    if served.ci_kit(*words, within=("bash", "-c", f'"$@" & {loop}', "bash")).code != TERMINATED:
        served.ci_kit("mysql", "down", *words[2:4], code=0)
    assert served.leftovers == ""


@pytest.mark.parametrize("number", ["TERM", "KILL"])
def test_after_a_signal_while_the_service_starts_it_is_stopped(number: str, stopped: Served) -> None:
    interrupt_when(stopped, "mysql", "up", state="activating", number=number)
    assert stopped.root(f"systemctl is-active {stopped.server} || true").strip() in {"inactive", "failed"}


@pytest.mark.parametrize("state", ["activating", "deactivating"])
@pytest.mark.parametrize("number", ["TERM", "KILL"])
def test_after_a_signal_while_a_running_service_restarts_it_runs(
    state: str, number: str, served: Served
) -> None:
    interrupt_when(served, "mysql", "up", state=state, number=number)
    assert served.is_up
    assert served.sql("SELECT @@innodb_flush_log_at_trx_commit") == "1"


def test_after_a_signal_while_settings_are_removed_the_service_runs(served: Served) -> None:
    served.ci_kit("mysql", "up", code=0)
    durable = ("mysql", "up", "-C", served.other, "--durable")
    interrupt_when(served, *durable, state="deactivating", number="TERM")
    assert served.is_up


def test_a_service_that_cannot_start_again_is_one_error_until_it_can(served: Served) -> None:
    served.ci_kit("mysql", "up", code=0)
    served.configure("no_such_setting=1")
    try:
        answer = served.ci_kit("mysql", "down", code=69)
        assert f"the service {served.server} was up before, and does not start again" in answer.stderr
        assert "no_such_setting" in answer.stderr
    finally:
        served.configure("")
    served.root(["systemctl", "reset-failed"])
    served.ci_kit("mysql", "down", code=0)
    assert served.is_up


def test_a_running_service_is_not_restarted_if_its_settings_cannot_be_written(served: Served) -> None:
    started = served.root(f"systemctl show --property=MainPID {served.server}")
    with without_sudo(served):
        answer = served.ci_kit("mysql", "up", code=69)
    assert f"cannot write {served.drop_in}" in answer.stderr
    assert served.root(f"systemctl show --property=MainPID {served.server}") == started


def test_a_dry_run_changes_nothing(stopped: Served) -> None:
    answer = stopped.ci_kit("mysql", "up", "--dry-run", code=0)
    for effect in ("zz-ci-kit.cnf", f"systemctl start {stopped.server}", "ALTER USER 'root'@'localhost'"):
        assert effect in answer.stdout
    assert not stopped.is_up


# Hides systemd's folder, as in a job's container. Only `service` and the init script are left.
WITHOUT_SYSTEMD = (
    *("sudo", "--preserve-env", "unshare", "--mount", "sh", "-c"),
    'mount -t tmpfs none /run/systemd && exec setpriv --reuid=runner --regid=runner --init-groups "$@"',
    *("sh", "env", f"HOME={HOME}", f"PYTHONPATH={PYTHONPATH}"),
)


@pytest.mark.parametrize("stopped", ["mariadb"], indirect=True)
def test_without_systemd_the_init_script_starts_and_stops_the_service(stopped: Served) -> None:
    stopped.ci_kit("mysql", "up", within=WITHOUT_SYSTEMD, code=0)
    assert stopped.sql(TUNED) == "0\t0"
    assert "kind      service" in stopped.ci_kit("mysql", "status", within=WITHOUT_SYSTEMD, code=0).stdout
    stopped.ci_kit("mysql", "down", within=WITHOUT_SYSTEMD, code=0)
    assert stopped.root(PROCESSES) == ""
    with pytest.raises(CommandFailedError):
        stopped.sql("SELECT 1")
