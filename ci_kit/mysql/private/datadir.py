"""An initialised datadir, made once per server build and copied for every private server.

Initialising takes seconds, a copy a twentieth of one. A template is a folder of the user's cache with the
datadir in ``data`` and, written last, a list of its files and their sizes, by which a damaged or half-written
one is told and made again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Completed, Host
from ci_kit.mysql.config.error_log import telling_lines
from ci_kit.mysql.config.rejected_option import wrong_setting
from ci_kit.mysql.config.server_options import as_flags, datadir_settings
from ci_kit.mysql.prepare.zone_tables import known_zones, zone_statements, zones_edition
from ci_kit.mysql.private.folder import Scratch
from ci_kit.mysql.private.program import ServerProgram
from ci_kit.settings.loading import Settings

_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
# Raised when a template made by an earlier release of ci-kit is of no use any more.
_FORMAT = "2"

SIZES: tuple[str, ...] = ("loose_innodb_log_file_size=10M", "loose_innodb_redo_log_capacity=16M")
"""Redo logs of 100 MiB, the default of both servers, would be copied each time. The first setting is
MariaDB's, the second MySQL's; they hold for the server as for the template, or it would resize its logs."""


@dataclass(frozen=True)
class _Recipe:
    """What makes a template what it is: the server build, the lines of a my.cnf, the zones known by name."""

    program: ServerProgram
    lines: tuple[str, ...]
    zones: bool

    @property
    def name(self) -> str:
        real = self.program.path.resolve()
        status = real.stat()
        build = (str(real), str(self.program.version), str(status.st_size), str(status.st_mtime_ns))
        zones = zones_edition() if self.zones else "without zones"
        facts = (_FORMAT, *build, zones, *self.lines)
        version = self.program.version
        return f"{version.flavour.lower()}-{version.text}-{_digest(facts)}"


def template(host: Host, program: ServerProgram, scratch: Scratch, settings: Settings) -> Path:
    """The template datadir for a server program and the settings, made now if there is none.

    It is made on ``scratch``, as the user that will run the server, and moved to the cache when complete.
    """
    lines = (*SIZES, *datadir_settings(settings))
    recipe = _Recipe(program, lines, zones=settings.time_zone_tables != "none")
    folder = host.cache_root() / "templates" / recipe.name
    with host.locked(folder.with_name(f"{folder.name}.lock")):
        if not _complete(folder):
            with host.console.progress("mysql", f"preparing a datadir for {program.version}, once"):
                for damaged in (folder, *folder.parent.glob(f"{folder.name}{_UNFINISHED}*")):
                    host.remove(damaged)
                _make(host, recipe, scratch, folder, settings)
    return folder / "data"


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


def _make(host: Host, recipe: _Recipe, scratch: Scratch, folder: Path, settings: Settings) -> None:
    made, zones = scratch.folder / "template", scratch.folder / "zones.sql"
    unfinished = folder.with_name(f"{folder.name}{_UNFINISHED}{secrets.token_hex(4)}")
    try:
        host.make_dir(made, mode=0o700, owner=scratch.owner)
        sql = "".join(f"{line};\n" for line in zone_statements(known_zones() if recipe.zones else ()))
        host.write(zones, sql, shown=f"{sql[:60]} …")
        env = {"TZ": "UTC", "TMPDIR": str(scratch.temporary)}
        for command, stdin in _initialise(recipe, scratch, made, zones):
            done = host.run(
                command,
                env=env,
                stdin=sql if stdin else None,
                shown_stdin=f"the SQL of {stdin}",
                seconds=settings.boot_timeout,
            )
            if not done.ok:
                problem = wrong_setting(done.stdout + done.stderr, settings)
                raise problem or _failed(Path(command[0]), scratch, done)
        # Each copy makes an identity of its own, without which two of them could not replicate.
        host.remove(made / "auto.cnf")
        host.copy_tree(made, unfinished / "data")
        host.write(unfinished / _MANIFEST, json.dumps(_sizes(unfinished / "data")), shown="")
        host.move(unfinished, folder)
    finally:
        for path in (unfinished, made, zones):
            host.remove(path)


def _initialise(
    recipe: _Recipe, scratch: Scratch, data: Path, sql: Path
) -> list[tuple[list[str], Path | None]]:
    """The commands that make a datadir and carry a file's statements out in it; with each, what it reads."""
    program = recipe.program
    lines = [f"--datadir={data}", *as_flags(recipe.lines)]
    lines += [f"--user={scratch.user}"] if scratch.user else []
    server = [*program.command, "--no-defaults", *lines]
    if program.version.flavour == "MySQL":
        initialise = ["--initialize-insecure", "--secure-file-priv=NULL", "--innodb-doublewrite=OFF"]
        return [([*server, *initialise, f"--init-file={sql}"], None)]
    install = [
        str(program.installer),
        "--no-defaults",
        *lines,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
    ]
    return [(install, None), ([*server, "--bootstrap"], sql)]


def _failed(program: Path, scratch: Scratch, done: Completed) -> UnavailableError:
    told = telling_lines(done.stdout + done.stderr, from_start=True)
    return UnavailableError(
        "a datadir could not be initialised",
        why=scratch.reason(f"{program} ended with {done.code}", told),
        details=told,
        todo="look at the lines above; `ci-kit run -v` shows the command, the setting mysql-datadir names"
        " another folder",
    )
