"""Every way in which ci-kit can fail: the message for people, and the exit code for scripts.

``ci-kit run`` passes pytest's own codes (1-4 and 6) on unchanged, so ci-kit's codes differ from them.
The codes from 64 to 78 are those of BSD's ``sysexits.h``.
"""

from __future__ import annotations

import signal
from typing import ClassVar, Literal, TypeAlias

Outcome: TypeAlias = Literal["passed", "failed", "no-tests", "error"]
"""How a job ended. ``error`` means that ci-kit could not do the job, so the tests give no result."""


class CiKitError(Exception):
    """An expected failure.

    ``what`` is the failure in one line, ``why`` its cause, and ``todo`` what the reader can do about it.
    ``details`` are lines from the output of another program, for example a server's log, that explain it.
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
        self.reported = False
        """Whether the report of a run has published it."""

    def lines(self) -> list[str]:
        """The lines of the message, without a prefix."""
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
    meaning = "pytest collected tests, but -m, -k or --deselect deselected all of them"


class CoverageBelowThresholdError(CiKitError):
    exit_code = 8
    outcome = "failed"
    meaning = "the tests passed, but their coverage is below the threshold or unknown"


class TooFewTestsError(CiKitError):
    exit_code = 9
    outcome = "failed"
    meaning = "fewer tests ran than min-tests requires, or their number is unknown"


class OutOfDateError(CiKitError):
    exit_code = 10
    meaning = (
        "a file is out of date: a workflow differs from the output of `ci-kit render` (render --check), has"
        " steps that `ci-kit adopt` can replace (adopt --check), has pins with newer releases (pins update"
        " --check), or `ci-kit init` would change a file (init --check)"
    )


class PatchCoverageBelowThresholdError(CiKitError):
    exit_code = 11
    outcome = "failed"
    meaning = "the tests passed, but the coverage of the changed lines is below the threshold or unknown"


class UnfinishedRunError(CiKitError):
    exit_code = 12
    meaning = (
        "a run of `ci-kit report` could not finish, or there are fewer than min-runs; or a shard is missing"
    )


class MovedTagError(CiKitError):
    exit_code = 13
    meaning = "the tag of a pinned action names another commit than its pin (pins update)"


class ShardsError(CiKitError):
    exit_code = 14
    meaning = "the documents of the shards do not fit together: tests may be missing or twice (combine)"


class UsageError(CiKitError):
    exit_code = 64
    meaning = "a command line, a setting or a template is wrong"


class UnavailableError(CiKitError):
    exit_code = 69
    meaning = "the environment lacks something: for example a server, the time zone or pytest"


class BugError(CiKitError):
    exit_code = 70
    meaning = "a bug in ci-kit"


class NoTestReportError(CiKitError):
    exit_code = 74
    outcome = "failed"
    meaning = "the tests did not report their results, or they failed and ended with success"


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
    0: "the tests passed, or there were no tests to collect",
    1: "tests failed",
    2: "a test module could not be collected, or pytest was interrupted",
    3: "pytest had an internal error",
    4: "a pytest usage error, or a conftest.py could not be loaded",
    6: "the tests caused more warnings than pytest's --max-warnings allows",
}


def exit_codes() -> dict[int, str]:
    """The meaning of every exit code of ci-kit, in ascending order."""
    own = {error.exit_code: error.meaning for error in CiKitError.__subclasses__()}
    return dict(sorted((PYTEST_CODES | own | INTERRUPT_CODES).items()))
