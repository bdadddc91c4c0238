"""Builds the images of machines: root folders with Debian that look like GitHub's Ubuntu image.

There is one image for each server: MySQL as on GitHub's image, and MariaDB with the defaults of its packages.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Literal, TypeAlias

from tests.runner import requirements
from tests.support import apt_sources, cache
from tests.support.unavailable import Unavailable

ServerName: TypeAlias = Literal["mysql", "mariadb"]

RELEASE = "trixie"
PACKAGES = (
    "ca-certificates",
    "curl",
    "dbus",
    "git",
    "iproute2",
    "make",
    "nodejs",
    "pipx",
    "procps",
    "python-is-python3",
    "python3",
    "python3-pip",
    "python3-venv",
    "sudo",
    "systemd",
    "systemd-sysv",
    "tzdata",
)
_SCRIPTS = Path(__file__).parent

# The host's options for its mirror: the proxies, and whether apt checks the dates of package lists.
_HOST_APT_OPTIONS = re.compile(r'^Acquire::(?:https?::Proxy|Check-Date)\S* ".+";$', re.MULTILINE)


def build(server: ServerName = "mysql", folder: Path | None = None) -> Path:
    """The image with this server, from the cache or built now. Raises Unavailable.

    Building takes a minute or two and needs the network.
    """
    # Checked first: an image is of no use on a host that cannot boot it.
    requirements.to_boot()
    folder = folder or cache.folder()
    provision = _provisioning(server)
    name = f"runner-{server}-{_recipe(provision)}"
    image = folder / name
    if image.is_dir():
        return image
    requirements.to_build()
    release, unstable = apt_sources.debian(RELEASE), apt_sources.debian("sid")
    with cache.locked("runner", folder):
        if image.is_dir():
            return image
        with cache.scratch("runner", folder) as building:
            unstable_list = building / "sid.list"
            unstable_list.write_text(f"{unstable.line()}\n")
            script = building / "provision.sh"
            script.write_text(provision)
            root = building / "root"
            _bootstrap(root, release.line(), unstable_list, script)
            cache.replace(root, image)
    return image


def _provisioning(server: ServerName) -> str:
    """The script that makes Debian look like a runner and installs the server."""
    names = ("provision.sh", f"provision-{server}.sh")
    return "\n".join((_SCRIPTS / name).read_text() for name in names)


def _recipe(provision: str) -> str:
    recipe = "\n".join((RELEASE, *PACKAGES, provision))
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _bootstrap(root: Path, release: str, unstable_list: Path, provision: Path) -> None:
    host_options = subprocess.run(
        ["apt-config", "dump"], check=False, capture_output=True, text=True, timeout=60
    ).stdout
    options = ['Acquire::Check-Valid-Until "false";', *_HOST_APT_OPTIONS.findall(host_options)]
    done = subprocess.run(
        [
            # mmdebstrap mounts /proc and more in the folder. In a namespace of its own these mounts end with
            # it, also if it is killed.
            *("unshare", "--mount", "--propagation", "private"),
            *("mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
            *(f"--aptopt={option}" for option in options),
            # No test reads manuals, and without them and without fsync the build is faster.
            *("--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/doc/*"),
            *("--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=force-unsafe-io"),
            f"--customize-hook=upload {unstable_list} /etc/apt/sources.list.d/sid.list",
            f"--customize-hook=upload {provision} /root/provision.sh",
            '--customize-hook=chroot "$1" sh /root/provision.sh',
            *(RELEASE, str(root), release),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise Unavailable(f"the runner image cannot be built: {' '.join(errors) or done.stderr[-500:]}")
