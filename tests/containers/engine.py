"""A real Podman with a storage and a mount namespace of its own, apart from the machine's.

A machine that is a container itself, or has the first version of cgroups mounted, is no place for Podman as
it is. The namespace has the second version, and Podman's configuration leaves alone what is not allowed
there. A program ``podman`` for the PATH enters the namespace and becomes the real one, with its process id,
its signals and its environment.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.containers import requirements
from tests.support import apt_install
from tests.support.unavailable import Unavailable

_CONTAINERS_CONF = """\
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=4096:4096", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""

# Ends with the tests, however they end: then nobody holds the other end of its input.
_NAMESPACE = """\
mount --make-rprivate /
umount --recursive /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/libpod
mount -t tmpfs tmpfs /run/libpod
mount -t tmpfs tmpfs /dev/shm
echo ready
read -r _
"$1" rm --force --all --volumes --time 0 >/dev/null 2>&1
"$1" network prune --force >/dev/null 2>&1
"""


@dataclass(frozen=True)
class Engine:
    """An engine. ``programs`` is the folder for the PATH, with a ``podman`` in it."""

    programs: Path

    def __call__(self, *args: str, stdin: bytes | None = None, check: bool = True) -> str:
        """What Podman prints."""
        done = subprocess.run(
            [self.programs / "podman", *args], input=stdin, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def path(self, rest: str) -> str:
        """The PATH of a machine on which Podman is the one engine there is."""
        return f"{self.programs}{os.pathsep}{rest}"

    def containers(self, *, running: bool = False) -> set[str]:
        """The names of the containers, of all that exist or of those that run."""
        return set(self("ps", *([] if running else ["--all"]), "--format", "{{.Names}}").split())

    def volumes(self) -> set[str]:
        return set(self("volume", "ls", "--quiet").split())


@contextmanager
def engine(folder: Path, *, images: Sequence[Path] = (), storage: Path | None = None) -> Iterator[Engine]:
    """An engine with its files in a folder, and the images of other storages at hand.

    ``storage`` is where it keeps its own images, if that is to stay. Raises Unavailable.
    """
    requirements.to_run()
    podman = shutil.which("podman")
    assert podman
    environment = _configure(folder, images, storage or folder / "storage")
    script = ["sh", "-c", _NAMESPACE, "sh", podman]
    holder = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", *script],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert holder.stdin
    assert holder.stdout
    try:
        if holder.stdout.readline() != b"ready\n":
            raise Unavailable(
                "a namespace for Podman cannot be made here: start the container with --privileged"
            )
        programs = folder / "bin"
        programs.mkdir()
        _write_program(programs / "podman", podman, holder.pid, environment)
        yield Engine(programs)
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


def _configure(folder: Path, images: Sequence[Path], storage: Path) -> dict[str, str]:
    listed = ", ".join(f'"{image}"' for image in images)
    (folder / "containers.conf").write_text(_CONTAINERS_CONF)
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "{driver()}"\ngraphroot = "{storage}"\nrunroot = "{folder}/run"\n'
        f"[storage.options]\nadditionalimagestores = [{listed}]\n"
    )
    return {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }


def driver() -> str:
    """overlay, which copies no image, where the kernel mounts one over the temporary folder; else vfs."""
    trial = (
        'mount -t tmpfs tmpfs /mnt && cd /tmp && mkdir /mnt/merged && folder=$(mktemp -d) && cd "$folder" &&'
        " mkdir lower upper work && mount -t overlay"
        ' -o "lowerdir=$folder/lower,upperdir=$folder/upper,workdir=$folder/work" overlay /mnt/merged;'
        ' code=$?; umount /mnt/merged; rm -rf "$folder"; exit $code'
    )
    return "overlay" if apt_install.succeeds("unshare", "--mount", "sh", "-c", trial) else "vfs"


def _write_program(path: Path, podman: str, namespace: int, environment: Mapping[str, str]) -> None:
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    path.write_text(
        f'#!/bin/sh\nexport {settings}\nexec nsenter --target={namespace} --mount -- {podman} "$@"\n'
    )
    path.chmod(0o755)
