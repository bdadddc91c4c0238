"""What service mode reads of a machine: option files, and which manager starts the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.records.record import new_record
from ci_kit.mysql.service import manager, option_files
from ci_kit.mysql.service.manager import InitScript, SystemdUnit, find_unit
from ci_kit.mysql.service.option_files import (
    ServiceOptions,
    included_folder,
    option_text,
    read_service_options,
)
from ci_kit.mysql.service.use import ServiceUse
from tests.unit.support import make_host, make_settings, write


def program(folder: Path, name: str, script: str) -> None:
    write(folder, {name: f"#!/bin/sh\n{script}\n"})
    (folder / name).chmod(0o755)


def test_the_last_line_that_tells_the_server_something_counts(tmp_path: Path) -> None:
    program(
        tmp_path, "my_print_defaults", "printf '%s\\n' --port=1 --log-error=/l --skip-name-resolve --port=2"
    )
    options = read_service_options(make_host({"PATH": f"{tmp_path}:/usr/bin:/bin"}))
    assert (options.port, options.error_log, options.user) == (2, Path("/l"), "mysql")
    assert "skip_name_resolve" in options.options


def test_where_nobody_reads_option_files_the_usual_is_assumed(tmp_path: Path) -> None:
    options = read_service_options(make_host({"PATH": str(tmp_path)}))
    assert (options.port, options.error_log, options.pid_file) == (3306, None, "")


def test_a_socket_that_is_options_is_taken_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ServiceOptions({"socket": "/nowhere/s"}).socket == Path("/nowhere/s")
    monkeypatch.setattr(option_files, "_USUAL_SOCKETS", (tmp_path / "none", tmp_path / "one"))
    assert ServiceOptions({}).socket is None
    write(tmp_path, {"one": ""})
    assert ServiceOptions({}).socket == tmp_path / "one"


def test_the_last_included_folder_that_exists_is_read_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "my.cnf"
    monkeypatch.setattr(option_files, "_FILES", (tmp_path / "none", file))
    assert included_folder() is None
    for name in ("a.d", "b.d"):
        (tmp_path / name).mkdir()
    lines = (f"!includedir {tmp_path}/{name}/" for name in ("a.d", "b.d", "c.d"))
    file.write_text("[mysqld]\n# !includedir /etc\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert included_folder() == tmp_path / "b.d"


def test_no_settings_are_no_file() -> None:
    assert option_text(()) == ""
    assert option_text(("skip_log_bin", 'a=b "c\\d#')).splitlines()[1:] == [
        "[mysqld]",
        "skip_log_bin",
        'a="b \\"c\\\\d#"',
    ]


SHOWN = "Id=mysql.service\nLoadState=not-found\n\nId=mariadb.service\nLoadState=loaded\n"


def test_an_alias_is_known_by_the_unit_s_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "_SYSTEMD_RUNS", tmp_path)
    program(tmp_path, "systemctl", f"cat <<'END'\n{SHOWN}END")
    host = make_host({"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert find_unit(host) == SystemdUnit("mariadb")
    program(tmp_path, "systemctl", "echo LoadState=masked")
    assert find_unit(host) is None


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("active", "up"),
        ("reloading", "up"),
        ("activating", "starting"),
        ("deactivating", "stopping"),
        ("inactive", "down"),
        ("failed", "down"),
    ],
)
def test_a_unit_is_in_the_state_that_systemd_says(tmp_path: Path, said: str, state: str) -> None:
    program(tmp_path, "systemctl", f"echo {said}; test {said} = active")
    assert SystemdUnit("mysql").state(make_host({"PATH": f"{tmp_path}:/usr/bin:/bin"})) == state


def test_a_port_that_is_none_and_a_file_that_cannot_be_read_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnavailableError, match="the port of the machine's service is 'abc'"):
        _ = ServiceOptions({"port": "abc"}).port
    # Root reads everything: what cannot be read stands here for it.
    monkeypatch.setattr(option_files, "_FILES", (tmp_path / "my.cnf",))
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    with pytest.raises(UnavailableError, match=r"my\.cnf cannot be read"):
        included_folder()


@pytest.mark.parametrize("service", [True, False])
def test_without_systemd_an_init_script_is_called_by_service_or_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: bool
) -> None:
    monkeypatch.setattr(manager, "_SYSTEMD_RUNS", tmp_path / "none")
    monkeypatch.setattr(manager, "_INIT_SCRIPTS", tmp_path / "init.d")
    # systemd's programs without systemd are a container's.
    program(tmp_path / "bin", "systemctl", "exit 0")
    host = make_host({"PATH": str(tmp_path / "bin")})
    assert find_unit(host) is None
    program(tmp_path / "init.d", "mysqld", "exit 0")
    if service:
        program(tmp_path / "bin", "service", "exit 0")
    caller = ("service", "mysqld") if service else (str(tmp_path / "init.d" / "mysqld"),)
    assert find_unit(host) == InitScript("mysqld", caller, "")


def test_the_messages_of_a_service_that_was_up_before_begin_with_the_run(tmp_path: Path) -> None:
    host = make_host({"CI_KIT_CACHE": str(tmp_path)})
    login = Endpoint("127.0.0.1", 3306, "root", "password")
    record = new_record(make_settings(tmp_path), login, kind="service", token="t", place="mysql")
    # By the time ci-kit asks, the service manager has written down why the service ended.
    use = ServiceUse(host, SystemdUnit("mysql"), ServiceOptions({}), record, began=1000.0)
    assert use.messages().since == 1000.0
