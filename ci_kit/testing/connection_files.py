"""Files of the project that tell its tests how to reach the server, written for one run from templates."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.run_folder import file_for_run, remove_left
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import fill, wrong_placeholder
from ci_kit.settings.settings import Settings

# In seconds.
_REMOVAL = 1.0
_POLL = 0.02


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


# MySQL's manual, "Using Option Files": the escape sequences of a value. A quote ends only a quoted value.
_IN_OPTION_FILE = str.maketrans(
    {"\\": r"\\", '"': r"\"", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b"}
)
_ESCAPES: Mapping[str, Callable[[str], str]] = {
    # A string of TOML or YAML in double quotes has the escapes of JSON.
    **dict.fromkeys((".json", ".toml", ".yaml", ".yml"), _in_json),
    ".cnf": lambda value: value.translate(_IN_OPTION_FILE),
}
"""How a value is written within a string of a file, by the file's suffix."""


@dataclass(frozen=True)
class ConnectionFile:
    """A file to write, and the text of its template."""

    path: Path
    template: str

    @contextmanager
    def written(self, host: Host, run_folder: Path, values: Mapping[str, str]) -> Iterator[None]:
        """Write it with the values of its placeholders; at the end of the context, it is removed.

        Raises UnavailableError if a file is there by now.
        """
        text = fill(self.template, values, _ESCAPES.get(self.path.suffix, str))
        with file_for_run(host, run_folder, self.path, text) as created:
            if not created:
                raise UnavailableError(
                    f"{self.path} already exists",
                    why="it was not there when the run began, so another run may have written it",
                    todo="wait until the other run has ended, or start this one in a copy of the project",
                )
            yield


def read_connection_files(host: Host, settings: Settings) -> tuple[ConnectionFile, ...]:
    """The files of the setting ``files``, with their templates. Removes those that a killed run left.

    Raises UsageError if one cannot be written, or if its template cannot be filled in.
    """
    deadline = time.monotonic() + _REMOVAL
    while any(os.path.lexists(settings.root / pair.name) for pair in settings.files):
        remove_left(host)
        # Another run may be removing them at this moment.
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL)
    return tuple(_read(pair, settings) for pair in settings.files)


def _read(pair: Pair, settings: Settings) -> ConnectionFile:
    source = f"files came from {settings.source('files')}"
    path, template = settings.root / pair.name, settings.root / pair.text
    if not path.parent.is_dir():
        raise UsageError(
            f"cannot write {pair.name}: its folder does not exist",
            why=source,
            todo="create the folder, or choose another one",
        )
    if path == template:
        raise UsageError(
            f"{pair.name} is its own template", why=source, todo="give the template another name"
        )
    if path.is_symlink() or path.exists():
        raise UsageError(
            f"{pair.name} already exists",
            why=f"{source}; ci-kit writes such a file for the run, and removes it after the tests",
            todo="remove the file, or choose another name; a run that is still going may have written it",
        )
    try:
        text = template.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"cannot read the template {pair.text}",
            why=f"{reason}; {source}",
            todo="correct the path or the file",
        ) from error
    if problem := wrong_placeholder(text, settings.placeholders, source=pair.text):
        raise problem
    return ConnectionFile(path, text)
