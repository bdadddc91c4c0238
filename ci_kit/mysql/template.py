"""An initialised datadir, made once per server build and copied for every private server.

Initialising takes seconds, a copy a twentieth of one. A template is a folder of the user's cache with the
datadir in ``data`` and, written last, a list of its files and their sizes, by which a damaged or half-written
one is told and made again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host import Completed, Host
from ci_kit.mysql.binary import ServerProgram
from ci_kit.mysql.scratch import Scratch
from ci_kit.mysql.tuning import as_flags
from ci_kit.mysql.zones import known_zones, zone_statements

_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
# Raised when a template made by an earlier release of ci-kit is of no use any more.
_FORMAT = "2"

SIZES: tuple[str, ...] = ("loose_innodb_log_file_size=10M", "loose_innodb_redo_log_capacity=16M")
"""Redo logs of 100 MiB, the default of both servers, would be copied each time. The first setting is
MariaDB's, the second MySQL's; they hold for the server as for the template, or it would resize its logs."""


def template(host: Host, program: ServerProgram, scratch: Scratch, *, zones: bool, seconds: float) -> Path:
    """The template datadir for a server program, made now, in that many seconds, if there is none.

    With ``zones``, the server knows the zones of this machine by name. It is made on ``scratch``, as the user
    that will run the server, and moved to the cache when complete.
    """
    folder = host.cache_root() / "templates" / _key(program, zones=zones)
    with host.locked(folder.with_name(f"{folder.name}.lock")):
        if not _complete(folder):
            with host.console.progress("mysql", f"preparing a datadir for {program.version}, once"):
                for damaged in (folder, *folder.parent.glob(f"{folder.name}{_UNFINISHED}*")):
                    host.remove(damaged)
                _make(host, program, scratch, folder, zones=zones, seconds=seconds)
    return folder / "data"


def _key(program: ServerProgram, *, zones: bool) -> str:
    real = program.path.resolve()
    status = real.stat()
    build = (str(real), str(program.version), str(status.st_size), str(status.st_mtime_ns))
    facts = (_FORMAT, *build, "with zones" if zones else "without")
    return f"{program.version.flavour.lower()}-{program.version.text}-{_digest(facts)}"


def _digest(facts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:12]


def _complete(folder: Path) -> bool:
    try:
        listed = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(listed) and listed == _sizes(folder / "data")


def _sizes(data: Path) -> dict[str, int]:
    return {
        str(path.relative_to(data)): path.stat().st_size for path in sorted(data.rglob("*")) if path.is_file()
    }


def _make(
    host: Host, program: ServerProgram, scratch: Scratch, folder: Path, *, zones: bool, seconds: float
) -> None:
    made = scratch.folder / "template"
    host.make_dir(made, mode=0o700, owner=scratch.owner)
    sql = scratch.folder / "zones.sql"
    host.write(
        sql,
        "".join(f"{line};\n" for line in zone_statements(known_zones() if zones else ())),
        shown="the zones of this machine" if zones else "",
    )
    for command in _initialise(program, scratch, made, sql):
        done = host.run(command, env={"TZ": "UTC", "TMPDIR": str(scratch.temporary)}, seconds=seconds)
        if not done.ok:
            told = _telling(done)
            raise UnavailableError(
                f"{program.path.name} could not initialise a datadir",
                why=scratch.reason(f"`{Path(command[0]).name}` ended with {done.code}", told),
                details=told,
                todo="look at the lines above; `ci-kit run -v` shows the command, the setting mysql-datadir"
                " names another folder",
            )
    # Each copy makes an identity of its own, without which two of them could not replicate.
    host.remove(made / "auto.cnf")
    unfinished = folder.with_name(f"{folder.name}{_UNFINISHED}{secrets.token_hex(4)}")
    try:
        host.copy_tree(made, unfinished / "data")
        host.write(unfinished / _MANIFEST, json.dumps(_sizes(unfinished / "data")), shown="")
        host.move(unfinished, folder)
    finally:
        host.remove(unfinished)
        host.remove(made)
        host.remove(sql)


def _initialise(program: ServerProgram, scratch: Scratch, data: Path, sql: Path) -> list[list[str]]:
    """The commands that make a datadir and have the server carry out the statements in a file."""
    run_as = [f"--user={scratch.user}"] if scratch.user else []
    server = [*program.command, "--no-defaults", f"--datadir={data}", *as_flags(SIZES), *run_as]
    if program.version.flavour == "MySQL":
        initialise = ["--initialize-insecure", "--secure-file-priv=NULL", "--innodb-doublewrite=OFF"]
        return [[*server, *initialise, f"--init-file={sql}"]]
    install = [
        str(program.installer),
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
        *as_flags(SIZES),
        *run_as,
    ]
    return [install, ["sh", "-c", 'exec "$@" < "$0"', str(sql), *server, "--bootstrap"]]


def _telling(done: Completed) -> tuple[str, ...]:
    lines = (done.stdout + done.stderr).splitlines()
    errors = [line for line in lines if "ERROR" in line]
    return tuple((errors or lines)[-5:])
