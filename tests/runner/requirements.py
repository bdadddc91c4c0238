"""Checks that the host can build and boot machines."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tests.support import apt_install
from tests.support.apt_install import succeeds
from tests.support.unavailable import Unavailable

_TIER = "tests/runner"
_TO_BOOT = {
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "tar": "tar",
}


def to_boot() -> None:
    """Check that machines can boot here, and install missing programs. Raises Unavailable."""
    _require_kernel_and_rights()
    apt_install.require(_TO_BOOT, tier=_TIER)
    if not succeeds("unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/run"):
        raise Unavailable("namespaces and mounts are not allowed here: start the container with --privileged")


def to_build() -> None:
    """Check that images can be built here, and install mmdebstrap if needed. Raises Unavailable."""
    apt_install.require({"mmdebstrap": "mmdebstrap"}, tier=_TIER)


def _require_kernel_and_rights() -> None:
    if platform.system() != "Linux":
        raise Unavailable(f"{platform.system()} cannot boot a machine with systemd: use Debian")
    if os.geteuid() != 0:
        raise Unavailable("booting a machine needs root: run this tier with sudo")
    filesystems = Path("/proc/filesystems").read_text().split()
    if "cgroup2" not in filesystems:
        raise Unavailable("this kernel has no cgroup2: run this tier on Linux 4.5 or newer")
    if "overlay" not in filesystems and not succeeds("modprobe", "-q", "overlay"):
        raise Unavailable("this kernel has no overlayfs: install the kernel's module `overlay`")
