"""Where a project names its server: compose files, Dockerfiles, workflows and documents, in this order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ci_kit.adopt.recognise.images import version_of_image
from ci_kit.init.compose import Service
from ci_kit.init.repository import Place, Repository

_IMAGE = r"[\"']?(?P<image>(?:docker\.io/)?(?:library/)?(?:mysql|mariadb):[\w.-]+)"
_IN_DOCKERFILE = re.compile(rf"^FROM +(?:--platform=\S+ +)?{_IMAGE}", re.MULTILINE | re.IGNORECASE)
_IN_WORKFLOW = re.compile(rf"^ *image: *{_IMAGE}", re.MULTILINE)
_IN_DOCUMENT = re.compile(rf"docker run\b(?:[^\n]|\\\n)*? {_IMAGE}")

_TEXTS = (
    (r"(?:.*\.)?Dockerfile(?:\..*)?", _IN_DOCKERFILE),
    (r".*\.ya?ml", _IN_WORKFLOW),
    (r"README.*|.*\.md|.*\.sh|Makefile|justfile", _IN_DOCUMENT),
)
_WORKFLOWS = ".github/workflows/"
_IMAGES = {
    "postgres": "PostgreSQL",
    "postgis": "PostgreSQL",
    "redis": "Redis",
    "valkey": "Valkey",
    "mongo": "MongoDB",
    "rabbitmq": "RabbitMQ",
    "elasticsearch": "Elasticsearch",
    "opensearch": "OpenSearch",
    "memcached": "Memcached",
    "kafka": "Kafka",
    "minio": "MinIO",
    "localstack": "LocalStack",
    "edgedb": "EdgeDB",
    "gel": "Gel",
    "clickhouse": "ClickHouse",
}
_OTHER_IN_WORKFLOW = re.compile(
    rf"^ *(?:- +)?(?:image: *[\"']?(?:[\w.-]+/)*(?P<image>{'|'.join(_IMAGES)})\b"
    r"|uses: *(?:edgedb|geldata)/setup-(?P<action>edgedb|gel)@)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Named:
    """A version of the server as ``mysql-version`` has it, or the name of another service; and its place.

    ``only_documented`` is for a command in a document, which often names any version.
    """

    text: str
    place: Place
    only_documented: bool = False


def named_versions(
    repository: Repository, folder: PurePosixPath, services: tuple[Service, ...]
) -> Iterator[Named]:
    """The versions of the server that the project names, the best evidence first."""
    for service in services:
        if service.is_server and (version := _without_patch(service.version)):
            yield Named(version, service.place)
    for names, pattern in _TEXTS:
        workflows = pattern is _IN_WORKFLOW
        for place in dict.fromkeys([folder, PurePosixPath()]):
            for file in repository.named(names, place):
                if file.startswith(_WORKFLOWS) != workflows:
                    continue
                for found in pattern.finditer(repository.text(file)):
                    if version := _without_patch(version_of_image(found["image"])):
                        place_of = repository.place_at(file, found.start("image"))
                        yield Named(version, place_of, only_documented=pattern is _IN_DOCUMENT)


def other_services(repository: Repository, services: tuple[Service, ...]) -> Iterator[Named]:
    """The services beside the server, which ci-kit does not start."""
    for service in services:
        image = service.image.rpartition("/")[2].partition(":")[0]
        if name := next((name for word, name in _IMAGES.items() if word in image), ""):
            yield Named(name, service.place)
    for file in repository.files:
        if file.startswith(_WORKFLOWS):
            for found in _OTHER_IN_WORKFLOW.finditer(repository.text(file)):
                group = "image" if found["image"] else "action"
                yield Named(_IMAGES[found[group]], repository.place_at(file, found.start(group)))


def _without_patch(version: str) -> str:
    """A version without its patch release, which a machine rarely has; empty if it has no number."""
    found = re.fullmatch(r"((?:mariadb-)?\d+(?:\.\d+)?)(?:\.\d+)?", version)
    if found:
        return found[1]
    return version if version == "mariadb" else ""
