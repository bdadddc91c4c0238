"""Functions for the unit tests: hosts, settings, projects, and calls of ci-kit."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci_kit.cli import main
from ci_kit.console import Console
from ci_kit.host.machine import DryHost, Host
from ci_kit.settings.loading import load_settings
from ci_kit.settings.settings import Settings
from tests.support.waiting import LIMIT

ROOT = Path(__file__).parents[2]

QUICK = {"PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:cacheprovider"}
"""For pytest in a small project: without a plugin of this environment that loads slowly."""

ALONE = QUICK | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The same, with only the plugins that ci-kit names."""

SELF_HOSTED = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}
GITHUB_HOSTED = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}


def make_host(environ: Mapping[str, str] | None = None, *, dry: bool = False, verbosity: int = 0) -> Host:
    """A host; :func:`console_text` returns the text of its console."""
    console = Console(verbosity, io.StringIO())
    return (DryHost if dry else Host)(console, dict(os.environ) if environ is None else environ)


def console_text(host: Host) -> str:
    """The text that a host of :func:`make_host` wrote to its console."""
    stream = host.console.stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def make_settings(root: Path, environ: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """Settings from flags, such as ``fail_under=90``."""
    return load_settings(root, environ or {}, flags)


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files, given as names and texts, into a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The mode and the content of each path in a folder."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def ci_kit(
    *words: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ci-kit in a new process."""
    return python("-m", "ci_kit", *words, env=env, cwd=cwd)


def python(
    *words: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with changes to the environment."""
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
        timeout=LIMIT,
    )


def python_with(folder: Path, modules: Mapping[str, str]) -> Path:
    """A Python without pip, which has these modules. Its environment is made in ``folder``."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    write(packages, modules)
    return folder / "bin" / "python"


def exit_code(*argv: str | Path) -> Any:
    """The exit code of ci-kit, called in this process."""
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in argv])
    return caught.value.code


def file_command(text: str) -> dict[str, str]:
    """A GITHUB_OUTPUT or GITHUB_ENV file, parsed as the runner does (in ``FileCommandManager.cs``)."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, delimiter = line[:heredoc], line[heredoc + 2 :]
            value = []
            for following in lines:
                if following == delimiter:
                    break
                value.append(following)
            else:
                raise ValueError(f"{name!r} does not end: {delimiter!r} is missing")
            found[name] = "\n".join(value)
        elif equals > 0:
            found[line[:equals]] = line[equals + 1 :]
        else:
            raise ValueError(f"not an assignment: {line!r}")
    return found
