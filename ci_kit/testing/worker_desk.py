"""How the main process of pytest gets what each worker needs, while the tests run.

FOLDER/workers has a file NAME.json for each worker that has a server. For another worker, such as the
replacement of one that died, the main process writes ``start NAME`` to the pipe ``requests``, and waits for
the file. After the end of a worker that died, it writes ``end NAME``. The other side is
``project_side/workers.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Thread

from ci_kit.errors import BugError, CiKitError
from ci_kit.host.machine import Host

WORKERS = "workers"
REQUESTS = "requests"


@dataclass(frozen=True)
class ForWorker:
    """What differs from worker to worker: variables, and the arguments of each pytest.

    The number of the command, from 1, has its arguments.
    """

    variables: Mapping[str, str]
    arguments: Mapping[int, Sequence[str]] = field(default_factory=dict)


Give = Callable[[str], ForWorker]
"""What the worker with this name gets, when what it leads to is ready. Raises CiKitError."""

EndWorker = Callable[[str], None]
"""End what the worker with this name had. Raises CiKitError."""


class WorkerDesk:
    """Serves the workers of a run. ``problems`` are the errors of requests."""

    def __init__(self, host: Host, folder: Path, give: Give, end: EndWorker) -> None:
        self._host = host
        self._folder = folder
        self._give = give
        self._end = end
        self.problems: list[CiKitError] = []

    def write(self, worker: str) -> None:
        """Write the file of a worker. Raises CiKitError."""
        # The values include passwords.
        self._write(worker, asdict(self._give(worker)))

    def serve(self, requests: Iterable[str]) -> None:
        """Answer requests as they come."""
        for request in requests:
            verb, _, worker = request.partition(" ")
            try:
                if verb == "end":
                    self._host.remove(self._path(worker))
                    self._end(worker)
                else:
                    self.write(worker)
            except Exception as error:  # noqa: BLE001  (pytest's main process waits for an answer)
                problem = error if isinstance(error, CiKitError) else BugError(f"{request}: {error!r}")
                self.problems.append(problem)
                if verb != "end":
                    self._write(worker, {"error": self._host.redactor.redact("\n".join(problem.lines()))})

    def _write(self, worker: str, answer: Mapping[str, object]) -> None:
        self._host.write(self._path(worker), json.dumps(answer), mode=0o600, shown="")

    def _path(self, worker: str) -> Path:
        return self._folder / f"{worker}.json"


@contextmanager
def open_desk(
    host: Host, run_folder: Path, workers: Iterable[str], give: Give, end: EndWorker
) -> Iterator[WorkerDesk]:
    """Serve the workers until the context ends. The files of ``workers`` exist from the start."""
    folder = run_folder / WORKERS
    host.make_dir(folder, mode=0o700)
    desk = WorkerDesk(host, folder, give, end)
    for worker in workers:
        desk.write(worker)
    with host.mailbox(folder / REQUESTS) as box:
        if box is None:
            yield desk
            return
        thread = Thread(target=desk.serve, args=(box.lines(),), name="workers")
        thread.start()
        try:
            yield desk
        finally:
            # A server that boots for a worker must be ended too.
            with host.ignore_interrupts():
                box.end()
                thread.join()
