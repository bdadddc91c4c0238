"""Messages about a run. They go to standard error; standard output is for results."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from ci_kit.redaction import Redactor

_BOLD, _DIM, _RED, _YELLOW, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m"
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
        return self.stream.isatty() and not os.environ.get("CI")

    @property
    def coloured(self) -> bool:
        """Whether to write in colours: NO_COLOR forbids them, FORCE_COLOR asks for them."""
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or self.terminal

    def step(self, label: str, text: str) -> None:
        """Report a finished step in one line."""
        if self.verbosity >= 0:
            self._show(f"{self._style(_BOLD, label.ljust(_LABEL_WIDTH))} {self._shown(text)}")

    def item(self, text: str) -> None:
        """Show one line that belongs to the step before."""
        if self.verbosity >= 0:
            self._show(f"{' ' * _LABEL_WIDTH} {self._shown(text)}")

    def detail(self, text: str) -> None:
        """Report one effect, only with ``-v``."""
        if self.verbosity > 0:
            self._show(self._style(_DIM, self._shown(text)))

    def warning(self, text: str) -> None:
        self._show(self._style(_YELLOW, f"ci-kit: warning: {self._shown(text)}"))

    def error(self, lines: list[str]) -> None:
        # A secret of several lines is found only in all of them.
        first, *rest = self._shown("\n".join(lines)).splitlines()
        self._show(self._style(_RED, f"ci-kit: error: {first}"))
        for line in rest:
            self._show(line)

    def lines(self, text: str) -> None:
        """Show the output of another program."""
        for line in self._shown(text).splitlines():
            self._show(line)

    @contextmanager
    def progress(self, label: str, text: str) -> Iterator[None]:
        """Show a line while a long step runs, only on a terminal."""
        shown = self.terminal and self.verbosity >= 0
        if shown:
            self.stream.write(f"{label.ljust(_LABEL_WIDTH)} {text} …")
            self.stream.flush()
        try:
            yield
        finally:
            if shown:
                self.stream.write("\r\x1b[2K")
                self.stream.flush()

    def _shown(self, text: str) -> str:
        return harmless(self.redactor.redact(text))

    def _show(self, text: str) -> None:
        self.stream.write(text + "\n")
        self.stream.flush()

    def _style(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.coloured else text
