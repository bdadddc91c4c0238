"""Template datadirs: initialised once for each server build, and copied for every private server.

Initialising takes seconds, a copy a twentieth of a second. A template is a folder in the user's cache. It
contains the datadir ``data`` and a list of its files, with sizes and digests, which is written last. ci-kit
makes a template again if the list is missing or the sizes differ. If a server does not start, ci-kit compares
the digests too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command, Completed, Input
from ci_kit.host.machine import Host
from ci_kit.mysql.config.error_log import first_errors
from ci_kit.mysql.config.rejected_option import rejected_option
from ci_kit.mysql.config.server_options import as_flags, datadir_options
from ci_kit.mysql.prepare.zone_tables import machine_zones, zone_files_version, zone_statements
from ci_kit.mysql.private.folder import ServerFolder
from ci_kit.mysql.private.program import ServerProgram
from ci_kit.settings.settings import Settings

_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
# Increased when templates of an earlier release of ci-kit can no longer be used.
_FORMAT = "3"

SIZES: tuple[str, ...] = ("loose_innodb_log_file_size=10M", "loose_innodb_redo_log_capacity=16M")
"""Small redo logs, because each copy contains them: both servers have 100 MiB by default.

The first option belongs to MariaDB, the second to MySQL. The server gets them like the template: with other
sizes it would resize its logs at the start.
"""


@dataclass(frozen=True)
class _Recipe:
    """What a template depends on: the server build, my.cnf lines, and whether it has time zone tables."""

    program: ServerProgram
    lines: tuple[str, ...]
    zones: bool

    @property
    def name(self) -> str:
        real = self.program.path.resolve()
        status = real.stat()
        build = (str(real), str(self.program.version), str(status.st_size), str(status.st_mtime_ns))
        zones = zone_files_version() if self.zones else "without zones"
        facts = (_FORMAT, *build, zones, *self.lines)
        version = self.program.version
        return f"{version.flavour.lower()}-{version.text}-{_digest(facts)}"


@dataclass(frozen=True)
class Template:
    """A folder with a datadir to copy, ``data``: in the cache, or in the folder of a server."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def complete(self) -> bool:
        """Whether every file is there with its size. That is quick, so every run checks it."""
        listed = self._listed()
        return bool(listed) and {name: size for name, (size, _) in listed.items()} == _sizes(self.data)

    @property
    def damaged(self) -> bool:
        """Whether the content of a file has changed. That takes a while: only a failed start is a reason."""
        return any(digest != _digest_of(self.data / name) for name, (_, digest) in self._listed().items())

    def remove(self, host: Host) -> None:
        with host.locked(self.lock):
            host.remove(self.folder)

    @property
    def lock(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    def _listed(self) -> dict[str, tuple[int, str]]:
        """The size and the digest of each file, by the list that was written last."""
        try:
            listed = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
            return {name: (int(size), str(digest)) for name, (size, digest) in listed.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}


def find_template(host: Host, program: ServerProgram, server: ServerFolder, settings: Settings) -> Template:
    """The template for a server program and the settings, made now if the cache has none.

    It is made in the folder ``server``, as the user that will run the server, and moved to the cache when it
    is complete. Raises UnavailableError, and UsageError for a setting that the server rejects.
    """
    lines = (*SIZES, *datadir_options(settings))
    recipe = _Recipe(program, lines, zones=settings.time_zone_tables != "none")
    template = Template(host.cache_root() / "templates" / recipe.name)
    folder = template.folder
    with host.locked(template.lock):
        if not template.complete:
            with host.console.progress("mysql", f"preparing a datadir for {program.version}, once"):
                for damaged in (folder, *folder.parent.glob(f"{folder.name}{_UNFINISHED}*")):
                    host.remove(damaged)
                _make(host, recipe, server, folder, settings)
    return template


def remove_identity(host: Host, data: Path) -> None:
    """Let each copy of a datadir make its own server UUID: two servers with the same one cannot replicate."""
    host.remove(data / "auto.cnf")


def _digest(facts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:12]


def _sizes(data: Path) -> dict[str, int]:
    return {
        str(path.relative_to(data)): path.stat().st_size for path in sorted(data.rglob("*")) if path.is_file()
    }


def _digest_of(path: Path) -> str:
    """A digest of a file's content; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _make(host: Host, recipe: _Recipe, server: ServerFolder, folder: Path, settings: Settings) -> None:
    made, zones = server.path / "template", server.path / "zones.sql"
    unfinished = folder.with_name(f"{folder.name}{_UNFINISHED}{secrets.token_hex(4)}")
    try:
        host.make_dir(made, mode=0o700, owner=server.owner)
        sql = "".join(f"{line};\n" for line in zone_statements(machine_zones() if recipe.zones else ()))
        host.write(zones, sql, shown=f"{sql[:60]} …")
        env = {"TZ": "UTC", "TMPDIR": str(server.temporary)}
        for command, stdin in _initialise(recipe, server, made, zones):
            read = Input(sql, shown=f"the SQL of {stdin}") if stdin else None
            done = host.run(Command(command, env=env, stdin=read), seconds=settings.boot_timeout)
            if not done.ok:
                problem = rejected_option(done.stdout + done.stderr, settings)
                raise problem or _failed(Path(command[0]), server, done)
        remove_identity(host, made)
        host.copy_tree(made, unfinished / "data")
        data = unfinished / "data"
        listed = {name: (size, _digest_of(data / name)) for name, size in _sizes(data).items()}
        host.write(unfinished / _MANIFEST, json.dumps(listed), shown="")
        host.move(unfinished, folder)
    finally:
        for path in (unfinished, made, zones):
            host.remove(path)


def _initialise(
    recipe: _Recipe, server: ServerFolder, data: Path, sql: Path
) -> list[tuple[list[str], Path | None]]:
    """The commands that make a datadir and run an SQL file in it; each with the file that it reads."""
    program = recipe.program
    lines = [f"--datadir={data}", *as_flags(recipe.lines)]
    lines += [f"--user={server.user}"] if server.user else []
    command = [*program.command, "--no-defaults", *lines]
    if program.version.flavour == "MySQL":
        initialise = ["--initialize-insecure", "--secure-file-priv=NULL", "--innodb-doublewrite=OFF"]
        return [([*command, *initialise, f"--init-file={sql}"], None)]
    install = [
        str(program.installer),
        "--no-defaults",
        *lines,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
    ]
    return [(install, None), ([*command, "--bootstrap"], sql)]


def _failed(program: Path, server: ServerFolder, done: Completed) -> UnavailableError:
    errors = first_errors(done.stdout + done.stderr)
    return UnavailableError(
        "cannot initialise a datadir",
        why=server.failure_reason(f"{program} ended with {done.code}", errors),
        details=errors,
        todo="fix the cause that the lines above name (`ci-kit run -v` shows the command),"
        " or set mysql-datadir to another folder",
    )
