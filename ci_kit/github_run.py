"""The run of a workflow, as the runner's variables and the payload of its event describe it.

Sources: "Variables reference" and "Webhook events and payloads" in GitHub's documentation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class WorkflowRun:
    """The run of a workflow that a step belongs to. A text is empty if the runner does not tell it.

    ``number`` counts the runs of one workflow, and ``attempt`` those of one run; both begin with 1.
    ``workflow`` is the path of the workflow's file. ``payload`` describes the ``event``.
    """

    repository: str
    workflow: str
    job: str
    number: int
    attempt: int
    event: str
    actor: str
    url: str
    api_url: str
    payload: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> WorkflowRun:
        """The run that the runner's variables describe."""

        def told(name: str) -> str:
            return environ.get(f"GITHUB_{name}", "")

        repository = told("REPOSITORY")
        return cls(
            repository=repository,
            workflow=_path(told("WORKFLOW_REF"), repository) or told("WORKFLOW"),
            job=told("JOB"),
            number=_number(told("RUN_NUMBER")),
            attempt=_number(told("RUN_ATTEMPT")),
            event=told("EVENT_NAME"),
            actor=told("ACTOR"),
            url=_address(told("SERVER_URL"), repository, told("RUN_ID")),
            api_url=told("API_URL") or "https://api.github.com",
            payload=read_payload(environ),
        )


def read_payload(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """The payload of the event that started the run; empty if there is none."""
    try:
        payload = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _path(reference: str, repository: str) -> str:
    """The path in a reference such as ``owner/name/.github/workflows/ci.yml@refs/pull/1/merge``."""
    return reference.removeprefix(f"{repository}/").partition("@")[0]


def _address(server: str, repository: str, run: str) -> str:
    """The page of a run; empty if a part is unknown."""
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
