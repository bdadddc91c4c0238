"""The protocol between a step and its GitHub Actions runner.

Only this module and ``github_run.py`` read GITHUB_* variables.

Sources: "Workflow commands for GitHub Actions" in GitHub's documentation for the commands and files; the
runner's ``ActionCommand.cs`` for the escapes, ``FileCommandManager.cs`` for the file format and the limit of
the summary.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ci_kit.fitting import fit_blocks
from ci_kit.github_run import WorkflowRun, read_payload
from ci_kit.host.machine import Host
from ci_kit.redaction import SHORTEST_ANYWHERE
from ci_kit.streams import STDOUT

SUMMARY_LIMIT = 1024 * 1024
"""In bytes. The runner rejects a larger step summary as a whole."""

ANNOTATION_LIMIT = 10
"""Annotations of one level that GitHub shows for a step. It drops the rest."""

TOKEN_VARIABLE = "CI_KIT_TOKEN"  # noqa: S105  (the name of a variable)
"""The variable that has the token for GitHub's API. The processes of the project do not get it."""

_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Runner:
    """The runner of this process's step. Outside a workflow, there is nothing to send it.

    ``token`` is for GitHub's API, empty if there is none.
    """

    host: Host
    token: str = field(default="", repr=False)
    _annotated: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @property
    def present(self) -> bool:
        """Whether this process is a step of a workflow, on GitHub's runner or by act."""
        return self.host.environ.get("GITHUB_ACTIONS") == "true"

    @property
    def machine_is_disposable(self) -> bool:
        """Whether the machine exists for this job only: GitHub creates it for the job and deletes it after.

        A self-hosted runner and a laptop with act are not disposable. The owner of any other disposable
        machine sets CI_KIT_DISPOSABLE_MACHINE=true.
        """
        environ = self.host.environ
        hosted = self.real and environ.get("RUNNER_ENVIRONMENT") == "github-hosted"
        return hosted or environ.get("CI_KIT_DISPOSABLE_MACHINE") == "true"

    @property
    def real(self) -> bool:
        """Whether this is GitHub's runner program, hosted or self-hosted, and not act.

        GitHub's runner ends the processes that a step leaves running, when the job ends.
        """
        return self.present and "ACT" not in self.host.environ

    @property
    def base_branch(self) -> str:
        """The branch that the change is for: of a pull request, or else the default branch.

        Empty outside a workflow, and if its event has neither.
        """
        if not self.present:
            return ""
        return self.host.environ.get("GITHUB_BASE_REF") or self._default_branch

    @property
    def branch(self) -> str:
        """The branch or tag of the run, as in ``main``; ``12/merge`` for a pull request. Empty if unknown."""
        return self._of_workflow("GITHUB_REF_NAME")

    @property
    def commit(self) -> str:
        """The commit of the run; empty outside a workflow."""
        return self._of_workflow("GITHUB_SHA")

    @property
    def event(self) -> str:
        """What started the workflow, as in ``push``; empty outside a workflow."""
        return self._of_workflow("GITHUB_EVENT_NAME")

    def _of_workflow(self, variable: str) -> str:
        return self.host.environ.get(variable, "") if self.present else ""

    @property
    def _default_branch(self) -> str:
        # The payload of every event of a repository has it; act's may be empty.
        match read_payload(self.host.environ):
            case {"repository": {"default_branch": str(branch)}}:
                return branch
        return ""

    @property
    def workflow_run(self) -> WorkflowRun | None:
        """The run of the workflow; None outside a workflow."""
        return WorkflowRun.read(self.host.environ) if self.present else None

    @property
    def run_url(self) -> str:
        """The address of the page of this workflow run; empty outside GitHub."""
        return WorkflowRun.read(self.host.environ).url if self.real else ""

    def set_outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of the step."""
        self._to_file("GITHUB_OUTPUT", values)

    def export(self, values: Mapping[str, str]) -> None:
        """Set environment variables for later steps."""
        self._to_file("GITHUB_ENV", values)

    def add_summary(self, blocks: Iterable[str]) -> None:
        """Add blocks of Markdown to the page that GitHub shows for the run, as many as it accepts.

        A block is added as a whole or left out: a part could end within a code block, or within a secret.
        """
        if path := self._file("GITHUB_STEP_SUMMARY"):
            size = _size(path)
            # An empty line ends the Markdown block that an earlier line has begun.
            gap = "\n" if size else ""
            if page := fit_blocks(blocks, SUMMARY_LIMIT - size - 2 * len(gap)):
                self.host.append(path, gap + page)

    def hide(self, secret: str) -> None:
        """Show ``***`` for a secret from now on: in ci-kit's own output, and in every log line of the job.

        The runner masks single lines, so a secret of several lines needs one command per line. A short line
        is not masked: the runner would replace it within every word of the log.
        """
        self.host.redactor.add(secret)
        for line in secret.splitlines():
            if len(line.strip()) >= SHORTEST_ANYWHERE:
                # To standard error: `eval "$(ci-kit mysql env)"` would run a command of standard output, and
                # the runner would not see it.
                self._command("add-mask", line, to_stderr=True)

    def annotate(
        self,
        level: Literal["error", "warning", "notice"],
        message: str,
        *,
        title: str,
        file: str = "",
        line: int = 0,
    ) -> None:
        """Show a message on the page of the run, and at a line of the code if ``file`` is given.

        ``file`` is relative to the repository; ``line`` counts from 1, 0 is unknown.
        """
        self._annotated[level] += 1
        place = {"file": file, "line": str(line)} if file and line else {"file": file} if file else {}
        self._command(level, message, {**place, "title": title})

    @contextmanager
    def folded(self, title: str, *, messages: bool = False) -> Iterator[None]:
        """Fold what is printed in this context, as one group of the log. A group cannot be in another one.

        With ``messages``, the group has ci-kit's messages: they go to standard error, and the runner reads
        both outputs apart. Otherwise, it has standard output.
        """
        self._command("group", title, to_stderr=messages)
        try:
            yield
        finally:
            self.end_group(messages=messages)

    def end_group(self, *, messages: bool = False) -> None:
        """End the group that is open in the log, also one that a test has left open."""
        self._command("endgroup", to_stderr=messages)

    def annotations_left(self, level: Literal["error", "warning", "notice"]) -> int:
        """The number of annotations of a level that GitHub still shows for this step."""
        return max(ANNOTATION_LIMIT - self._annotated[level], 0)

    def source_url(self, path: Path, line: int = 0, *, commit: str = "") -> str:
        """The address of a file of the repository at a commit, by default that of this run; empty without.

        A path with characters that an address cannot have gets none: an escape would change the spelling of a
        secret, which the runner finds only as it is.
        """
        names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_WORKSPACE")
        server, repository, own, workspace = map(self.host.environ.get, names)
        commit = commit or own or ""
        if not (self.present and server and repository and commit and workspace):
            return ""
        relative = self.relative(path)
        if not path.is_relative_to(workspace) or not _PLAIN_PATH.fullmatch(relative):
            return ""
        return f"{server}/{repository}/blob/{commit}/{relative}" + (f"#L{line}" if line else "")

    def relative(self, path: Path) -> str:
        """The path for an annotation: relative to the repository if it is in the repository."""
        workspace = self.host.environ.get("GITHUB_WORKSPACE")
        if workspace and path.is_relative_to(workspace):
            return str(path.relative_to(workspace))
        return str(path)

    @property
    def attempt(self) -> int:
        """How many times the job has run in this run of the workflow; 1 outside a workflow."""
        number = self.host.environ.get("GITHUB_RUN_ATTEMPT", "") if self.present else ""
        return int(number) if number.isdecimal() else 1

    def _file(self, variable: str) -> Path | None:
        name = self.host.environ.get(variable) if self.present else None
        return Path(name) if name else None

    def _to_file(self, variable: str, values: Mapping[str, str]) -> None:
        if path := self._file(variable):
            self.host.append(
                path,
                "".join(_assignment(name, value) for name, value in values.items()),
                shown="\n".join(f"{name}={value}" for name, value in values.items()),
            )

    def _command(
        self,
        name: str,
        message: str = "",
        properties: Mapping[str, str] = MappingProxyType({}),
        *,
        to_stderr: bool = False,
    ) -> None:
        if not self.present or self.host.dry:
            return
        line = _command_line(name, message, properties)
        if to_stderr:
            print(line, file=sys.stderr, flush=True)
        else:
            STDOUT.print_line(line)


def _command_line(name: str, message: str, properties: Mapping[str, str]) -> str:
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' if listed else ''}{listed}::{_escape(message)}"


def _assignment(name: str, value: str) -> str:
    # With a random delimiter, a value cannot end its own assignment and begin another.
    delimiter = f"ci-kit-{secrets.token_hex(8)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _size(path: Path) -> int:
    """The bytes of a file; 0 if it does not exist."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
