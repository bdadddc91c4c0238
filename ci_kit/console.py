"""Messages about a run. They go to standard error; standard output is for results."""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TextIO, TypeAlias

from ci_kit.columns import terminal_columns, wrapped
from ci_kit.live_line import LiveLine
from ci_kit.redaction import Redactor

Style: TypeAlias = Literal["bold", "dim", "red", "green", "yellow"]

_CODES: dict[Style, str] = {
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "red": "\x1b[31m",
    "green": "\x1b[32m",
    "yellow": "\x1b[33m",
}
_RESET = "\x1b[0m"
# In seconds: the time of a faster step is not worth a word.
_SHORT = 0.1
_LABEL_WIDTH = 10
# What a runner obeys, by its ActionCommand.cs: "::" at the start of a line, "##[" anywhere in one.
_AT_START = re.compile(r"((?:^|[\r\n])\s*):(?=:)")
_ANYWHERE = "##["


def harmless(text: str) -> str:
    """The text with a space in each workflow command, so that a runner shows it and does not obey it."""
    return _AT_START.sub(r"\1: ", text).replace(_ANYWHERE, "## [")


@dataclass
class Console:
    """Writes messages. ``verbosity``: -1 only problems, 0 one line for each step, 1 every effect.

    A message may quote a log, a setting or the name of a file. It shows no secret of them, and a runner obeys
    no command in them.
    """

    verbosity: int = 0
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    redactor: Redactor = field(default_factory=Redactor)

    @property
    def terminal(self) -> bool:
        """Whether a person reads the output on a terminal. A job that runs in act has a terminal, too."""
        return self.stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"

    @property
    def coloured(self) -> bool:
        """Whether to write in colours: NO_COLOR forbids them, FORCE_COLOR asks for them, whatever the value.

        pytest reads the same variables in the same order. Sources: no-color.org, force-color.org.
        """
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or self.terminal

    def step(self, label: str, text: str) -> None:
        """Report a finished step in one line."""
        if self.verbosity >= 0:
            self._show_wrapped(self.styled(label.ljust(_LABEL_WIDTH), "bold"), text)

    def item(self, text: str) -> None:
        """Show one line that belongs to the step before."""
        if self.verbosity >= 0:
            self._show_wrapped(" " * _LABEL_WIDTH, text)

    def command(self, text: str) -> None:
        """Show a command that belongs to the step before, without line breaks, so that it can be copied."""
        if self.verbosity >= 0:
            self._show(f"{' ' * _LABEL_WIDTH} {self._shown(text)}")

    def detail(self, text: str) -> None:
        """Report one effect, only with ``-v``."""
        if self.verbosity > 0:
            self._show(self.styled(text, "dim"))

    def warning(self, text: str) -> None:
        self._show(self.styled(f"ci-kit: warning: {text}", "yellow"))

    def error(self, lines: list[str]) -> None:
        # A secret of several lines is found only in all of them.
        first, *rest = self._shown("\n".join(lines)).splitlines()
        self._show(self.styled(f"ci-kit: error: {first}", "red"))
        for line in rest:
            self._show(line)

    def lines(self, text: str) -> None:
        """Show the output of another program."""
        for line in self._shown(text).splitlines():
            self._show(line)

    def styled(self, text: str, *styles: Style) -> str:
        """A part of a message, in a style if the output is coloured."""
        shown = self._shown(text)
        return f"{''.join(_CODES[style] for style in styles)}{shown}{_RESET}" if self.coloured else shown

    @contextmanager
    def progress(self, label: str, text: str) -> Iterator[Progress]:
        """Show a line with the elapsed time while a step runs, only on a terminal."""
        line = f"{label.ljust(_LABEL_WIDTH)} {self._shown(text)}"
        with self._live_line.showing(line) if self._is_live else nullcontext():
            yield Progress(self, label)

    def paused(self) -> AbstractContextManager[None]:
        """Show no running step while another program writes to the terminal."""
        return self._live_line.hidden()

    @cached_property
    def _live_line(self) -> LiveLine:
        return LiveLine(self.stream)

    @property
    def _is_live(self) -> bool:
        # What reads a pipe may write to the same terminal, as in `ci-kit run | tee FILE`.
        return self.terminal and self.verbosity >= 0 and not stat.S_ISFIFO(os.fstat(1).st_mode)

    def _shown(self, text: str) -> str:
        return harmless(self.redactor.redact(text))

    def _show_wrapped(self, label: str, text: str) -> None:
        shown = self._shown(text)
        indent = " " * (_LABEL_WIDTH + 1)
        if not self.terminal:
            self._show(f"{label} {shown}")
            return
        for number, line in enumerate(wrapped(shown, terminal_columns(self.stream) - len(indent), "  ")):
            self._show(f"{indent}{line}" if number else f"{label} {line}")

    def _show(self, text: str) -> None:
        with self._live_line.hidden():
            self.stream.write(text + "\n")
            self.stream.flush()


class Progress:
    """A step that runs."""

    def __init__(self, console: Console, label: str) -> None:
        self._console = console
        self._label = label
        self._began = time.monotonic()

    def done(self, text: str) -> None:
        """Report the end of the step in one line, with its time."""
        seconds = time.monotonic() - self._began
        self._console.step(self._label, f"{text}, {seconds:.1f} s" if seconds >= _SHORT else text)
