"""The machine behaves like a GitHub-hosted runner, and is clean at every boot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runner.machine import CommandFailedError, Machine
from tests.support.waiting import wait_until

pytestmark = pytest.mark.runner

# The steps of the course, chapter 37. The values of `${{ env.X }}` are filled in, as a runner does.
SET_TIMEZONE = """\
sudo rm /etc/localtime
sudo ln -s /usr/share/zoneinfo/Asia/Seoul /etc/localtime
"""
START_MYSQL = """\
sudo systemctl start mysql
mysql -e "use mysql; FLUSH PRIVILEGES; ALTER USER 'root'@'localhost' IDENTIFIED BY '1234';" -uroot -proot
mysql -e 'CREATE DATABASE when2meet_vod;' -uroot -p1234
"""


def output(machine: Machine, command: str) -> str:
    """The output of a command, without surrounding white space."""
    return machine.run(command).stdout.strip()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("id -un", "runner"),
        ("id -u", "1001"),
        ("sudo -n id -un", "root"),
        ("pwd", "/home/runner"),
        ("date +%Z", "UTC"),
        ("readlink /etc/localtime", "/usr/share/zoneinfo/Etc/UTC"),
        ("getent hosts localhost | cut -d' ' -f1 | grep -c 127", "1"),
        ("sudo hostname", "runner"),
        ("systemctl is-enabled mysql || true", "disabled"),
        ("systemctl is-active mysql || true", "inactive"),
        ("ls /sys/class/net", "lo"),
        ("env | cut -d= -f1 | sort | xargs", "HOME LANG LOGNAME PATH PWD SHELL SHLVL USER _"),
    ],
)
def test_the_machine_looks_like_a_runner(machine: Machine, command: str, answer: str) -> None:
    assert output(machine, command) == answer


@pytest.mark.parametrize(
    "program", ["curl", "git", "make", "mysql", "mysqld", "node", "pip3", "pipx", "python"]
)
def test_the_machine_has_the_programs_of_a_runner(machine: Machine, program: str) -> None:
    assert output(machine, f"{program} --version")


def test_sudo_prints_no_warning_about_the_host_name(machine: Machine) -> None:
    assert machine.run("sudo -n true").stderr == ""


def test_python_is_recent_and_can_create_virtual_environments(machine: Machine) -> None:
    machine.run("python3 -c 'import sys; assert sys.version_info >= (3, 11), sys.version'")
    machine.run("python3 -m venv /tmp/venv && /tmp/venv/bin/pip --version")


def test_mysql_starts_and_root_has_the_password_root(fresh_machine: Machine) -> None:
    fresh_machine.run("sudo systemctl start mysql")
    over_tcp = "mysql -uroot -proot -h127.0.0.1 -NBe 'SELECT VERSION(), @@port, CURRENT_USER()'"
    version, port, user = output(fresh_machine, over_tcp).split("\t")
    assert version.startswith("9.7.")
    assert (port, user) == ("3306", "root@localhost")
    assert output(fresh_machine, "mysql -uroot -proot -NBe 'SELECT 1'") == "1"
    with pytest.raises(CommandFailedError, match="Access denied"):
        fresh_machine.run("mysql -uroot -h127.0.0.1 -e 'SELECT 1'")


def test_the_course_script_works_the_first_time(fresh_machine: Machine) -> None:
    fresh_machine.run(SET_TIMEZONE)
    fresh_machine.run(START_MYSQL)
    assert output(fresh_machine, "date +%Z") == "KST"
    databases = output(fresh_machine, "mysql -h127.0.0.1 -uroot -p1234 -NBe 'SHOW DATABASES'")
    assert "when2meet_vod" in databases.split()


def test_the_course_script_fails_the_second_time(fresh_machine: Machine) -> None:
    fresh_machine.run(START_MYSQL)
    with pytest.raises(CommandFailedError, match="Access denied for user 'root'@'localhost'"):
        fresh_machine.run(START_MYSQL)


def test_a_script_stops_at_its_first_failure_and_the_error_has_its_output(machine: Machine) -> None:
    with pytest.raises(CommandFailedError, match="before") as failure:
        machine.run("echo before; ls /nowhere; echo after")
    assert "cannot access '/nowhere'" in str(failure.value)
    assert "after\n" not in str(failure.value)


def test_argv_environment_and_folder_arrive_unchanged(machine: Machine) -> None:
    strange = "a b\n$(id)`id`'\"\\"
    tell = "import os, sys; print(ascii([sys.argv[1], os.environ['X'], os.getcwd()]))"
    done = machine.run(["python3", "-c", tell, strange], env={"X": strange}, cwd="/opt")
    assert done.stdout.strip() == ascii([strange, strange, "/opt"])


def test_a_script_can_open_its_standard_streams(machine: Machine) -> None:
    done = machine.run("echo out > /dev/stdout; echo err > /dev/stderr; echo more | tee /dev/stderr")
    assert (done.stdout, done.stderr) == ("out\nmore\n", "err\nmore\n")


def test_a_command_that_hangs_is_killed_with_its_children(machine: Machine) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        machine.run("sleep 4711 & sleep 4711", timeout=1)
    assert machine.run("pgrep -fx 'sleep 4711'", check=False).stdout == ""


def test_copied_files_and_folders_belong_to_the_runner(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    script = tmp_path / "below" / "hello.sh"
    script.write_text("#!/bin/sh\necho hello\n")
    script.chmod(0o755)
    machine.copy_in(tmp_path, "/home/runner/work/project")
    machine.copy_in(script, "/home/runner/bin/hello")
    assert output(machine, "work/project/below/hello.sh; bin/hello") == "hello\nhello"
    assert output(machine, "stat -c %U work/project work/project/below/hello.sh bin/hello | uniq") == "runner"


def test_two_machines_at_once_share_neither_files_nor_ports(machine: Machine, image: Path) -> None:
    machine.run("sudo touch /etc/changed")
    listen = (
        "python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", 3306)); time.sleep({})'"
    )
    machine.run(f"sudo systemd-run --quiet {listen.format(600)}")
    with Machine.boot(image) as other:
        assert other.run("test -e /etc/changed", check=False).returncode == 1
        other.run(listen.format(0))
    assert output(machine, "echo still there") == "still there"


def test_an_interrupted_test_leaves_nothing_behind(image: Path) -> None:
    names = []

    def interrupted_test() -> None:
        with Machine.boot(image) as machine:
            names.append(machine.name)
            machine.run("sudo touch /etc/changed")
            assert traces(machine.name)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_test()
    assert traces(names[0]) == []
    assert image.name not in Path("/proc/self/mounts").read_text()
    assert not (image / "etc/changed").exists()


def test_a_machine_ends_with_the_process_that_booted_it(image: Path) -> None:
    boot = f"""\
import pathlib, time
from tests.runner.machine import Machine
with Machine.boot(pathlib.Path({str(image)!r})) as machine:
    print(machine.name, flush=True)
    time.sleep(600)
"""
    argv = [sys.executable, "-c", boot]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as booting:
        assert booting.stdout is not None
        name = booting.stdout.readline().strip()
        assert traces(name)
        booting.kill()
    wait_until(lambda: not processes(name), "the end of the machine's processes", seconds=10, pause=0.05)
    # The sweep after the next machine removes the empty control group.
    with Machine.boot(image):
        pass
    assert traces(name) == []


def traces(name: str) -> list[str]:
    """The processes and control groups of a machine on the host."""
    return processes(name) + [str(group) for group in Path("/sys/fs/cgroup").glob(f"**/{name}")]


def processes(name: str) -> list[str]:
    """The command lines of the host's processes that contain this name."""
    every = subprocess.run(
        ["ps", "-eo", "args"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    return [line for line in every.splitlines() if name in line]
