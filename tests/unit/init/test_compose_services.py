"""The services of compose files, and the other places that name a server."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from ci_kit.init.compose import Service, compose_services
from ci_kit.init.repository import Repository, open_repository
from ci_kit.init.servers import named_versions, other_services
from tests.unit.support import make_host, write

ROOT = PurePosixPath()
COMPOSE = """\
services:
  web:
    build: .
  db:
    image: {image}
    environment:
      MYSQL_DATABASE: ${{DB_NAME:-shop}}
      MYSQL_ROOT_PASSWORD: ${{PASSWORD}}
      MYSQL_USER: shop_${{SUFFIX}}
    command: --collation-server=utf8mb4_unicode_ci --sql_mode=''
    volumes:
      - ./sql:/docker-entrypoint-initdb.d:ro
      - data:/var/lib/mysql
  cache:
    image: redis:7
"""


def opened(folder: Path, files: dict[str, str]) -> Repository:
    return open_repository(write(folder, files), make_host())


def services(folder: Path, files: dict[str, str]) -> tuple[Service, ...]:
    return tuple(compose_services(opened(folder, files), ROOT))


def test_a_server_has_its_version_variables_options_and_sql(tmp_path: Path) -> None:
    files = {"compose.yaml": COMPOSE.format(image="mysql:8.4"), "sql/1.sql": "SELECT 1"}
    server, cache = services(tmp_path, files)
    assert (server.is_server, server.version, str(server.place)) == (True, "8.4", "compose.yaml line 5")
    assert server.environment == {"MYSQL_DATABASE": "shop"}
    assert server.options == {"collation-server": "utf8mb4_unicode_ci", "sql-mode": ""}
    assert server.init_sql == ("sql",)
    assert not cache.is_server


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("mysql:8.0.36", "8.0"),
        ("mariadb:11.4", "mariadb-11.4"),
        ("mysql:8", "8"),
        ("mysql:latest", ""),
        ("mariadb:latest", "mariadb"),
        ("phpmyadmin:5", ""),
        ("${DB_IMAGE:-mysql:9.1}", "9.1"),
        ("${DB_IMAGE}", ""),
        ("mysql:${VERSION}", ""),
    ],
)
def test_the_image_tells_the_version_without_its_patch_release(
    tmp_path: Path, image: str, version: str
) -> None:
    repository = opened(tmp_path, {"compose.yaml": COMPOSE.format(image=image)})
    found = named_versions(repository, ROOT, tuple(compose_services(repository, ROOT)))
    assert [named.text for named in found] == ([version] if version else [])


def test_an_image_of_an_unknown_version_is_that_of_a_server(tmp_path: Path) -> None:
    server, _ = services(tmp_path, {"compose.yaml": COMPOSE.format(image="mysql:${VERSION}")})
    assert server.is_server


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("db/Dockerfile", "# A server\nFROM mysql:8.0.36\n", 2),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    services:\n      db:\n        image: 'mysql:8.0'\n",
            5,
        ),
        ("README.md", "docker run -d \\\n  -p 3306:3306 mysql:8.0\n", 2),
    ],
)
def test_other_files_name_the_server_too(tmp_path: Path, name: str, text: str, line: int) -> None:
    (named,) = named_versions(opened(tmp_path, {name: text}), ROOT, ())
    assert (named.text, named.place.line) == ("8.0", line)
    assert named.only_documented == (name == "README.md")


def test_other_services_are_named(tmp_path: Path) -> None:
    workflow = "steps:\n  - uses: edgedb/setup-edgedb@v1\n"
    files = {"compose.yaml": COMPOSE.format(image="mysql:8"), ".github/workflows/ci.yml": workflow}
    repository = opened(tmp_path, files)
    found = other_services(repository, tuple(compose_services(repository, ROOT)))
    assert [(one.text, str(one.place)) for one in found] == [
        ("Redis", "compose.yaml line 15"),
        ("EdgeDB", ".github/workflows/ci.yml line 2"),
    ]


@pytest.mark.parametrize("text", ["services: [", "services: 3", "services: {db: {image: 3}}", "", "- a"])
def test_a_broken_compose_file_has_no_services(tmp_path: Path, text: str) -> None:
    assert services(tmp_path, {"compose.yaml": text}) == ()
