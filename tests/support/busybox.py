"""A static busybox. An image for the tests needs only this and its server."""

from __future__ import annotations

from pathlib import Path

from tests.support import apt_sources, apt_unpack
from tests.support.apt_unpack import Bundle

BUSYBOX = Bundle(
    name="busybox",
    packages=("busybox-static",),
    at_least="1:1.30",
    sources=apt_sources.own_suites,
    keep=("bin/busybox", "share/doc/busybox-static/copyright"),
    drop=(),
    programs=(),
)


def busybox() -> Path:
    """The path of the busybox program, downloaded if it is not in the cache."""
    return apt_unpack.unpacked(BUSYBOX) / "usr" / "bin" / "busybox"
