"""Every way ci-kit can fail: what a user reads, and the exit code a script reads.

pytest's own codes (1-4 and 6) pass through a run unchanged, so none of the codes below is one of them.
Those from 64 up are the ones of BSD's ``sysexits.h``.
"""

from __future__ import annotations

import signal
from typing import ClassVar, Literal, TypeAlias

Outcome: TypeAlias = Literal["passed", "failed", "no-tests", "error"]
"""How a job ended: ``error`` is a job that could not be done, whatever its tests would have said."""


class CiKitError(Exception):
    """An expected failure.

    ``what`` is the failure in one line, ``why`` where it came from, ``todo`` what the reader can do
    about it; ``details`` are lines of somebody else's output (a server's log) that tell more.
    """

    exit_code: ClassVar[int]
    meaning: ClassVar[str]
    outcome: ClassVar[Outcome] = "error"

    def __init__(self, what: str, *, why: str = "", todo: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo
        self.details = details

    def lines(self) -> list[str]:
        """The message, a line each, without a prefix."""
        lines = [self.what]
        if self.why:
            lines.append(f"  why: {self.why}")
        lines += [f"       | {detail}" for detail in self.details]
        if self.todo:
            lines.append(f"  do:  {self.todo}")
        return lines


class AllTestsDeselectedError(CiKitError):
    exit_code = 5
    outcome = "failed"
    meaning = "pytest collected tests and -m, -k or --deselect left none of them"


class CoverageBelowThresholdError(CiKitError):
    exit_code = 8
    outcome = "failed"
    meaning = "the tests passed, their coverage is below the threshold"


class TooFewTestsError(CiKitError):
    exit_code = 9
    outcome = "failed"
    meaning = "fewer tests ran than min-tests asks for"


class OutOfDateError(CiKitError):
    exit_code = 10
    meaning = "a generated file is not what `ci-kit render` would write (render --check)"


class UsageError(CiKitError):
    exit_code = 64
    meaning = "a command line, a setting or a template is wrong"


class UnavailableError(CiKitError):
    exit_code = 69
    meaning = "the environment cannot be provided: no server, no such zone, no pytest"


class BugError(CiKitError):
    exit_code = 70
    meaning = "a bug in ci-kit"


class NoTestReportError(CiKitError):
    exit_code = 74
    outcome = "failed"
    meaning = "pytest ended without reporting its results, whatever its exit code said"


class TerminatedError(KeyboardInterrupt):
    """SIGTERM or SIGHUP, raised where the program is at that moment, so that every clean-up runs.

    It is not an Exception, because a library that is interrupted may catch those.
    """

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__()
        self.number = number

    @property
    def exit_code(self) -> int:
        """The code with which a shell reports a process that the signal ended."""
        return 128 + self.number


INTERRUPT_CODES: dict[int, str] = {
    128 + signal.SIGHUP: "ended by SIGHUP: the terminal was closed",
    128 + signal.SIGINT: "interrupted by Ctrl-C",
    128 + signal.SIGTERM: "terminated by SIGTERM",
}


PYTEST_CODES: dict[int, str] = {
    0: "the tests passed, or there are none to collect",
    1: "tests failed",
    2: "a test module could not be collected, or pytest was interrupted",
    3: "pytest had an internal error",
    4: "pytest was misused or a conftest.py could not be loaded",
    6: "pytest's --max-warnings was exceeded",
}


def exit_codes() -> dict[int, str]:
    """Every exit code of ci-kit and what it means, in order."""
    own = {error.exit_code: error.meaning for error in CiKitError.__subclasses__()}
    return dict(sorted((PYTEST_CODES | own | INTERRUPT_CODES).items()))
