"""Repositories of actions: bare git repositories that git reads in place of those on GitHub."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_DAY = 24 * 60 * 60


@dataclass
class Actions:
    """The repositories of actions in ``folder``. A commit is made by ``release`` and has an age in days."""

    folder: Path
    commits: dict[tuple[str, str], str] = field(default_factory=dict)

    def repository(self, action: str) -> Path:
        path = self.folder / action
        if not path.exists():
            self.git(self.folder, "init", "--quiet", "--bare", str(path))
            # As on GitHub.
            self.git(path, "config", "uploadpack.allowFilter", "true")
        return path

    def release(self, action: str, tag: str, days: int = 30, *, annotated_days: int | None = None) -> str:
        """Tag a new commit; with ``annotated_days``, by a tag object of that age. Gives the commit."""
        path = self.repository(action)
        (path / "file").write_text(tag)
        blob = self.git(path, "hash-object", "-w", "file")
        tree = self.git(path, "mktree", stdin=f"100644 blob {blob}\taction.yml\n")
        commit = self.git(path, "commit-tree", "-m", tag, tree, days=days)
        options = [] if annotated_days is None else ["--annotate", "-m", tag]
        self.git(path, "tag", "--force", *options, tag, commit, days=annotated_days or 0)
        self.commits[action, tag] = commit
        return commit

    def pin(self, action: str, tag: str) -> str:
        return f"{action}@{self.commits[action, tag]} # {tag}"

    def git(self, folder: Path, *words: str, days: int = 0, stdin: str = "") -> str:
        date = f"@{int(time.time()) - days * _DAY - 60} +0000"
        person = {"NAME": "a", "EMAIL": "a@example.org", "DATE": date}
        env = {f"GIT_{role}_{key}": text for role in ("AUTHOR", "COMMITTER") for key, text in person.items()}
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env={**os.environ, **env},
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


@pytest.fixture
def actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actions:
    """The repositories of actions, which git finds at their addresses on GitHub."""
    folder = tmp_path / "github"
    folder.mkdir()
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{folder.as_uri()}/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://github.com/")
    return Actions(folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with its generated workflow."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[tool.ci-kit.workflow]\naction = "owner/ci-kit@v1"\ninstall = "make"\ncache = false\nlinters = []\n',
        encoding="utf-8",
    )
    return root
