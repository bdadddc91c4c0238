"""Unpacks programs from Debian packages into the cache, without root rights and without installing them.

apt uses a private state, and dpkg-deb only unpacks. The programs run with the C library and the loader from
the packages. So a server of Debian's unstable suite also runs on an older system.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import cache
from tests.support.apt_sources import Source
from tests.support.unavailable import Unavailable

MARKER = ".complete.json"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

# This apt does not use the machine's hooks, pins and sandbox user.
_APT_CONF = """\
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{state}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{state}";
Dir::State::lists "{state}/lists";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Cache::archives "{state}/archives";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
"""


@dataclass(frozen=True)
class Program:
    """A program that users start as `bin/<name>`."""

    path: str
    arguments: tuple[str, ...] = ()
    # mysqld accepts options such as --no-defaults and --version only as its first argument.
    first_stays_first: bool = False
    script: bool = False

    @property
    def name(self) -> str:
        """The file name of the program."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Bundle:
    """The packages to unpack, the files to keep and the programs. The first package gives the version."""

    name: str
    packages: tuple[str, ...]
    at_least: str
    # Patterns below /usr.
    keep: tuple[str, ...]
    drop: tuple[str, ...]
    programs: tuple[Program, ...]
    sources: Callable[[], Sequence[Source]] = field(repr=False)

    def fingerprint(self) -> str:
        """A hash of this bundle and this module. If it changes, an old folder is not used again."""
        return hashlib.sha256((repr(self) + Path(__file__).read_text()).encode()).hexdigest()[:16]


def unpacked(bundle: Bundle) -> Path:
    """The folder of the bundle, from the cache or built now (needs the network). Raises Unavailable."""
    if found := _complete(bundle):
        return found
    _require_tools(bundle)
    folder = cache.folder()
    with cache.locked(bundle.name, folder):
        # Another process may have built it while this one waited for the lock.
        if found := _complete(bundle):
            return found
        with cache.scratch(bundle.name, folder) as building:
            archives = _download(bundle, building)
            version = _version(bundle, archives)
            tree = _unpack(bundle, archives, building)
            for program in bundle.programs:
                _wrap(program, tree)
            _make_readable(tree)
            _mark_complete(bundle, tree)
            target = folder / f"{bundle.name}-{version}-{_suffix(bundle)}"
            cache.replace(tree, target)
    return target


def _suffix(bundle: Bundle) -> str:
    # Checkouts with different recipes share the cache, and must not replace each other's servers.
    return f"{_architecture()}-{bundle.fingerprint()}"


def _architecture() -> str:
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


def _complete(bundle: Bundle) -> Path | None:
    def newest(folder: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", folder.name)]

    candidates = cache.folder().glob(f"{bundle.name}-*-{_suffix(bundle)}")
    for folder in sorted(candidates, key=newest, reverse=True):
        if _is_whole(bundle, folder):
            return folder
    return None


def _is_whole(bundle: Bundle, folder: Path) -> bool:
    try:
        marker = json.loads((folder / MARKER).read_text())
        return bool(marker == {"bundle": bundle.fingerprint(), "sizes": _sizes(folder)})
    except (OSError, ValueError):
        return False


def _mark_complete(bundle: Bundle, tree: Path) -> None:
    marker = tree / MARKER
    marker.write_text(json.dumps({"bundle": bundle.fingerprint(), "sizes": _sizes(tree)}))
    marker.chmod(0o644)


def _sizes(tree: Path) -> dict[str, int]:
    sizes = {}
    for parent, _, names in os.walk(tree):
        for name in names:
            if name != MARKER:
                path = Path(parent, name)
                sizes[str(path.relative_to(tree))] = path.lstat().st_size
    return sizes


def _require_tools(bundle: Bundle) -> None:
    missing = [tool for tool in ("apt-get", "dpkg-deb", "dpkg") if not shutil.which(tool)]
    if missing or platform.system() != "Linux":
        raise Unavailable(
            f"downloading {bundle.packages[0]} {bundle.at_least} needs apt and dpkg, which this machine"
            f" ({platform.system()}) does not have: run the tests on Debian, or in a Debian container"
        )


def _download(bundle: Bundle, building: Path) -> list[Path]:
    state = building / "apt"
    for name in ("sources", "lists/partial", "cache", "archives/partial"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    for number, source in enumerate(bundle.sources()):
        (state / "sources" / f"{number}.sources").write_text(source.stanza())
    conf = state / "apt.conf"
    conf.write_text(_APT_CONF.format(state=state))
    apt = ["apt-get", "-c", str(conf), "-q", "-y"]
    _call([*apt, "update"], bundle)
    _call([*apt, "install", "--download-only", "--no-install-recommends", *bundle.packages], bundle)
    return sorted((state / "archives").glob("*.deb"))


def _version(bundle: Bundle, archives: Sequence[Path]) -> str:
    archive = next(path for path in archives if path.name.startswith(f"{bundle.packages[0]}_"))
    version = _call(["dpkg-deb", "--field", str(archive), "Version"], bundle).strip()
    if subprocess.run(["dpkg", "--compare-versions", version, "ge", bundle.at_least], check=False).returncode:
        raise Unavailable(f"the archive has {bundle.packages[0]} {version}, the tests need {bundle.at_least}")
    return version.rpartition(":")[2]


def _unpack(bundle: Bundle, archives: Sequence[Path], building: Path) -> Path:
    everything, tree = building / "everything", building / "tree"
    for archive in archives:
        _call(["dpkg-deb", "--extract", str(archive), str(everything)], bundle)
    # Older packages have files in /lib and /bin, which are links into /usr on a real system.
    for top in (everything, everything / "usr"):
        unwanted = {path for pattern in bundle.drop for path in top.glob(pattern)}
        for path in {path for pattern in bundle.keep for path in top.glob(pattern)} - unwanted:
            if path.is_symlink() or path.is_file():
                kept = tree / "usr" / path.relative_to(top)
                kept.parent.mkdir(parents=True, exist_ok=True)
                path.rename(kept)
    return tree


def _wrap(program: Program, tree: Path) -> None:
    real = tree / "usr" / program.path
    if not real.exists():
        raise Unavailable(
            f"the packages do not contain usr/{program.path}: correct the list in tests/support"
        )
    # The real program moves, and a link to the wrapper takes its place. Scripts of the package start programs
    # from their own folder, which need the wrapper too. The name stays, because `--version` prints it.
    moved = tree / "libexec" / program.name
    moved.parent.mkdir(exist_ok=True)
    real.rename(moved)
    real.symlink_to(os.path.relpath(tree / "bin" / program.name, real.parent))
    wrapper = tree / "bin" / program.name
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(_wrapper_text(program, moved.relative_to(tree), tree))
    wrapper.chmod(0o755)


def _wrapper_text(program: Program, moved: Path, tree: Path) -> str:
    loader = next(tree.glob("usr/lib/*/ld-linux*.so.*")).relative_to(tree)
    added = " ".join(f'"{argument}"' for argument in program.arguments)
    if program.first_stays_first:
        arguments = (
            f'if [ $# -gt 0 ]; then first=$1; shift; set -- "$first" {added} "$@"; else set -- {added}; fi\n'
        )
    else:
        arguments = f'set -- {added} "$@"\n'
    start = (
        f'exec /bin/sh "$root/{moved}" "$@"\n'
        if program.script
        else f'exec "$root/{loader}" --library-path "$root/{loader.parent}" "$root/{moved}" "$@"\n'
    )
    return (
        "#!/bin/sh\n"
        "self=$0\n"
        'if [ -L "$self" ]; then self=$(readlink -f "$self"); fi\n'
        'root=$(cd "${self%/*}/.." && pwd -P) || exit 1\n' + arguments + start
    )


def _make_readable(tree: Path) -> None:
    for parent, _, names in os.walk(tree):
        Path(parent).chmod(0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _call(argv: Sequence[str], bundle: Bundle) -> str:
    done = subprocess.run(argv, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith(("E:", "dpkg", "tar:"))]
        reason = errors[0] if errors else f"exit code {done.returncode}"
        raise Unavailable(f"cannot get {bundle.name}, {argv[0]} reports: {reason}")
    return done.stdout
