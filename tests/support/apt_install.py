"""Installs programs that a test tier needs, if they are missing on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tests.support.unavailable import Unavailable

# Podman's helper programs lie in folders that are not on the PATH.
_HELPER_FOLDERS = ("/usr/sbin", "/sbin", "/usr/lib/podman", "/usr/libexec/podman")


def require(package_of: Mapping[str, str], *, tier: str) -> None:
    """Install the missing programs; ``package_of`` maps a program to its package. Raises Unavailable."""
    missing = [program for program in package_of if not _found(program)]
    if not missing:
        return
    packages = sorted({package_of[program] for program in missing})
    wanted = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Unavailable(f"{', '.join(missing)} not found: install {wanted}")
    if os.geteuid() != 0:
        raise Unavailable(f"{', '.join(missing)} not found: run `apt-get install {wanted}` as root")
    sys.stderr.write(f"{tier}: installing {wanted} with apt-get\n")
    # Another program may be installing at this moment. In seconds.
    patient = ("-o", "DPkg::Lock::Timeout=300")
    install = ("apt-get", *patient, "install", "-q", "-y", "--no-install-recommends", *packages)
    # A fresh container has no package lists and needs an update; a laptop usually does not.
    if not (succeeds(*install) or (succeeds("apt-get", "update", "-q") and succeeds(*install))):
        raise Unavailable(f"apt-get could not install {wanted}: install it by hand")


def succeeds(*argv: str) -> bool:
    if not shutil.which(argv[0]):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run(argv, check=False, capture_output=True, env=environment, timeout=900).returncode == 0
    )


def _found(program: str) -> bool:
    return bool(shutil.which(program) or shutil.which(program, path=os.pathsep.join(_HELPER_FOLDERS)))
