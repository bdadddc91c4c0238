"""Whether a server answers at an address: on real sockets, and always within a second."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ci_kit.mysql.client.answering import Answer, look_at
from ci_kit.mysql.client.version import Version

# Packets: three bytes for the length, a number, the protocol, the version, a zero byte.
MYSQL = b"\x4a\x00\x00\x00\x0a8.4.6\x00rest"
MARIADB = b"\x4a\x00\x00\x00\x0a5.5.5-10.11.19-MariaDB-0+deb12u1\x00rest"
BLOCKED = b"\x4a\x00\x00\x00\xff\x69\x04Host '10.1.0.1' is blocked"


@contextmanager
def listening(*parts: bytes) -> Iterator[int]:
    """A port where each connection gets the parts of a greeting, and is then closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as connection:
                for part in parts:
                    connection.sendall(part)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("greeting", "version"),
    [
        ((MYSQL,), Version("MySQL", (8, 4, 6))),
        ((MARIADB,), Version("MariaDB", (10, 11, 19))),
        ((MYSQL[:6], MYSQL[6:]), Version("MySQL", (8, 4, 6))),
        # A container that boots behind the engine's proxy accepts connections and closes them.
        ((), None),
        ((BLOCKED,), None),
        ((b"HTTP/1.1 400 Bad Request\r\n",), None),
    ],
)
def test_what_accepts_connections_answers_with_the_version_of_its_greeting(
    greeting: tuple[bytes, ...], version: Version | None
) -> None:
    with listening(*greeting) as port:
        assert look_at("127.0.0.1", port, patient=False) == Answer(version)


def test_a_server_that_is_silent_answers_all_the_same() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert look_at("127.0.0.1", server.getsockname()[1], patient=False, seconds=0.2) == Answer()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "no-such-host.invalid", "two words", "a" * 64 + ".invalid", ""]
)
def test_nothing_answers_where_nothing_listens(host: str) -> None:
    assert look_at(host, free_port(), patient=False) is None


# 192.0.2.0/24 is for documents (RFC 5737); no network carries it.
@pytest.mark.parametrize(("host", "patient"), [("192.0.2.1", True), ("127.0.0.1", True)])
def test_a_look_ends_after_its_seconds(host: str, patient: bool) -> None:
    started = time.monotonic()
    assert look_at(host, free_port(), patient=patient, seconds=0.3) is None
    assert time.monotonic() - started < 3


def test_a_patient_look_finds_a_port_that_opens_late() -> None:
    port = free_port()
    found: list[Answer | None] = []
    look = threading.Thread(target=lambda: found.append(look_at("127.0.0.1", port, patient=True, seconds=60)))
    look.start()
    with socket.create_server(("127.0.0.1", port)) as server:
        connection, _ = server.accept()
        connection.close()
        look.join(60)
    assert found == [Answer()]
