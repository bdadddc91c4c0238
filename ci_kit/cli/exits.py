"""How a command line ends: each error is shown here, and becomes an exit code here."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import NoReturn

import click

from ci_kit import __version__
from ci_kit.errors import INTERRUPT_CODES, BugError, CiKitError, TerminatedError, UsageError, exit_codes
from ci_kit.redaction import Redactor


def exit_code(command_line: Callable[[], object], redactor: Redactor) -> int:
    """Call a command line. Gives its exit code, and shows the error if there is one."""
    try:
        result = command_line()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except (KeyboardInterrupt, click.Abort) as interrupt:
        # click turns a KeyboardInterrupt into an exception of its own.
        return _show_interrupt(interrupt.__cause__ or interrupt)
    except CiKitError as error:
        return _show(error, redactor)
    except Exception as error:  # noqa: BLE001  (the last place where a bug can be caught)
        return _show_bug(error, redactor)
    return result if isinstance(result, int) else 0


def exit_code_table() -> str:
    """The exit codes, as the end of a help text."""
    rows = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in exit_codes().items())
    return f"\b\nExit codes:\n{rows}"


def raise_on_signals() -> None:
    """Raise TerminatedError on SIGTERM and SIGHUP, so that every clean-up runs."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # nohup has SIGHUP ignored; that stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, terminate)


def terminate(number: int, _frame: object) -> NoReturn:
    """The handler of both signals. A second one does not interrupt the clean-up."""
    signal.signal(number, signal.SIG_IGN)
    raise TerminatedError(number)


def _show_interrupt(interrupt: BaseException) -> int:
    from ci_kit.console import Console

    code = interrupt.exit_code if isinstance(interrupt, TerminatedError) else 128 + signal.SIGINT
    Console().error([INTERRUPT_CODES[code]])
    return code


def _show(error: CiKitError, redactor: Redactor) -> int:
    from ci_kit.console import Console
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host

    text = redactor.redact("\n".join(error.lines()))
    Console().error(text.splitlines())
    Runner(Host()).annotate("error", text, title="ci-kit")
    return error.exit_code


def _show_bug(error: Exception, redactor: Redactor) -> int:
    import traceback
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile("w", prefix="ci-kit-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(redactor.redact("".join(traceback.format_exception(error))))
    return _show(
        BugError(
            f"{type(error).__name__}: {error}",
            why=f"this is a bug in ci-kit {__version__}; its traceback is in {file.name}",
            todo="report it with that file",
        ),
        redactor,
    )
