"""One run, as the history keeps it, and its line in the file of runs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NoReturn

_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int | None": (int, type(None)),
    "float": (int, float),
    "float | None": (int, float, type(None)),
}


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of the tests.

    ``began`` is the time in UTC by ISO 8601. ``commit``, ``branch`` and ``event`` are empty if unknown.
    ``name`` and ``command`` say which runs can be compared: the name of the run, such as ``MySQL 8.4, Python
    3.12``, and a digest of what started the tests.

    ``seconds`` is the time of the whole job. ``test_seconds`` is that of the tests; None if they did not all
    come to an end. The counts are None if they are unknown. ``coverage`` and ``patch`` are in percent.
    """

    began: str
    commit: str
    branch: str
    event: str
    outcome: str
    name: str
    command: str
    seconds: float
    test_seconds: float | None = None
    tests: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    coverage: float | None = None
    patch: float | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """What is equal in runs that can be compared."""
        return self.name, self.command


def run_line(run: PastRun) -> str:
    """The run as a line of JSON."""
    return json.dumps(asdict(run), separators=(",", ":"))


def read_run(line: str) -> PastRun:
    """The run in a line. Raises ValueError for anything else."""
    values = read_json(line)
    if not isinstance(values, dict):
        raise ValueError("expected an object")
    known = {field.name: values[field.name] for field in fields(PastRun) if field.name in values}
    for field in fields(PastRun):
        value = known.get(field.name)
        # JSON has no infinity, but a number such as 1e999 becomes one.
        infinite = isinstance(value, float) and math.isinf(value)
        if infinite or isinstance(value, bool) or not isinstance(value, _TYPES[str(field.type)]):
            raise ValueError(f"{field.name} has another type")
    return PastRun(**known)


def read_json(text: str) -> Any:
    """The value in a text of JSON, without NaN and infinity. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the brackets are nested too deeply") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")
