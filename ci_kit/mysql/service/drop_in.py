"""The option files that ci-kit adds to the machine's service while it uses it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command, Input
from ci_kit.host.machine import Host
from ci_kit.mysql.client.sql import Statement
from ci_kit.mysql.service.option_files import option_text

_NAME = "zz-ci-kit"


@dataclass(frozen=True)
class DropIn:
    """ci-kit's files in a folder that the server's option files include; root writes and removes them.

    The server can read this folder. Ubuntu's AppArmor profile and systemd's ProtectHome and PrivateTmp hide
    other folders from it.
    """

    folder: Path

    @property
    def _settings(self) -> Path:
        return self.folder / f"{_NAME}.cnf"

    @property
    def _init_option(self) -> Path:
        return self.folder / f"{_NAME}-init.cnf"

    @property
    def _init_file(self) -> Path:
        return self.folder / f"{_NAME}-init.sql"

    def text(self) -> str:
        """The current text of the settings; empty if the file does not exist."""
        try:
            return self._settings.read_text(encoding="utf-8")
        except OSError:
            return ""

    def write(self, host: Host, text: str) -> None:
        """Write the settings; an empty text removes the file. Raises UnavailableError."""
        if text:
            _write(host, self._settings, text)
        else:
            _remove(host, self._settings)

    def write_init(self, host: Host, statements: tuple[Statement, ...], *, user: str) -> None:
        """Make the server run statements at its next start, before it accepts connections.

        ``user`` is the system user that runs the server. Raises UnavailableError.
        """
        text = "".join(f"{one.text};\n" for one in statements)
        shown = "".join(f"{one.shown};\n" for one in statements)
        _write(host, self._init_file, text, shown=shown, owner=user)
        _write(host, self._init_option, option_text((f"init_file={self._init_file}",)))

    def remove_init(self, host: Host) -> None:
        """Remove the statements for the next start. Raises UnavailableError."""
        _remove(host, self._init_option, self._init_file)

    def remove(self, host: Host) -> None:
        """Remove all files of ci-kit. Raises UnavailableError."""
        _remove(host, self._settings, self._init_option, self._init_file)


def _write(host: Host, path: Path, text: str, *, shown: str | None = None, owner: str = "") -> None:
    """Write a file that only ``owner`` can read; without an owner, every user can read it."""
    script = 'umask 077 && cat > "$0" && chown "$1" "$0" && chmod "$2" "$0"'
    words = ["sh", "-c", script, str(path), owner or "root", "400" if owner else "644"]
    done = host.run(Command(host.as_root(words), stdin=Input(text, shown)))
    if not done.ok:
        raise UnavailableError(
            f"cannot write {path}",
            why=done.stderr.strip() or f"the shell ended with {done.code}",
            todo="allow sudo without a password, or use a private server (mysql = private)",
        )


def _remove(host: Host, *paths: Path) -> None:
    # A dry run has written no files, but prints the command that a real run would use.
    there = [str(path) for path in paths if host.dry or _may_exist(path)]
    if not there:
        return
    done = host.run(host.as_root(["rm", "-f", *there]))
    if not done.ok:
        raise UnavailableError(
            f"cannot remove {' and '.join(there)}",
            why=done.stderr.strip() or f"rm ended with {done.code}",
            todo="allow sudo without a password and run `ci-kit mysql down`, or remove them by hand",
        )


def _may_exist(path: Path) -> bool:
    """Whether a file exists, or is in a folder that this process cannot look into."""
    return os.path.lexists(path) or not os.access(path.parent, os.X_OK)
