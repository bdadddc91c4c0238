"""How a command line ends: each error is shown here, and becomes an exit code here."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import click

from ci_kit import __version__
from ci_kit.cli.call import Invocation
from ci_kit.cli.command_line import as_usage_error
from ci_kit.errors import INTERRUPT_CODES, BugError, CiKitError, TerminatedError, UsageError, exit_codes
from ci_kit.streams import STDOUT

if TYPE_CHECKING:
    from ci_kit.github import Runner


def exit_code(command_line: Callable[[], object], invocation: Invocation) -> int:
    """Call a command line. Gives its exit code, and shows the error if there is one."""
    try:
        result = command_line()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return _show_wrong_words(error, invocation)
    except (KeyboardInterrupt, click.Abort) as interrupt:
        # click turns a KeyboardInterrupt into an exception of its own.
        return _show_interrupt(interrupt.__cause__ or interrupt, invocation)
    except CiKitError as error:
        return _show(error, invocation)
    except Exception as error:  # noqa: BLE001  (the last place where a bug can be caught)
        return _show_bug(error, invocation)
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


def _show_interrupt(interrupt: BaseException, invocation: Invocation) -> int:
    from ci_kit.console import Console

    code = interrupt.exit_code if isinstance(interrupt, TerminatedError) else 128 + signal.SIGINT
    Console().error([INTERRUPT_CODES[code]])
    if STDOUT.awaits_result:
        from ci_kit.report.document.printing import print_early_document

        print_early_document("error", INTERRUPT_CODES[code], _runner(invocation))
    return code


def _show_wrong_words(error: click.ClickException, invocation: Invocation) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return UsageError.exit_code
    return _show(as_usage_error(error), invocation)


def _show(error: CiKitError, invocation: Invocation) -> int:
    from ci_kit.console import Console

    Console().error(invocation.redactor.redact("\n".join(error.lines())).splitlines())
    return _publish(error, invocation)


def _publish(error: CiKitError, invocation: Invocation) -> int:
    """Publish an error through the runner, unless a run has reported it; gives its exit code."""
    from ci_kit.console import Console

    runner = _runner(invocation)
    runner.annotate("error", invocation.redactor.redact("\n".join(error.lines())), title="ci-kit")
    if invocation.is_job and not invocation.is_dry and not error.reported:
        from ci_kit.report.early_end import publish_error

        try:
            publish_error(error, runner)
        except CiKitError as second:
            Console().warning("\n".join(second.lines()))
    return error.exit_code


def _runner(invocation: Invocation) -> Runner:
    from ci_kit.console import Console
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host

    return Runner(Host(Console(redactor=invocation.redactor)))


def _show_bug(error: Exception, invocation: Invocation) -> int:
    import traceback

    text = invocation.redactor.redact("".join(traceback.format_exception(error)))
    try:
        place = f"in {_write_traceback(text)}"
    except OSError:
        # The temporary folder may be full.
        print(text, file=sys.stderr)
        place = "above"
    return _show(
        BugError(
            f"{type(error).__name__}: {error}",
            why=f"this is a bug in ci-kit {__version__}; its traceback is {place}",
            todo="report it with that traceback",
        ),
        invocation,
    )


def _write_traceback(text: str) -> str:
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(
        "w",
        prefix="ci-kit-bug-",
        suffix=".txt",
        delete=False,
        encoding="utf-8",
        errors="backslashreplace",
    ) as file:
        file.write(text)
    return file.name
