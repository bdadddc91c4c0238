"""A real Podman with its own storage and its own mount namespace.

Podman does not work as it is in a container, or on a machine with version 1 of cgroups. The namespace has
version 2, and Podman's configuration avoids what is not allowed in a container. A script ``podman`` for the
PATH enters the namespace and then executes the real Podman. So process id, signals and environment stay the
same.
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

# `read` ends when the tests end, also when they are killed: the kernel then closes the other end of the pipe.
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
    """A container engine. ``programs`` is a folder for the PATH that contains the script ``podman``."""

    programs: Path

    def __call__(self, *args: str, stdin: bytes | None = None, check: bool = True) -> str:
        """Run Podman and return what it prints."""
        done = subprocess.run(
            [self.programs / "podman", *args], input=stdin, capture_output=True, check=False, timeout=300
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def path(self, rest: str) -> str:
        """A PATH on which the tests' Podman comes first."""
        return f"{self.programs}{os.pathsep}{rest}"

    def containers(self, *, running: bool = False) -> set[str]:
        """The names of all containers, or only of the running ones."""
        return set(self("ps", *([] if running else ["--all"]), "--format", "{{.Names}}").split())

    def volumes(self) -> set[str]:
        return set(self("volume", "ls", "--quiet").split())


@contextmanager
def engine(folder: Path, *, images: Sequence[Path] = (), storage: Path | None = None) -> Iterator[Engine]:
    """Start an engine that keeps its files in ``folder``.

    ``images`` are other storages whose images it can use. ``storage`` is the place of its own images, if they
    should outlive the engine. Raises Unavailable.
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
                "cannot create a namespace for Podman here: start the container with --privileged"
            )
        programs = folder / "bin"
        programs.mkdir()
        _write_program(programs / "podman", podman, holder.pid, environment)
        yield Engine(programs)
    finally:
        holder.stdin.close()
        holder.wait(120)
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
    """The storage driver: overlay (fast) if the kernel can mount one on the temporary folder, else vfs."""
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
