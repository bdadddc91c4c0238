"""Messages: a runner obeys no command that they quote."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci_kit.console import Console, harmless
from ci_kit.host.machine import Host
from tests.unit.support import console_text, make_host

COMMANDS = ["error", "add-mask", "group", "stop-commands", "set-output", "set-env", "add-path"]
QUOTED = [
    "::error::x",
    "  ::add-mask::secret",
    "\t\u3000::set-output name=a::1",
    "##[error]x",
    "text before ##[group]x",
    "2026-11-25 [ERROR] ##[add-mask]x",
    "####[error]x",
    "##[##[error]x",
    "::::error::x",
    "first\n::error::x\n ##[error]y",
    "progress\r::error::x",
    "a\r\n::stop-commands::token",
    "::Error file=a,line=1::x",
]


def obeyed(text: str) -> list[str]:
    """The names of the commands in a text that a runner obeys, by its ``ActionCommand.cs``."""
    found = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        stripped = line.lstrip()
        if stripped.startswith("::") and "::" in stripped[2:]:
            found.append(stripped[2 : stripped.index("::", 2)].split(" ")[0])
        elif "##[" in line and "]" in line[line.index("##[") :]:
            start = line.index("##[") + 3
            found.append(line[start : line.index("]", start)].split(" ")[0])
    return [name for name in found if name.lower() in COMMANDS]


@pytest.mark.parametrize("text", QUOTED)
def test_the_runner_would_obey_it_without_the_change(text: str) -> None:
    # Of "##[##[error]" and "::::error" it takes another name, and obeys nothing.
    assert obeyed(text) or text.startswith(("##[##[", "::::"))


@given(
    text=st.text()
    | st.lists(st.sampled_from([":", "::", "#", "##[", "]", " ", "\n", "\r", "error"])).map("".join)
)
@example("\r::error::x")
@example(": ::error::x")
@example(":::error::x")
def test_no_text_is_obeyed(text: str) -> None:
    assert obeyed(harmless(text)) == []
    assert harmless(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["test_a.py::test_a passed", "a: b", "# [x]", "## title", "[1]##"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_no_message_is_obeyed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    host: Host = make_host(verbosity=1)
    host.console.step("label", text)
    host.console.detail(text)
    host.console.warning(text)
    host.console.error([text, text])
    host.console.lines(text)
    make_host(dry=True).run(["echo", text])
    printed = console_text(host) + capsys.readouterr().out
    assert obeyed(printed) == []
    assert "x" in printed or "token" in printed or "1" in printed or "secret" in printed


@pytest.mark.parametrize("secret", ["hunter2hunter2", "first line\nsecond line"])
def test_no_message_shows_a_secret(secret: str) -> None:
    host = make_host(verbosity=1)
    host.redactor.add(secret)
    for show in (host.console.detail, host.console.warning, host.console.lines):
        show(f"before {secret} after")
    host.console.step("label", secret)
    host.console.error(f"what\n{secret}".splitlines())
    text = console_text(host)
    assert [line for line in secret.splitlines() if line in text] == []
    assert text.count("***") == 5


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"CI": "true"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
    ],
)
def test_colours_follow_the_terminal_and_two_variables(
    stream: io.StringIO, environ: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    Console(stream=stream).step("label", "text")
    assert ("\x1b[" in stream.getvalue()) is coloured
