"""The services of a compose file: a server with its version, settings and SQL files, and other services."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from ci_kit.adopt.recognise.images import is_server_image, version_of_image
from ci_kit.init.repository import Place, Repository
from ci_kit.workflow.loader import LOADER
from ci_kit.workflow.versions import COMPOSE_FILES

_SCRIPTS = "/docker-entrypoint-initdb.d"
_SQL = re.compile(r".*\.sql(?:\.gz)?")
# ${NAME:-default}
_REFERENCE = re.compile(r"\$\{\w+:?-([^}]*)\}|\$\{?\w+[^}]*\}?")


@dataclass(frozen=True)
class Service:
    """A service with an image. ``environment`` and ``options`` are those of a server of MySQL or MariaDB.

    ``init_sql`` are the SQL files and folders that its image runs once, relative to the repository.
    """

    image: str
    place: Place
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    init_sql: tuple[str, ...] = ()

    @property
    def is_server(self) -> bool:
        """Whether it is a server of MySQL or MariaDB. Administration tools have the name in theirs, too."""
        return is_server_image(self.image) and not re.search(r"admin|exporter|backup", self.image)

    @property
    def version(self) -> str:
        """The value of ``mysql-version``; empty if the image is not an official one."""
        return version_of_image(self.image)


def compose_services(repository: Repository, folder: PurePosixPath) -> Iterator[Service]:
    """The services of the compose files in a folder of the repository, and in the repository itself."""
    for place in dict.fromkeys([folder, PurePosixPath()]):
        for name in COMPOSE_FILES:
            file = str(place / name)
            if file in repository.files:
                yield from _services(repository, file)


def _services(repository: Repository, file: str) -> Iterator[Service]:
    try:
        document = yaml.load(repository.text(file), LOADER)  # noqa: S506  (LOADER is a safe loader)
    except yaml.YAMLError:
        return
    services = document.get("services") if isinstance(document, dict) else None
    for one in services.values() if isinstance(services, dict) else ():
        image = one.get("image") if isinstance(one, dict) else None
        if not isinstance(image, str):
            continue
        yield Service(
            # Without its version, an image is still that of a server.
            _REFERENCE.sub(lambda found: found[1] or "", image),
            repository.place_of(file, image),
            dict(_environment(one.get("environment"))),
            dict(_options(one.get("command"))),
            tuple(_init_sql(repository, PurePosixPath(file).parent, one.get("volumes"))),
        )


def _environment(given: object) -> Iterator[tuple[str, str]]:
    match given:
        case dict():
            pairs = [(str(name), "" if value is None else str(value)) for name, value in given.items()]
        case list():
            pairs = [(name, value) for name, _, value in (str(one).partition("=") for one in given)]
        case _:
            pairs = []
    for name, value in pairs:
        if text := _without_references(value):
            yield name, text


def _options(command: object) -> Iterator[tuple[str, str]]:
    """The options of the server in its command: ``--name=value``."""
    try:
        words = (
            [str(word) for word in command] if isinstance(command, list) else shlex.split(str(command or ""))
        )
    except ValueError:
        return
    for word in words:
        name, equals, value = word.partition("=")
        if name.startswith("--") and equals:
            yield name.removeprefix("--").replace("_", "-"), value


def _init_sql(repository: Repository, folder: PurePosixPath, volumes: object) -> Iterator[str]:
    for one in volumes if isinstance(volumes, list) else ():
        source, target = _mount(one)
        inside = target.rstrip("/")
        if not source.startswith(".") or not (inside == _SCRIPTS or inside.startswith(f"{_SCRIPTS}/")):
            continue
        path = str(folder / source)
        if (_SQL.fullmatch(path) and path in repository.files) or any(
            name.startswith(f"{path}/") and _SQL.fullmatch(name) for name in repository.files
        ):
            yield path


def _mount(volume: Any) -> tuple[str, str]:
    """The source and the target of a volume, in its short or its long form."""
    if isinstance(volume, dict):
        return str(volume.get("source", "")), str(volume.get("target", ""))
    source, _, rest = str(volume).partition(":")
    return source, rest.partition(":")[0]


def _without_references(text: str) -> str | None:
    """A text with the defaults of its references; None if one has no default."""
    defaults = [found[1] for found in _REFERENCE.finditer(text)]
    return None if None in defaults else _REFERENCE.sub(lambda found: found[1], text)
