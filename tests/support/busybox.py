"""A static busybox, which is all that an image needs beside its server."""

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
    """The program."""
    return apt_unpack.unpacked(BUSYBOX) / "usr" / "bin" / "busybox"
