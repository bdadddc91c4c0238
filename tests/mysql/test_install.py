"""`ci-kit mysql install`: a server program for a machine without one."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Answer, CiKit, assert_in_order
from tests.mysql.conftest import CONNECT, Project
from tests.support.unavailable import Unavailable, skip_or_fail

SERVERS = "mysqld mariadbd mariadb-install-db mysql_install_db mysql mariadb"

Bare = Callable[..., Answer]


@pytest.fixture
def bare_machine(ci_kit: CiKit, tmp_path: Path) -> Iterator[Bare]:
    """Runs commands on a copy of this machine without a server; all changes stay in memory."""
    layers = tmp_path / "layers"
    layers.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["unshare", "--mount", "true"], check=False, timeout=60).returncode
    ):
        skip_or_fail(Unavailable("this test mounts a copy of the machine: run it as root"))

    def call(*commands: str) -> Answer:
        script = "; ".join(('cd "$0"', *commands))
        machine = f"""\
            mount -t tmpfs tmpfs {layers}
            mkdir {layers}/upper {layers}/work {layers}/root
            mount -t overlay -o lowerdir=/,upperdir={layers}/upper,workdir={layers}/work overlay {layers}/root
            for folder in proc sys dev run tmp; do mount --rbind /$folder {layers}/root/$folder; done
            for name in {SERVERS}; do
                rm -f {layers}/root/usr/sbin/$name {layers}/root/usr/bin/$name {layers}/root/usr/local/*/$name
            done
            chroot {layers}/root dpkg --remove --force-all mariadb-server-core mysql-server-core-8.0 >&2 || :
            exec chroot {layers}/root sh -ec {shlex.quote(script)} {ci_kit.cwd} {ci_kit.argv()[0]}
            """
        inside = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", machine]
        done = subprocess.run(
            inside, env=ci_kit.environ, capture_output=True, text=True, check=False, timeout=600
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    yield call
    assert list(layers.iterdir()) == []


def ci_kit_in_shell(*words: str) -> str:
    return " ".join(['"$1" -m ci_kit', *words])


def test_apt_installs_a_server_that_a_run_uses(bare_machine: Bare, project: Project) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_it.py": "from rows import rows\n\ndef test_it():\n    assert rows('SELECT 1') == [(1,)]\n",
        }
    )
    answer = bare_machine(
        ci_kit_in_shell("mysql install --dry-run"),
        "test ! -e /usr/sbin/mariadbd -a ! -e /usr/sbin/mysqld",
        ci_kit_in_shell("mysql install"),
        ci_kit_in_shell("mysql install"),
        ci_kit_in_shell("run"),
    )
    assert answer.code == 0, answer.text
    assert_in_order(answer.stdout, ["apt-get update", "apt-get install", "server-core", "1 passed"])
    assert_in_order(
        answer.stderr,
        ["no server on this machine", " is installed: ", " is already installed: ", "Tests passed: 1 passed"],
    )


def test_a_stand_in_for_brew_is_used_on_a_machine_without_apt(bare_machine: Bare, mysqld: str) -> None:
    folder = "/opt/homebrew/opt/mysql/bin"
    brew = f'#!/bin/sh\necho "brew $*" >&2\nmkdir -p {folder}\nln -s {mysqld} {folder}/mysqld\n'
    answer = bare_machine(
        "rm /usr/bin/apt-get",
        f"printf %s {shlex.quote(brew)} > /usr/local/bin/brew",
        "chmod +x /usr/local/bin/brew",
        ci_kit_in_shell("mysql install --dry-run"),
        ci_kit_in_shell("mysql install -v"),
    )
    assert answer.code == 0, answer.text
    assert "brew install mysql\n" in answer.stdout
    assert_in_order(
        answer.stderr, ["installing one with brew", "MySQL 9.7", "is installed", f"{folder}/mysqld"]
    )


def test_without_apt_and_brew_there_is_one_error_with_advice(bare_machine: Bare) -> None:
    answer = bare_machine("rm /usr/bin/apt-get", ci_kit_in_shell("mysql install"))
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["this machine has neither apt-get nor brew", "do:"])
