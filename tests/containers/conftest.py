"""A real container engine, Podman, and server images for it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.conftest import CiKit
from tests.containers import image
from tests.containers.engine import Engine, engine
from tests.support import cache
from tests.support.unavailable import Unavailable, skip_or_fail


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.containers)


@pytest.fixture(scope="session")
def images() -> dict[str, image.Image]:
    """The image of each server, by the name of the server."""
    try:
        return {"mysql": image.mysql_image(), "mariadb": image.mariadb_image()}
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def podman(images: dict[str, image.Image]) -> Iterator[Engine]:
    with (
        # Two engines would assign the same addresses in one network.
        cache.locked("containers", cache.folder()),
        tempfile.TemporaryDirectory(prefix="ci-kit-tests-") as folder,
        engine(Path(folder), images=[one.storage for one in images.values()]) as found,
    ):
        yield found


@pytest.fixture(params=["mysql", "mariadb"])
def server_image(request: pytest.FixtureRequest, images: dict[str, image.Image]) -> str:
    """The name of an image; each test runs once with each image."""
    return images[request.param].name


@pytest.fixture
def kit(ci_kit: CiKit, podman: Engine, server_image: str) -> Iterator[CiKit]:
    """ci-kit on a machine with Podman. The test fails if it leaves a container, a volume or a record."""
    before = podman.volumes()
    environ = {
        "PATH": podman.path(os.environ["PATH"]),
        "CI_KIT_MYSQL": "docker",
        "CI_KIT_MYSQL_IMAGE": server_image,
    }
    yield CiKit(ci_kit.cwd, ci_kit.environ | environ)
    left = podman.containers(), podman.volumes() - before
    # The next test must not fail because of what this one has left.
    podman("rm", "--force", "--all", "--time=0", "--volumes")
    assert left == (set(), set())
    records = Path(ci_kit.environ["CI_KIT_CACHE"], "servers")
    assert not records.exists() or not list(records.iterdir())


def path_without(folder: Path, *, hidden: Collection[str]) -> Path:
    """A folder with links to all programs of the PATH, except the hidden ones."""
    programs = folder / "programs"
    programs.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name not in hidden and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    return programs
