"""What the host must offer before a machine can be built and booted on it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.unavailable import Unavailable

_PACKAGE_OF = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "tar": "tar",
}


def to_boot() -> None:
    """Raise Unavailable unless machines can be booted here."""
    _require_kernel_and_rights()
    _install("systemd-nspawn", "nsenter", "setpriv", "unshare", "tar")
    if not _succeeds("unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/run"):
        raise Unavailable("namespaces and mounts are not allowed here: start the container with --privileged")


def to_build() -> None:
    """Raise Unavailable unless an image can be built here."""
    _install("mmdebstrap")


def _require_kernel_and_rights() -> None:
    if platform.system() != "Linux":
        raise Unavailable(f"no machine with systemd can be booted on {platform.system()}: use Debian")
    if os.geteuid() != 0:
        raise Unavailable("booting a machine needs root: run this tier with sudo")
    filesystems = Path("/proc/filesystems").read_text().split()
    if "cgroup2" not in filesystems:
        raise Unavailable("this kernel has no cgroup2: run this tier on Linux 4.5 or newer")
    if "overlay" not in filesystems and not _succeeds("modprobe", "-q", "overlay"):
        raise Unavailable("this kernel has no overlayfs: install the kernel's module `overlay`")


def _install(*programs: str) -> None:
    missing = [program for program in programs if not shutil.which(program)]
    if not missing:
        return
    packages = sorted({_PACKAGE_OF[program] for program in missing})
    wanted = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Unavailable(f"{', '.join(missing)} not found: install {wanted}")
    sys.stderr.write(f"tests/runner: installing {wanted} with apt-get\n")
    install = ("apt-get", "install", "-q", "-y", "--no-install-recommends", *packages)
    # The package lists of a fresh container are empty, those of a laptop are good enough.
    if not (_succeeds(*install) or (_succeeds("apt-get", "update", "-q") and _succeeds(*install))):
        raise Unavailable(f"apt-get could not install {wanted}: install it by hand")


def _succeeds(*argv: str) -> bool:
    if not shutil.which(argv[0]):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(argv, check=False, capture_output=True, env=environment).returncode == 0
