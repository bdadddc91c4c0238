"""What lies on the disk for a private server: its program, its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.mysql.private import folder as server_folder
from ci_kit.mysql.private.program import find_server_program
from ci_kit.mysql.records.record import own_name
from tests.unit.support import make_host, make_settings, write

pytestmark = pytest.mark.usefixtures("cache")


def program(path: Path, says: str, code: int = 0) -> Path:
    write(path.parent, {path.name: f"#!/bin/sh\necho '{says}'\nexit {code}\n"})
    path.chmod(0o755)
    return path


def test_the_first_server_program_on_the_path_is_taken(tmp_path: Path) -> None:
    # The folder has digits that are no version.
    mysqld = program(tmp_path / "mysql-5.1/mysqld", "mysqld  Ver 9.7.4 for Linux on x86_64")
    program(tmp_path / "mysql-5.1/mariadbd", "mariadbd  Ver 11.8.3-MariaDB")
    found = find_server_program(make_host({"PATH": str(mysqld.parent)}), make_settings(tmp_path))
    assert found is not None
    assert (found.path, str(found.version)) == (mysqld, "MySQL 9.7.4")


@pytest.mark.parametrize("named", ["mariadbd", "bin/mariadbd", "{root}/bin/mariadbd"])
def test_the_program_that_is_named_is_taken(named: str, tmp_path: Path) -> None:
    path = program(tmp_path / "bin/mariadbd", "mariadbd  Ver 11.8.3-MariaDB for debian")
    host = make_host({"PATH": str(path.parent)})
    found = find_server_program(host, make_settings(tmp_path, mysqld=named.format(root=tmp_path)))
    assert found is not None
    assert (found.path, str(found.version)) == (path, "MariaDB 11.8.3")


@pytest.mark.parametrize("named", ["none-such", "bin", "plain-file"])
def test_what_is_no_program_is_refused_with_its_source(named: str, tmp_path: Path) -> None:
    write(tmp_path, {"plain-file": "", "bin/x": ""})
    with pytest.raises(UsageError) as caught:
        find_server_program(make_host(), make_settings(tmp_path, mysqld=named))
    assert "--mysqld" in caught.value.why


@pytest.mark.parametrize(
    ("says", "code"), [("hello 1.2.3", 0), ("mysqld  Ver 9.7.4 for Linux", 127), ("", 0)]
)
def test_a_program_that_is_no_server_is_refused(says: str, code: int, tmp_path: Path) -> None:
    path = program(tmp_path / "mysqld", says, code)
    with pytest.raises(UnavailableError, match="is not a MySQL or MariaDB server"):
        find_server_program(make_host(), make_settings(tmp_path, mysqld=str(path)))


def test_each_server_has_a_folder_of_its_own_that_does_not_exist_yet(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    one, two = (
        server_folder.new_server_folder(make_host(), settings),
        server_folder.new_server_folder(make_host(), settings),
    )
    assert one.path != two.path
    assert not one.path.exists()
    assert one.path.name == own_name(one.token)


def test_the_socket_s_path_is_short_enough_also_where_the_temporary_folder_s_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_folder, "_MEMORY", tmp_path / "none")
    settings = make_settings(tmp_path)
    near = server_folder.new_server_folder(make_host({"RUNNER_TEMP": "/runner"}), settings)
    assert near.path.parent == Path("/runner")
    far = server_folder.new_server_folder(make_host({"RUNNER_TEMP": f"/{'runner' * 20}"}), settings)
    assert len(os.fsencode(far.socket)) < 104


def test_a_server_s_folder_lies_where_the_settings_say(tmp_path: Path) -> None:
    for named in ("/tmp", os.path.relpath("/tmp", tmp_path)):
        found = server_folder.new_server_folder(make_host(), make_settings(tmp_path, mysql_datadir=named))
        assert found.path.parent == (tmp_path / named).resolve()


@pytest.mark.parametrize("named", ["missing", "file", "d" * 100])
def test_a_datadir_that_cannot_be_is_refused_with_its_source(named: str, tmp_path: Path) -> None:
    write(tmp_path, {"file": "", f"{'d' * 100}/x": ""})
    with pytest.raises(UsageError) as caught:
        server_folder.new_server_folder(make_host(), make_settings(tmp_path, mysql_datadir=named))
    assert "--mysql-datadir" in caught.value.why
