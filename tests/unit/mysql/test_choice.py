"""Which kind of server a run uses: real sockets, and programs that only report a version."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.mysql.choice import Choice, choose_kind
from ci_kit.mysql.container.engine import ImageError
from ci_kit.mysql.container.image import with_official_image
from ci_kit.mysql.opening import open_server
from ci_kit.mysql.private import program as programs
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import new_record
from ci_kit.mysql.service import manager, version
from ci_kit.settings.settings import Settings
from tests.unit.support import GITHUB_HOSTED, SELF_HOSTED, make_host, make_settings, write

ACT = GITHUB_HOSTED | {"ACT": "true"}
LAPTOP: dict[str, str] = {}


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path) -> None:
    """A machine without a service, and without programs outside the PATH."""
    monkeypatch.setattr(programs, "_FOLDERS", ())
    monkeypatch.setattr(manager, "_SYSTEMD_RUNS", tmp_path / "none")
    monkeypatch.setattr(manager, "_INIT_SCRIPTS", tmp_path / "init.d")
    monkeypatch.setattr(version, "_USUAL", (tmp_path / "service/mysqld",))


@pytest.fixture
def answering() -> Iterator[int]:
    """A port where something accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def executable(path: Path, output: str, code: int = 0) -> Path:
    write(path.parent, {path.name: f"#!/bin/sh\necho '{output}'\nexit {code}\n"})
    path.chmod(0o755)
    return path


def install(folder: Path, *versions: str) -> str:
    """A PATH of folders, each with the server program of one version."""
    for text in versions:
        name = "mariadbd" if "MariaDB" in text else "mysqld"
        executable(folder / text / name, f"{name}  Ver {text} for Linux on x86_64")
    return ":".join(str(folder / text) for text in versions)


def service(folder: Path, text: str, *, up: bool) -> None:
    """A service with an init script."""
    executable(folder / "service/mysqld", f"mysqld  Ver {text} for Linux")
    executable(folder / "init.d/mysql", "", 0 if up else 3)


def choose(root: Path, environ: Mapping[str, str], *, path: str = "", **flags: object) -> Choice | None:
    """The choice for a project on a machine with this environment."""
    given = {"PATH": path, "CI_KIT_CACHE": str(root / "cache")} | dict(environ)
    return choose_kind(make_settings(root, given, **flags), Runner(make_host(given)))


def at(port: int, host: str = "127.0.0.1") -> dict[str, str]:
    return {"MYSQL_HOST": host, "MYSQL_PORT": str(port)}


@pytest.mark.parametrize(
    ("machine", "host", "kind"),
    [
        (GITHUB_HOSTED, "127.0.0.1", "external"),
        (GITHUB_HOSTED, "localhost", "external"),
        (SELF_HOSTED, "127.0.0.1", "external"),
        # It may be the developer's own server.
        (LAPTOP, "127.0.0.1", "private"),
        (LAPTOP, "localhost", "private"),
        (ACT, "127.0.0.1", "private"),
    ],
)
def test_a_server_that_answers_is_taken_on_a_runner_only(
    machine: dict[str, str], host: str, kind: str, answering: int, tmp_path: Path
) -> None:
    choice = choose(tmp_path, machine | at(answering, host))
    assert choice
    assert choice.kind == kind
    if kind == "external":
        why = f"a server answers at {host}:{answering}, from the environment variable MYSQL_HOST"
        assert str(choice) == f"external ({why})"


def test_the_address_can_have_other_names(answering: int, tmp_path: Path) -> None:
    environ = {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(answering),
        "CI_KIT_VARIABLES": "DB_HOST=host DB_PORT=port",
    }
    choice = choose(tmp_path, SELF_HOSTED | environ)
    assert choice
    assert choice.why == f"a server answers at 127.0.0.1:{answering}, from the environment variable DB_HOST"


def test_a_port_that_is_not_a_number_matters_only_to_an_external_server(tmp_path: Path) -> None:
    environ = SELF_HOSTED | {"MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": "the port"}
    choice = choose(tmp_path, environ)
    assert choice
    assert choice.kind == "private"


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("machine", [GITHUB_HOSTED, SELF_HOSTED])
@pytest.mark.parametrize("host", ["127.0.0.1", "", "no-such-host.invalid"])
def test_an_address_where_nothing_answers_changes_nothing(
    machine: dict[str, str], host: str, tmp_path: Path
) -> None:
    choice = choose(tmp_path, machine | at(closed_port(), host))
    assert choice
    assert choice.kind == "private"


@pytest.mark.parametrize(
    ("up", "port", "kind"),
    [(True, "service's", "service"), (True, "another", "external"), (False, "service's", "external")],
)
def test_the_machine_s_own_service_stays_a_service(
    up: bool, port: str, kind: str, answering: int, tmp_path: Path
) -> None:
    service(tmp_path, "8.0.42", up=up)
    number = answering if port == "service's" else answering - 1
    executable(tmp_path / "bin/my_print_defaults", f"--port={number}")
    # The state of a service is asked as root.
    write(tmp_path, {"bin/sudo": '#!/bin/sh\nshift\nexec "$@"\n'})
    (tmp_path / "bin/sudo").chmod(0o755)
    choice = choose(tmp_path, GITHUB_HOSTED | at(answering), path=f"{tmp_path}/bin")
    assert choice
    assert choice.kind == kind


def test_a_setting_that_an_external_server_cannot_apply_needs_a_server_of_the_run(
    answering: int, tmp_path: Path
) -> None:
    service(tmp_path, "8.0.42", up=False)
    choice = choose(tmp_path, GITHUB_HOSTED | at(answering), sql_mode="ANSI")
    assert choice
    assert choice.kind == "private"
    assert f"the server that answers at 127.0.0.1:{answering} cannot apply sql-mode" in choice.why


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ({"replicas": 1}, "replicas"),
        ({"empty_password": True}, "empty-password"),
        ({"workers": "2"}, "workers"),
        ({"workers": "auto"}, "workers"),
    ],
)
@pytest.mark.parametrize("version", [None, "8.0"])
def test_a_setting_that_a_service_cannot_apply_needs_a_server_of_the_run(
    flags: dict[str, object], name: str, version: str | None, tmp_path: Path
) -> None:
    service(tmp_path, "8.0.42", up=False)
    path = install(tmp_path, "8.0.42")
    choice = choose(tmp_path, GITHUB_HOSTED, path=path, mysql_version=version, **flags)
    assert choice
    assert choice.kind == "private"
    assert version or f"a service cannot apply {name}" in choice.why


def test_workers_that_share_a_server_use_any_kind(answering: int, tmp_path: Path) -> None:
    service(tmp_path, "8.0.42", up=False)
    flags: dict[str, Any] = {"workers": "2", "one_server": True}
    choices = (
        choose(tmp_path, GITHUB_HOSTED, **flags),
        choose(tmp_path, GITHUB_HOSTED | at(answering), **flags),
    )
    assert [choice.kind for choice in choices if choice] == ["service", "external"]


def test_workers_with_a_server_each_refuse_a_service_and_name_the_way_out(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, workers="2", mysql="service")
    with pytest.raises(UsageError) as caught, ExitStack() as cleanup:
        open_server(settings, Runner(make_host(LAPTOP)), cleanup)
    assert "workers does not work with mysql = service" in caught.value.what
    assert "or set one-server" in caught.value.todo


def keep(root: Path, settings: Settings, port: int) -> dict[str, str]:
    """Write the record of a server that an earlier step has kept; gives the variables that it exported."""
    from ci_kit.mysql.client.endpoint import Endpoint
    from ci_kit.mysql.client.server import Access

    login = Endpoint("127.0.0.1", port, "root", "s3cret")
    record = new_record(settings, login, kind="private", token="it", place="")
    store.keep(make_host({"CI_KIT_CACHE": str(root / "cache")}), record)
    return Access(login, None).environment(settings.database, settings.login_variables)


def test_a_server_that_an_earlier_step_kept_is_not_taken(answering: int, tmp_path: Path) -> None:
    for project in (tmp_path, tmp_path / "other"):
        project.mkdir(exist_ok=True)
        exported = keep(tmp_path, replace(make_settings(tmp_path), root=project), answering)
        choice = choose(tmp_path, SELF_HOSTED | exported)
        assert choice
        assert choice.kind == "private"
    # The workflow itself names the server of another project.
    choice = choose(tmp_path, SELF_HOSTED | at(answering))
    assert choice
    assert choice.kind == "external"


VERSIONS = [
    # The first program is not the one.
    ("8.4", ("9.7.4", "8.4.6"), "private", "8.4.6/mysqld is MySQL 8.4.6"),
    ("9", ("8.4.6", "9.7.4"), "private", "9.7.4/mysqld is MySQL 9.7.4"),
    ("mariadb", ("9.7.4", "11.4.2-MariaDB"), "private", "mariadbd is MariaDB 11.4.2"),
    ("mariadb-11.4", ("10.11.19-MariaDB", "11.4.2-MariaDB"), "private", "is MariaDB 11.4.2"),
    ("9.7.4", ("9.7.4",), "private", "is MySQL 9.7.4"),
]


@pytest.mark.parametrize(("wanted", "installed", "kind", "why"), VERSIONS)
@pytest.mark.parametrize("machine", [LAPTOP, SELF_HOSTED, GITHUB_HOSTED])
def test_a_program_that_fits_is_used(
    wanted: str, installed: tuple[str, ...], kind: str, why: str, machine: dict[str, str], tmp_path: Path
) -> None:
    choice = choose(tmp_path, machine, path=f"{install(tmp_path, *installed)}", mysql_version=wanted)
    assert choice
    assert choice.kind == kind
    assert choice.why.endswith(why)


@pytest.mark.parametrize(
    ("machine", "wanted", "kind"),
    [
        (GITHUB_HOSTED, "8.0", "service"),
        (GITHUB_HOSTED, "mysql", "service"),
        (GITHUB_HOSTED, "8.4", "private"),
        # Only a machine that is thrown away may lend its service.
        (SELF_HOSTED, "8.4", "private"),
    ],
)
def test_the_runner_s_service_is_used_if_it_fits(
    machine: dict[str, str], wanted: str, kind: str, tmp_path: Path
) -> None:
    service(tmp_path, "8.0.42", up=False)
    path = f"{install(tmp_path, '8.4.6')}"
    choice = choose(tmp_path, machine, path=path, mysql_version=wanted)
    assert choice
    assert choice.kind == kind
    if kind == "service":
        assert choice.why == "the runner's service is MySQL 8.0.42"


@pytest.mark.parametrize("engine", ["docker", "podman"])
@pytest.mark.parametrize(
    ("wanted", "image"), [("8.4", "mysql:8.4"), ("mariadb-11.4", "mariadb:11.4"), ("mariadb", "mariadb:lts")]
)
def test_the_official_image_is_used_if_nothing_fits(
    engine: str, wanted: str, image: str, tmp_path: Path
) -> None:
    executable(tmp_path / "engine" / engine, "")
    path = f"{install(tmp_path, '9.7.4')}:{tmp_path}/engine"
    choice = choose(tmp_path, {}, path=path, mysql_version=wanted)
    assert choice
    assert choice.kind == "docker"
    assert engine in choice.why
    settings = with_official_image(make_settings(tmp_path, mysql_version=wanted))
    assert (settings.mysql_image, settings.source("mysql-image")) == (image, "--mysql-version")
    assert with_official_image(make_settings(tmp_path)).mysql_image == "mysql:8.4"


def test_an_error_lists_what_the_machine_has(tmp_path: Path) -> None:
    service(tmp_path, "8.0.42", up=False)
    executable(tmp_path / "engine/docker", "", 1)
    executable(tmp_path / "engine/podman", "", 1)
    path = f"{install(tmp_path, '9.7.4', '10.11.19-MariaDB')}:{tmp_path}/engine"
    with pytest.raises(UnavailableError) as caught:
        choose(tmp_path, GITHUB_HOSTED, path=path, mysql_version="mariadb-11.4")
    assert caught.value.exit_code == 69
    assert caught.value.lines() == [
        "this machine has no server that is MariaDB 11.4",
        "  why: mysql-version came from --mysql-version",
        "       | service mysql: MySQL 8.0.42",
        f"       | {tmp_path}/9.7.4/mysqld: MySQL 9.7.4",
        f"       | {tmp_path}/10.11.19-MariaDB/mariadbd: MariaDB 10.11.19",
        "       | docker: `ps` ended with 1",
        "       | podman: `ps` ended with 1",
        "  do:  install it, start Docker or Podman (the image is mariadb:11.4), or change mysql-version",
    ]


def test_an_image_that_cannot_be_pulled_is_an_error_that_lists_the_servers_too(tmp_path: Path) -> None:
    write(
        tmp_path, {"engine/docker": '#!/bin/sh\n[ "$1" = ps ] || { echo "manifest unknown" >&2; exit 1; }\n'}
    )
    (tmp_path / "engine/docker").chmod(0o755)
    path = f"{install(tmp_path, '9.7.4')}:{tmp_path}/engine"
    environ = {"PATH": path, "CI_KIT_CACHE": str(tmp_path / "cache")}
    settings = make_settings(tmp_path, environ, mysql_version="8.4")
    with (
        ExitStack() as cleanup,
        pytest.raises(ImageError, match=r"cannot pull the image mysql:8\.4") as caught,
    ):
        open_server(settings, Runner(make_host(environ)), cleanup)
    assert "it came from --mysql-version" in caught.value.why
    there = ("no service", f"{tmp_path}/9.7.4/mysqld: MySQL 9.7.4")
    assert caught.value.details == ("manifest unknown", *there)


@pytest.mark.parametrize("mysql", ["auto", "docker"])
def test_a_version_and_an_image_contradict_each_other(mysql: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mysql-version and mysql-image both choose the server") as caught:
        choose(tmp_path, {}, mysql=mysql, mysql_version="8.4", mysql_image="mysql:9")
    assert caught.value.why == "mysql-version came from --mysql-version, mysql-image from --mysql-image"


def test_a_named_program_of_another_version_is_an_error(tmp_path: Path) -> None:
    path = Path(install(tmp_path, "9.7.4"), "mysqld")
    for mysql in ("auto", "private"):
        settings = make_settings(tmp_path, mysql=mysql, mysqld=str(path), mysql_version="8.4")
        with pytest.raises(UsageError, match=r"mysqld is MySQL 9\.7\.4, and mysql-version is MySQL 8\.4"):
            programs.require_server_program(make_host(), settings)


def test_an_explicit_kind_without_that_version_is_an_error(tmp_path: Path) -> None:
    host = make_host({"PATH": f"{install(tmp_path, '9.7.4')}"})
    settings = make_settings(tmp_path, mysql="private", mysql_version="8.4")
    with pytest.raises(UnavailableError, match=r"no server program of this machine is MySQL 8\.4") as caught:
        programs.require_server_program(host, settings)
    assert caught.value.details == (f"{tmp_path}/9.7.4/mysqld: MySQL 9.7.4",)
    service(tmp_path, "8.0.42", up=False)
    unit = manager.find_unit(host)
    assert unit
    settings = make_settings(tmp_path, mysql="service", mysql_version="8.4")
    with pytest.raises(UnavailableError, match=r"the service mysql is MySQL 8\.0\.42, not MySQL 8\.4"):
        version.require_version(host, settings, unit)
    version.require_version(host, make_settings(tmp_path, mysql_version="8.0.42"), unit)
