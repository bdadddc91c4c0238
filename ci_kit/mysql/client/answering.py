"""Whether a server answers at an address, without a login."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from threading import Thread

from ci_kit.mysql.client.version import Version, parse_version

_POLL = 0.05
# The first packet of a server: 3 bytes for its length, its number, 10 for the protocol, then the version,
# which a zero byte ends. See "Protocol::HandshakeV10" in MySQL's source documentation.
_PROTOCOL = slice(4, 5)
_VERSION_AT = 5


@dataclass(frozen=True)
class Answer:
    """Something accepts connections; ``version`` is what its greeting says, None without a greeting."""

    version: Version | None = None


def look_at(host: str, port: int, *, patient: bool, seconds: float = 1.0) -> Answer | None:
    """The answer at an address; None without one. It takes at most ``seconds``, whatever the network does.

    A ``patient`` look tries a port that refuses again: a container that boots opens it late.
    """
    answers: list[Answer] = []
    # In a thread, because the look-up of a name has no time limit.
    thread = Thread(target=_look, args=(host, port, patient, seconds, answers), daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[-1] if answers else None


def _look(host: str, port: int, patient: bool, seconds: float, answers: list[Answer]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            with socket.create_connection((host, port), timeout=left) as connection:
                answers.append(Answer())
                answers.append(Answer(_greeting(connection)))
                return
        except ConnectionRefusedError:
            if not patient:
                return
            time.sleep(_POLL)
        except (OSError, UnicodeError, OverflowError):
            return


def _greeting(connection: socket.socket) -> Version | None:
    packet = b""
    while b"\0" not in packet[_VERSION_AT:] and (part := connection.recv(128)):
        packet += part
    if packet[_PROTOCOL] != b"\x0a":
        return None
    return parse_version(packet[_VERSION_AT:].partition(b"\0")[0].decode("latin-1"))
