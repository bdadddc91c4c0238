"""Checks that the machine can run containers."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tests.support import apt_install
from tests.support.unavailable import Unavailable

_PROGRAMS = {
    "podman": "podman",
    "crun": "crun",
    "netavark": "netavark",
    "iptables": "iptables",
    "nsenter": "util-linux",
    "unshare": "util-linux",
}


def to_run() -> None:
    """Check that containers can run here, and install missing programs. Raises Unavailable."""
    if platform.system() != "Linux":
        raise Unavailable(f"{platform.system()} cannot run Linux containers directly: use Debian")
    if os.geteuid() != 0:
        raise Unavailable("the tests' own engine needs root: run this tier with sudo")
    if "cgroup2" not in Path("/proc/filesystems").read_text().split():
        raise Unavailable("this kernel has no cgroup2: run this tier on Linux 4.5 or newer")
    apt_install.require(_PROGRAMS, tier="tests/containers")
    if not apt_install.succeeds("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/run"):
        raise Unavailable("namespaces and mounts are not allowed here: start the container with --privileged")
