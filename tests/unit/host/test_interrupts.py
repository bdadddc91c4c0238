"""Interrupts that a command delays, and interrupts that a clean-up ignores."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from ci_kit.host.commands import Command, Input
from ci_kit.host.interrupts import INTERRUPTS, delay_interrupt
from tests.unit.support import make_host


class InterruptingInput(Input):
    """Interrupts this process when the command runs and waits for its input."""

    def encoded(self) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return super().encoded()


@pytest.mark.parametrize("uninterrupted", [True, False])
def test_an_interrupt_takes_effect_after_an_uninterrupted_command(
    uninterrupted: bool, tmp_path: Path
) -> None:
    command = Command(
        ["sh", "-c", "read -r _ && touch done"], cwd=tmp_path, stdin=InterruptingInput("go on\n")
    )
    with pytest.raises(KeyboardInterrupt):
        make_host().run(command, uninterrupted=uninterrupted)
    assert (tmp_path / "done").exists() == uninterrupted


def test_a_second_interrupt_is_not_delayed() -> None:
    reached: list[str] = []

    def interrupted_twice() -> None:
        with delay_interrupt():
            for name in ("first", "second"):
                os.kill(os.getpid(), signal.SIGINT)
                reached.append(name)

    with pytest.raises(KeyboardInterrupt):
        interrupted_twice()
    assert reached == ["first"]


@pytest.mark.parametrize("number", INTERRUPTS)
def test_a_clean_up_ignores_interrupts_and_restores_the_handlers(number: signal.Signals) -> None:
    before = [signal.getsignal(one) for one in INTERRUPTS]
    with make_host().ignore_interrupts():
        os.kill(os.getpid(), number)
    assert [signal.getsignal(one) for one in INTERRUPTS] == before
