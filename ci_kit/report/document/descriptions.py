"""What each field of a document means, by the dataclass that has it."""

from __future__ import annotations

from collections.abc import Mapping

_PATH = "Relative to the repository if it is in there, else absolute. Empty: unknown."
_LINE = "Counts from 1. 0: unknown."
_RUN = "The name of the run that it is from, in a document of several runs. Else empty."

DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "RunReport": {
        "outcome": "How the run ended. error: ci-kit could not do the job, so the tests give no result.",
        "timezone": "The time zone of the tests, by its IANA name.",
        "mysql_version": "Product and version of each server, as in MySQL 9.7.4. Empty: none, or unknown.",
        "python_version": "The version of the project's Python. Empty: unknown.",
        "results": "The results of the tests. null: pytest wrote no report.",
        "coverage": "The total coverage in percent. null: not measured, or unknown.",
        "problem": "The error that ended the run, in one line or more. Empty: none.",
        "seconds": "The time of the run. In a document of several runs, the times of all of them.",
        "reason": "More about a failure than that tests failed. Empty: nothing more.",
        "zone_is_default": "Whether no setting chose the time zone.",
        "covered": "The measured files, by path.",
        "patch": "The coverage of the lines that the change of the run touches. null: unknown.",
        "steps": "The steps of the job. They may overlap.",
        "root": "The project's folder, relative to the repository. null: unknown.",
        "name": "The name of the run among others. Empty: it ended before it had one.",
        "began": "When the run began: in UTC, by ISO 8601. Empty: unknown.",
        "again": "The words of the command that runs only the failed tests again. Empty: unknown.",
        "runs": "In a document of several runs: each run, without its tests and its measured files.",
    },
    "Step": {
        "name": "The name of the step.",
        "began": "In seconds since the job began.",
        "ended": "In seconds since the job began.",
    },
    "Results": {
        "collected": "The tests that pytest collected, with the deselected ones.",
        "deselected": "The tests that -m, -k or --deselect left out.",
        "selected": "The tests that were to run, each once.",
        "ended": "The tests that came to an end, each once.",
        "passed": "The count of pytest's last line, like those of the other outcomes.",
        "failed": "The failures of tests and subtests.",
        "errors": "The errors in set-up and teardown, and the files that could not be collected.",
        "skipped": "The tests that were skipped.",
        "xfailed": "The tests that failed as expected.",
        "xpassed": "The tests that passed although a failure was expected.",
        "reruns": "The failures after which a test ran again.",
        "others": "The counts of other plugins: each a name and a number.",
        "duration": "The time of the sessions, in seconds.",
        "failures": "The tests that failed, and the files that could not be collected.",
        "rerun": "The failures after which a test ran again.",
        "tests": "Each test once, in the order in which they ended.",
        "only_collects": "Whether pytest was asked only to collect.",
        "interrupted": "The reason that ended the session early. Empty: none.",
        "complete": "Whether the session finished. If not, the counts are unknown.",
        "began_last": "The test that began last, if the session did not finish.",
        "remembers_failures": "Whether pytest's --last-failed will find the failures of this session.",
        "uncounted": "The number of commands or runs whose counts are unknown.",
    },
    "Failure": {
        "node": "The id of the test, with the name of the subtest; or the file that could not be collected.",
        "stage": "Where it failed, such as setup, call, teardown or collection.",
        "path": _PATH,
        "line": _LINE,
        "message": "The message of the exception.",
        "test": "The id of the test, without the name of a subtest. Empty: it is not a test.",
        "traceback": "pytest's text of the failure.",
        "sections": "The output of the test that pytest captured.",
        "run": _RUN,
    },
    "Section": {
        "title": "Its title, such as Captured stdout call.",
        "text": "The captured text.",
    },
    "TestResult": {
        "node": "The id of the test, or a file that skips itself.",
        "outcome": "How it ended. A test that failed and whose teardown failed too is failed.",
        "seconds": "The time of all its runs, with set-up and teardown.",
        "path": _PATH,
        "line": _LINE,
        "reason": "The reason of a skip or of an expected failure. Empty: none.",
        "reruns": "How often it ran again.",
        "run": _RUN,
    },
    "FileCoverage": {
        "path": _PATH,
        "percent": "The coverage of the file in percent.",
        "executed": "The lines that the tests reached.",
        "missing": "The lines that no test reached.",
        "excluded": "The lines that the configuration of coverage leaves out.",
        "branches": "The number of branches. 0: none, or not measured.",
        "missing_branches": "The branches that no test took: from a line to a line."
        " A negative second line is the end of the function or module.",
    },
    "PatchCoverage": {
        "base": "The branch that the change is compared with.",
        "files": "The changed files. Their lines are only those that the change touches.",
    },
}
