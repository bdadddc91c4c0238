"""The completion of words in real shells, set up as docs/completion.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.terminals import Terminal

DOCUMENT = Path(__file__).parents[2] / "docs" / "completion.md"


def line_of(shell: str) -> str:
    """The line that the document has for a shell."""
    (line,) = re.findall(
        rf"^\| {shell} \| `[^`]+` \| ``?(.+?)``? \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    return str(line).replace("\\|", "|").strip()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("ci-kit doc", "ci-kit doctor"),
        ("ci-kit run --failed-f", "ci-kit run --failed-first"),
        ("ci-kit mysql st", "ci-kit mysql status"),
        ("ci-kit run --mysql priv", "ci-kit run --mysql private"),
    ],
)
def test_a_word_is_completed(terminal: Terminal, shell: str, typed: str, completed: str) -> None:
    # zsh completes nothing before this.
    first = "autoload -Uz compinit; compinit -D -u; " if shell == "zsh" else ""
    terminal.type(f"{first}{line_of(shell)}; echo set''up\n".encode())
    terminal.wait_for(lambda written: "setup" in written, "the completion to be set up")
    terminal.type(typed.encode())
    terminal.type(b"\t")
    rest = completed.removeprefix(typed)
    # The shell writes only the letters that are missing, and bash a space after them.
    terminal.wait_for(lambda written: rest in written.rpartition("setup")[2].replace(typed, ""), completed)
