"""Real runs on a pull request: a small project, a runner's variables, and the stand-in of GitHub's API."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.github_api.server import TOKEN, GitHub
from tests.support.waiting import LIMIT
from tests.unit.support import ALONE, ROOT, SELF_HOSTED, write

COMMIT = "1f2e3d4c" * 5
PASSING = "def test_a(): ...\n"
FAILING = "def test_a(): assert 1 == 2\n"
PROJECT = {"pyproject.toml": '[tool.ci-kit]\nmysql = "off"\ncoverage = false\ncomment = "auto"\n'}
# ci-kit as its users start it, without the pauses between tries.
HASTY = """\
import os
import ci_kit.github_api
import ci_kit.report.comment.writing as writing
ci_kit.github_api.REQUEST_SECONDS = float(os.environ.pop("REQUEST_SECONDS", "30"))
writing.LONGEST_SECONDS = 100.0
writing.PAUSES = (0.0, 0.0)
from ci_kit.__main__ import main
main()
"""


def pull_request_event(*, source: str = "o/r", number: int = 7) -> dict[str, Any]:
    """The payload of an event, as far as ci-kit reads it. ``source`` is the repository of the branch."""
    head = {"sha": COMMIT, "repo": {"full_name": source} if source else None}
    return {"action": "synchronize", "pull_request": {"number": number, "head": head}}


@dataclass
class Pull:
    """A step of a workflow for a pull request. ``run`` is the number of the workflow's run."""

    folder: Path
    github: GitHub
    test: str = PASSING
    run: int = 12
    attempt: int = 1
    event: str = "pull_request"
    payload: Any = field(default_factory=pull_request_event)
    token: str = TOKEN

    def environment(self, **more: str) -> dict[str, str]:
        payload = write(self.folder, {"event.json": json.dumps(self.payload)}) / "event.json"
        return (
            ALONE
            | SELF_HOSTED
            | {
                "CI_KIT_TOKEN": self.token,
                "GITHUB_ACTOR": "mina",
                "GITHUB_API_URL": self.github.url,
                "GITHUB_EVENT_NAME": self.event,
                "GITHUB_EVENT_PATH": str(payload),
                "GITHUB_JOB": "test",
                "GITHUB_OUTPUT": str(self.folder / "output"),
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_RUN_ATTEMPT": str(self.attempt),
                "GITHUB_RUN_ID": "4711",
                "GITHUB_RUN_NUMBER": str(self.run),
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_SHA": "0" * 40,
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "GITHUB_WORKFLOW": "CI",
                "GITHUB_WORKFLOW_REF": "o/r/.github/workflows/ci.yml@refs/pull/7/merge",
                "GITHUB_WORKSPACE": str(self.folder / "project"),
                "NO_PROXY": "127.0.0.1",
            }
            | more
        )

    def start(
        self, *words: str, command: str = "run", env: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start ci-kit; ``env`` are more variables."""
        words = (f"--python={sys.executable}", *words) if command == "run" else words
        project = write(self.folder / "project", PROJECT | {"test_a.py": self.test})
        return subprocess.Popen(
            [sys.executable, "-c", HASTY, command, "-C", project, *words],
            env=self.environment(PYTHONPATH=str(ROOT), PATH="/usr/bin:/bin", HOME=str(self.folder))
            | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ends(self, *words: str, command: str = "run", env: dict[str, str] | None = None) -> Ended:
        """Run ci-kit to its end."""
        with self.start(*words, command=command, env=env) as child:
            out, err = child.communicate(timeout=LIMIT)
        return Ended(child.returncode, out, err)


@dataclass(frozen=True)
class Ended:
    """A run that ended."""

    code: int
    out: str
    err: str

    @property
    def comment(self) -> str:
        """The line about the comment in the log."""
        (line,) = (line for line in self.err.splitlines() if line.startswith("comment "))
        return line.removeprefix("comment").strip()

    @property
    def warning(self) -> str:
        """The one warning in the log, which is an annotation too."""
        (line,) = (line for line in self.err.splitlines() if line.startswith("ci-kit: warning: "))
        (annotation,) = (line for line in self.out.splitlines() if line.startswith("::warning "))
        text = line.removeprefix("ci-kit: warning: ")
        assert annotation == f"::warning title=ci-kit::{text}"
        return text
