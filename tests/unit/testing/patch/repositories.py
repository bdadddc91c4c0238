"""Real git repositories for the tests of a change."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.testing.patch.base import Base, find_base
from tests.support.waiting import LIMIT
from tests.unit.support import SELF_HOSTED, make_host, make_settings, write

_PERSON = {f"GIT_{who}_{what}": "a@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **_PERSON}


def git(folder: Path, *words: str | Path) -> str:
    """What a git command prints; fails if the command fails."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **GIT},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str], message: str = "change") -> str:
    """Commit files, and what else has changed; gives the commit."""
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A repository with one commit, on the branch main."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, files)
    return folder


def with_origin(folder: Path) -> Path:
    """The same repository, with a copy of it as its remote repository ``origin``."""
    copy = folder.with_name(f"{folder.name}-origin")
    git(folder, "clone", "--quiet", "--bare", folder, copy)
    git(folder, "remote", "add", "origin", copy.as_uri())
    git(folder, "fetch", "--quiet", "origin")
    git(folder, "remote", "set-head", "origin", "main")
    return copy


def runner_of(environ: Mapping[str, str], *, workflow: bool) -> Runner:
    """The runner of a workflow, or none as on a laptop."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return Runner(make_host({**kept, **GIT, **(SELF_HOSTED if workflow else {}), **environ}))


def base_of(
    root: Path, *, workflow: bool = False, environ: Mapping[str, str] | None = None, **flags: object
) -> Base | None:
    return find_base(runner_of(environ or {}, workflow=workflow), make_settings(root, None, **flags))
