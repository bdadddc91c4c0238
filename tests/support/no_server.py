"""Hides all server programs of this machine from one command."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from tests.support.unavailable import Unavailable

_FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin")


def prefix() -> list[str]:
    """The words to put before a command, so that it finds no server program. Raises Unavailable."""
    unshare = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True, timeout=60).returncode:
        raise Unavailable(
            "cannot hide the server programs, namespaces are not allowed here: run the tests as root"
        )
    hide = "".join(f"mount --bind /dev/null {shlex.quote(path)}\n" for path in _programs())
    return [*unshare, "sh", "-ec", f'{hide}exec "$@"', "sh"]


def _programs() -> list[str]:
    folders = (*os.environ["PATH"].split(os.pathsep), *_FOLDERS)
    found = (Path(folder, name) for folder in folders for name in ("mysqld", "mariadbd"))
    return sorted({str(path.resolve()) for path in found if path.exists()})
