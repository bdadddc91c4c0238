"""Builds images of MySQL and MariaDB that behave like the official ones, without a registry.

An image contains busybox, the server that the other tests use, and an entrypoint. It is kept in the tests'
cache, under a hash of its contents.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.containers.engine import driver, engine
from tests.support import apt_unpack, cache, mariadb, mysql97
from tests.support.busybox import busybox
from tests.support.unavailable import Unavailable

_HERE = Path(__file__).parent
_SERVER = "/opt/server"
_FOLDERS = (
    "bin",
    "etc",
    "opt",
    "root",
    "run",
    "tmp",
    "usr/local/bin",
    "var/lib/mysql",
    "var/lib/mysql-files",
)
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nmysql:x:999:999::/var/lib/mysql:/bin/false\n"
_GROUP = "root:x:0:\nmysql:x:999:\n"
_CHANGES = (
    f"ENV PATH={_SERVER}/bin:/usr/local/bin:/bin",
    'ENTRYPOINT ["docker-entrypoint.sh"]',
    "VOLUME /var/lib/mysql",
    "EXPOSE 3306",
)


@dataclass(frozen=True)
class Image:
    """The name of an image, and the folder of the storage that contains it."""

    name: str
    storage: Path


def mysql_image() -> Image:
    return _built("mysql", mysql97.mysqld().parents[1])


def mariadb_image() -> Image:
    return _built("mariadb", mariadb.downloaded().parents[1])


def _built(name: str, server: Path) -> Image:
    """The image, from the cache or built now. Raises Unavailable."""
    folder = cache.folder()
    storage_driver = driver()
    key = f"image-{name}-{_recipe(server, storage_driver)}"
    image = Image(f"localhost/ci-kit-tests/{name}:latest", folder / key)
    if image.storage.is_dir():
        return image
    with cache.locked("image", folder):
        if not image.storage.is_dir():
            # A storage contains its own path. So it is built in its place, and cannot be moved there.
            with cache.scratch(key, folder) as building:
                _fill(building / "root", server)
                _import(building / "root", image)
    return image


def _recipe(server: Path, storage_driver: str) -> str:
    texts = (Path(__file__).read_text(), (_HERE / "entrypoint.sh").read_text(), storage_driver)
    marker = (server / apt_unpack.MARKER).read_text()
    return hashlib.sha256("\0".join((*texts, server.name, marker)).encode()).hexdigest()[:12]


def _fill(root: Path, server: Path) -> None:
    for name in _FOLDERS:
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy(busybox(), root / "bin" / "busybox")
    applets = subprocess.run([root / "bin" / "busybox", "--list"], capture_output=True, text=True, check=True)
    for applet in set(applets.stdout.split()) - {"busybox"}:
        (root / "bin" / applet).symlink_to("busybox")
    (root / "etc" / "passwd").write_text(_PASSWD)
    (root / "etc" / "group").write_text(_GROUP)
    entry = root / "usr" / "local" / "bin" / "docker-entrypoint.sh"
    shutil.copy(_HERE / "entrypoint.sh", entry)
    entry.chmod(0o755)
    shutil.copytree(server, root / _SERVER.lstrip("/"), symlinks=True)


def _import(root: Path, image: Image) -> None:
    with tempfile.TemporaryDirectory(prefix="ci-kit-tests-") as work:
        try:
            with engine(Path(work), storage=image.storage) as podman:
                packed = Path(work, "image.tar")
                subprocess.run(["tar", "-C", str(root), "-cf", str(packed), "."], check=True)
                podman("import", "--quiet", *(f"--change={one}" for one in _CHANGES), str(packed), "raw")
                podman("run", "--name=initialised", "raw", "initialise")
                podman("commit", "--quiet", "--change=CMD []", "initialised", image.name)
        except BaseException as error:
            cache.remove(image.storage)
            if isinstance(error, AssertionError | subprocess.CalledProcessError):
                raise Unavailable(f"the image cannot be built: {error}") from error
            raise
