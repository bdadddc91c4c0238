"""Loops and programs that wait until a server answers."""

from __future__ import annotations

import re

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.client import LOOPBACK
from ci_kit.adopt.recognise.effects import Harmless, Wait
from ci_kit.adopt.script.commands import Command, Loop, Pipeline, Simple, Statement, commands_in
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.script.words import UnsureError
from ci_kit.adopt.values import Scope

_PASSIVE = frozenset(
    {"sleep", "echo", "printf", "break", "exit", "seq", "test", "[", "[[", "true", ":", "date", "let"}
)
_PORTS = frozenset({"3306", "3307", "33060"})
_OTHER_PROBES = frozenset({"nc", "ncat", "netcat", "pg_isready", "redis-cli", "curl", "wget"})
_DOCKER = frozenset({"docker", "podman"})
_ADMINS = frozenset({"mysqladmin", "mariadb-admin"})
_QUESTIONS = frozenset({"SELECT 1", "SHOW DATABASES", "STATUS", "SELECT VERSION()"})
_LOGS = frozenset({"logs", "ps", "inspect"})


def recognise_waiting(pipeline: Pipeline, scope: Scope) -> Wait | Harmless | None:
    """A loop with ``mysqladmin ping``, ``nc -z`` or their like, ``wait-for-it``, ``dockerize``, ``sleep``.

    A loop that waits for another server is harmless.
    """
    command = pipeline.commands[0]
    if len(pipeline.commands) > 1:
        return None
    if isinstance(command, Loop):
        return _loop(list(commands_in(_around(command))), scope)
    if not isinstance(command, Simple):
        return None
    argv = argv_of(command, scope)
    if argv.program == "sleep":
        return Wait(sure=False)
    if argv.program == "timeout" and argv.known[1:3] in {("bash", "-c"), ("sh", "-c")}:
        return _shell(argv, scope)
    return Wait() if _is_probe(argv, command, scope) else None


def _shell(argv: Argv, scope: Scope) -> Wait | None:
    """``timeout 60 bash -c 'until …'``."""
    try:
        statements = read_script(argv.known[3])
    except (UnsureError, IndexError):
        return None
    found = _loop(list(commands_in(statements)), scope)
    return found if isinstance(found, Wait) else None


def _around(loop: Loop) -> list[Statement]:
    substituted = [
        statement
        for word in loop.words
        for part in word.parts
        for statement in getattr(part, "statements", ())
    ]
    return [*substituted, *loop.condition, *loop.body]


def _loop(commands: list[Command], scope: Scope) -> Wait | Harmless | None:
    """What a loop waits for, if all of its commands only look."""
    simple = [(one, argv_of(one, scope)) for one in commands if isinstance(one, Simple)]
    looks = [argv for one, argv in simple if _is_probe(argv, one, scope)]
    others = [argv for _, argv in simple if argv not in looks and argv.words]
    if not all(argv.program in _PASSIVE | _OTHER_PROBES or _is_log(argv) for argv in others):
        return None
    if looks:
        return Wait()
    return Harmless() if any(argv.program in _OTHER_PROBES for argv in others) else None


def _is_log(argv: Argv) -> bool:
    return argv.program in _DOCKER and bool(argv.known) and argv.known[0] in _LOGS


def _is_probe(argv: Argv, command: Command, scope: Scope) -> bool:
    """Whether a command only asks whether the server answers."""
    known = argv.known
    match argv.program:
        case "docker" | "podman":
            return known[:1] == ("exec",) and "ping" in known and bool(_ADMINS & set(known))
        case "mysqladmin" | "mariadb-admin" | "mysql" | "mariadb":
            question = re.sub(r"^-e", "", " ".join(known[-1:])).strip("; ").upper()
            return question in _QUESTIONS or (
                argv.program in _ADMINS and bool({"ping", "status"} & set(known))
            )
        case "nc" | "ncat" | "netcat":
            return bool(known) and known[-1] in _ports(scope) and "-z" in " ".join(known)
        case "dockerize" | "wait-on":
            return any(re.fullmatch(r"(?:tcp:)?(?://)?[\w.-]*:?3306", word) for word in known)
        case "wait-for-it.sh" | "wait-for-it" | "wait-for" | "wait-for.sh":
            return _is_place(known, scope)
    return _opens_port(command, scope)


def _is_place(words: tuple[str, ...], scope: Scope) -> bool:
    """Whether words name only the server: ``127.0.0.1:3306``."""
    places = [word.rpartition(":") for word in words if not word.startswith("-") and ":" in word]
    hosts = LOOPBACK | {scope.env.get("MYSQL_HOST", ""), "mysql", "mariadb", "db"}
    return bool(places) and all(host in hosts and port in _ports(scope) for host, _, port in places)


def _opens_port(command: Command, scope: Scope) -> bool:
    """``(echo > /dev/tcp/127.0.0.1/3306)``."""
    targets = [scope.word(one.target) or "" for one in command.redirects]
    return any(
        re.fullmatch(r"/dev/tcp/[\w.-]+/(\d+)", one) and one.rpartition("/")[2] in _ports(scope)
        for one in targets
    )


def _ports(scope: Scope) -> frozenset[str]:
    return _PORTS | {scope.env.get("MYSQL_PORT", "3306"), scope.env.get("DB_PORT", "3306")}
