"""Ends a private server that waits for space on a full disk.

MySQL waits without end if it cannot write its binary log, and the tests would wait with it. Without the
server, they fail, and the run names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_WAITS = b"Waiting for someone to free space"
# In seconds.
_INTERVAL = 1.0


@contextmanager
def end_on_full_disk(log: Path, end: Callable[[], None]) -> Iterator[None]:
    """Call ``end`` once if the server's log says that it waits for space, until the context ends."""
    stopped = Event()

    def watch() -> None:
        read = 0
        while not stopped.wait(_INTERVAL):
            try:
                with log.open("rb") as file:
                    file.seek(read)
                    lines = file.read()
            except OSError:
                continue
            if _WAITS in lines:
                end()
                return
            # A line may be incomplete.
            read += lines.rfind(b"\n") + 1

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
