"""What a run gives to later steps of its job: the time zone, the variables, and servers that stay up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ci_kit.github import Runner
from ci_kit.mysql.opening import RunningServer, login_environment
from ci_kit.settings.settings import Settings


def hand_over(
    servers: Sequence[RunningServer], env: Mapping[str, str], settings: Settings, runner: Runner
) -> None:
    """Keep the servers that outlive the run, and export the variables that lead to them.

    ``env`` are the variables of the tests.
    """
    staying = [server for server in servers if _stays_up(server, settings, runner)]
    for server in staying:
        if server.lifetime != "elsewhere":
            server.keep()
    # A text of `env` may need a server that has ended.
    all_stay = len(staying) == len(servers)
    runner.export(dict(env) if all_stay else {"TZ": env["TZ"], **login_environment(staying)})
    kept = [server for server in staying if server.lifetime == "run"]
    if kept and not any(server.lost() for server in servers):
        stays = "the server stays up" if len(kept) == 1 else "the servers stay up"
        runner.host.console.step("mysql", f"{stays} until `ci-kit mysql down`")


def _stays_up(server: RunningServer, settings: Settings, runner: Runner) -> bool:
    """Whether a server is up after the run."""
    if server.lifetime != "run":
        return True
    # On a GitHub runner, keep the server: the runner ends it with the job.
    return runner.real if settings.keep_mysql is None else settings.keep_mysql
