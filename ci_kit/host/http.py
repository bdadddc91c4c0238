"""HTTP requests, each with a limit on its time and on the size of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

from ci_kit.errors import UnavailableError

_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """A request. ``str()`` leaves out its headers, because one of them may have a secret."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.url}" + (f"\n  | {self.body}" if self.body else "")


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status is. The names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def send(request: Request, *, seconds: float) -> Response:
    """Send a request, by the proxy of the usual variables. It takes at most ``seconds``, whatever happens.

    A redirection is an answer: to follow it would send the headers to another server. Raises
    UnavailableError without an answer.
    """
    ends: list[Response | Exception] = []
    # In a thread, because neither the look-up of a name nor an answer byte by byte has a time limit.
    thread = Thread(target=_send, args=(request, seconds, ends), daemon=True)
    thread.start()
    thread.join(seconds)
    match ends:
        case [Response() as response]:
            return response
        case [Exception() as error] if not _is_late(error):
            raise _no_answer(request, _reason(error)) from error
    raise _no_answer(request, f"there was none within {seconds:.3g} s")


def _send(request: Request, seconds: float, ends: list[Response | Exception]) -> None:
    # They take time to import, and most runs send nothing.
    from urllib import request as urllib

    # Without the handlers of redirections, of errors, and of addresses such as file:.
    opener = urllib.OpenerDirector()
    handlers = (urllib.ProxyHandler, urllib.UnknownHandler, urllib.HTTPHandler, urllib.HTTPSHandler)
    for handler in handlers:
        opener.add_handler(handler())
    data = request.body.encode() if request.body else None
    try:
        message = urllib.Request(  # noqa: S310  (the opener knows only HTTP)
            request.url, data, dict(request.headers), method=request.method
        )
        with opener.open(message, timeout=seconds) as answer:
            content = answer.read(_MOST_BYTES + 1)
            if len(content) > _MOST_BYTES or answer.length:
                raise OSError("the answer is cut off or too long")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            ends.append(Response(answer.status, headers, content.decode(errors="replace")))
    except Exception as error:  # noqa: BLE001  (urllib raises errors of many kinds; send() raises it)
        ends.append(error)


def _is_late(error: Exception) -> bool:
    return isinstance(getattr(error, "reason", error), TimeoutError)


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return getattr(reason, "strerror", None) or str(reason) or type(error).__name__


def _no_answer(request: Request, why: str) -> UnavailableError:
    return UnavailableError(
        f"no answer to {request.method} {request.url}",
        why=why,
        todo="check the network of this machine, and its proxy (HTTPS_PROXY, NO_PROXY)",
    )
