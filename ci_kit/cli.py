"""The command line: what there is to call, and what becomes of an error. No work is done here."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from ci_kit import __version__
from ci_kit.errors import INTERRUPT_CODES, BugError, CiKitError, TerminatedError, UsageError, exit_codes
from ci_kit.settings.loading import load_settings
from ci_kit.settings.option import Option
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.settings import Settings

if TYPE_CHECKING:
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host
    from ci_kit.redaction import Redactor

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Call:
    """What every command is called with."""

    root: Path
    host: Host
    runner: Runner
    flags: dict[str, Any]
    pytest_args: tuple[str, ...] = ()

    def settings(self) -> Settings:
        """The settings of the call. From here on, no output shows the password."""
        settings = load_settings(self.root, self.host.environ, self.flags, pytest_args=self.pytest_args)
        self.runner.hide(settings.mysql_password)
        return settings


def common(command: _Command) -> _Command:
    """The options of every command, and their translation to a :class:`Call`."""

    def call(directory: Path, verbose: bool, quiet: bool, dry_run: bool, **given: Any) -> Any:
        from ci_kit.console import Console
        from ci_kit.github import Runner
        from ci_kit.host.machine import DryHost, Host

        # One for the whole process, so that an error is shown without the secrets its run has met.
        redactor = click.get_current_context().find_root().obj
        host = (DryHost if dry_run else Host)(Console(int(verbose) - int(quiet)), redactor=redactor)
        flags = {option.field: given.pop(option.field) for option in OPTIONS if option.field in given}
        pytest_args = given.pop("pytest_words", ())
        return command(Call(directory, host, Runner(host), flags, pytest_args), **given)

    call.__doc__ = command.__doc__
    call.__name__ = command.__name__
    call.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for decorate in (
        click.option("--dry-run", is_flag=True, help="Print what would be done, and do none of it."),
        click.option("-q", "--quiet", is_flag=True, help="Say only what goes wrong."),
        click.option("-v", "--verbose", is_flag=True, help="Say every command, file and statement."),
        click.option(
            "-C",
            "directory",
            type=click.Path(path_type=Path),
            default=Path(),
            metavar="DIR",
            help="The project's folder; the current one by default.",
        ),
    ):
        call = decorate(call)
    return call  # type: ignore[return-value]


def settings_flags(*names: str) -> Callable[[_Command], _Command]:
    """A flag for each setting (for those named, if any), but for secrets."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(OPTIONS):
            if not option.secret and (not names or option.name in names):
                command = _flag(option)(command)
        return command

    return decorate


def _flag(option: Option) -> Callable[[_Command], _Command]:
    # A switch has its opposite; every value is parsed in one place, where its source is known.
    if option.switch:
        names = f"--{option.name}/--no-{option.name}"
        return click.option(names, option.field, default=None, help=option.help)
    metavar = "|".join(option.choices) if option.choices else option.name.rsplit("-", 1)[-1].upper()
    return click.option(f"--{option.name}", option.field, metavar=metavar, help=option.help)


def _epilog() -> str:
    rows = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in exit_codes().items())
    return f"\b\nExit codes:\n{rows}"


@click.group(
    epilog=_epilog(), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="ci-kit")
def cli() -> None:
    """CI test jobs for Python projects with a MySQL database.

    Settings are read from flags, CI_KIT_* variables and [tool.ci-kit] in pyproject.toml, in this order.
    """


@cli.command()
@common
@settings_flags()
@click.argument("pytest_words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST_ARGS]")
def run(call: Call) -> int:
    """Do the whole test job: zone, server, database, tests under coverage, report.

    What follows -- goes to pytest.
    """
    from ci_kit.pipeline import Job

    return Job(call.host, call.settings(), call.runner).run()


@cli.group()
def mysql() -> None:
    """Start a server for tests, and end it."""


_SERVER = (
    "timezone",
    "mysql",
    "mysqld",
    "mysql-image",
    "docker-args",
    "mysql-datadir",
    "mysql-host",
    "mysql-port",
    "mysql-user",
    "database",
    "extra-databases",
    "create-database",
    "charset",
    "collation",
    "init-sql",
    "sql-mode",
    "mysql-settings",
    "time-zone-tables",
    "replicas",
    "durable",
    "boot-timeout",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output.")


@mysql.command()
@common
@settings_flags(*_SERVER)
def up(call: Call) -> None:
    """Start a server that goes on running, and set the variables of later steps on a runner."""
    from ci_kit.mysql.commands import up

    up(call.host, call.settings(), call.runner)


@mysql.command()
@common
def down(call: Call) -> None:
    """End the project's server, and leave nothing of it."""
    from ci_kit.mysql.commands import down

    down(call.host, call.settings())


@mysql.command()
@common
@_as_json
def status(call: Call, as_json: bool) -> None:
    """Say which server is up for the project."""
    from ci_kit.mysql.commands import status

    found = status(call.runner, call.settings())
    if as_json:
        click.echo(json.dumps(found))
    else:
        replicas = found.pop("replicas", [])
        lines = [f"{name:<9} {value}" for name, value in found.items() if value]
        for one in replicas:
            behind = "not replicating" if one["lag"] is None else f"lag {one['lag']} s"
            lines.append(f"{'replica':<9} {one['host']}:{one['port']}, {behind}")
        click.echo("\n".join(lines))


@mysql.command()
@common
@_as_json
def env(call: Call, as_json: bool) -> None:
    """Print the variables of the project's server, password included, for `eval` in a shell."""
    import shlex

    from ci_kit.mysql.commands import environment

    variables = environment(call.runner, call.settings())
    if as_json:
        click.echo(json.dumps(variables))
    else:
        click.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))


@mysql.command()
@common
def install(call: Call) -> None:
    """Install a server program by apt or Homebrew, if the machine has none."""
    from ci_kit.mysql.install import install

    install(call.host, call.settings())


@cli.command()
@common
@click.option("--check", is_flag=True, help="Change nothing; fail if the file is not what would be written.")
@click.option("--diff", is_flag=True, help="Change nothing; print the difference.")
@click.option("--force", is_flag=True, help="Replace a file that ci-kit did not write.")
def render(call: Call, check: bool, diff: bool, force: bool) -> None:
    """Write the workflow file from [tool.ci-kit.workflow] and the templates."""
    from ci_kit.workflow.render import render

    render(call.root, call.host, check=check, diff=diff, force=force)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line, and exit with the code its end asks for."""
    from ci_kit.redaction import Redactor

    for number in (signal.SIGTERM, signal.SIGHUP):
        # What nohup and its like have ignored stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)
    redactor = Redactor()
    try:
        result = cli.main(args=argv, prog_name="ci-kit", standalone_mode=False, obj=redactor)
        code = result if isinstance(result, int) else 0
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.ClickException as error:
        error.show()
        code = UsageError.exit_code
    except (KeyboardInterrupt, click.Abort) as interrupt:
        # click makes its own exception of one that passes through it.
        terminated = isinstance(interrupt.__cause__ or interrupt, TerminatedError)
        code = _report_interrupt(143 if terminated else 130)
    except CiKitError as error:
        code = _report(error, redactor)
    except Exception as error:  # noqa: BLE001  (the last place where a bug can be caught)
        code = _report_bug(error, redactor)
    sys.exit(code)


def _terminate(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise TerminatedError


def _report_interrupt(code: int) -> int:
    from ci_kit.console import Console

    Console().error([INTERRUPT_CODES[code]])
    return code


def _report(error: CiKitError, redactor: Redactor) -> int:
    from ci_kit.console import Console
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host

    text = redactor.redact("\n".join(error.lines()))
    Console().error(text.splitlines())
    Runner(Host()).annotate("error", text, title="ci-kit")
    return error.exit_code


def _report_bug(error: Exception, redactor: Redactor) -> int:
    import traceback
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile("w", prefix="ci-kit-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(redactor.redact("".join(traceback.format_exception(error))))
    return _report(
        BugError(
            f"{type(error).__name__}: {error}",
            why=f"this is a bug in ci-kit {__version__}; its traceback is in {file.name}",
            todo="report it with that file",
        ),
        redactor,
    )
