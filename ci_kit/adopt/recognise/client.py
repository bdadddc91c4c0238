"""SQL that goes to the server by ``mysql``, ``mariadb`` or ``mysqladmin``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.effects import Account, Database, Neutral, Sql, SqlEffect, SqlFile, Unknown, Wait
from ci_kit.adopt.recognise.sql import UnknownSqlError, sql_effects
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

LOOPBACK = frozenset({"", "127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104  (it is compared only)
_CLIENTS = frozenset({"mysql", "mariadb"})
_ADMINS = frozenset({"mysqladmin", "mariadb-admin"})
# With a value in the same word or in the next one.
_SHORT_WITH_VALUE = "uhPDeS"
_REFUSED = frozenset({"defaults-file", "defaults-extra-file", "init-command"})
_LONG_WITH_VALUE = _REFUSED | {
    *("user", "host", "port", "database", "execute", "socket", "protocol", "wait", "ssl-mode"),
    *("default-character-set", "connect-timeout"),
}


@dataclass(frozen=True)
class _Call:
    """The options of a client: each with its value, and the words that are no options."""

    options: dict[str, list[str]]
    words: list[str]

    def value(self, *names: str) -> str:
        return next((self.options[name][-1] for name in names if name in self.options), "")


def recognise_client(pipeline: Pipeline, scope: Scope) -> Sql | Wait | Unknown | None:
    """``mysql -e``, with its text also from a here-document, a pipe or a file, and ``mysqladmin``."""
    commands = [argv_of(one, scope) for one in pipeline.commands if isinstance(one, Simple)]
    argv = commands[-1] if commands else None
    if argv is None or argv.program not in _CLIENTS | _ADMINS or len(commands) != len(pipeline.commands):
        return None
    call = _read(argv)
    if problem := next(_problems(pipeline, argv, call, scope), ""):
        return Unknown(problem, is_server=True)
    if argv.program in _ADMINS:
        return _admin(call)
    try:
        texts = [*call.options.get("e", []), *call.options.get("execute", []), *_input(commands, scope)]
        effects: list[SqlEffect] = [effect for text in texts for effect in sql_effects(text)]
    except UnknownSqlError as error:
        return Unknown(str(error), is_server=True)
    effects += _files(argv, commands, call.value("D", "database") or "".join(call.words[:1]))
    return Sql(tuple(effects)) if effects else Unknown("it gets no SQL", is_server=True)


def _problems(pipeline: Pipeline, argv: Argv, call: _Call, scope: Scope) -> Iterator[str]:
    """Why the action cannot do the same as a client."""
    if pipeline.negated:
        yield "its exit code is inverted"
    if None in argv.words:
        yield _unknown_word(argv)
    if _REFUSED & call.options.keys():
        yield "an option of the client is not understood"
    if call.value("h", "host") not in LOOPBACK | {scope.env.get("MYSQL_HOST", "")}:
        yield "it is for a server on another host"
    if argv.output:
        yield "its output is kept in a file"


def _read(argv: Argv) -> _Call:
    call = _Call({}, [])
    words = list(argv.known)
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals and name in _LONG_WITH_VALUE:
                value = words.pop(0) if words else ""
            call.options.setdefault(name, []).append(value)
        elif word.startswith("-") and len(word) > 1:
            name, value = word[1], word[2:]
            if name in _SHORT_WITH_VALUE and not value:
                value = words.pop(0) if words else ""
            # Letters without a value may be one word: -sN. The password is the rest of its word.
            elif value and name not in _SHORT_WITH_VALUE + "p":
                words.insert(0, f"-{value}")
            call.options.setdefault(name, []).append(value)
        else:
            call.words.append(word)
    return call


def _input(commands: list[Argv], scope: Scope) -> Iterator[str]:
    """The SQL of the standard input. Raises UnknownSqlError."""
    *before, argv = commands
    for redirect in argv.redirects:
        if redirect.body or redirect.operator == "<<<":
            text = scope.word(redirect.body or redirect.target)
            if text is None:
                raise UnknownSqlError("a variable in its SQL has no known value")
            yield text
    if len(before) == 1 and before[0].program in {"echo", "printf"} and before[0].all_known:
        yield " ".join(word for word in before[0].known if word not in {"-e", "-n"})
    elif before and not _piped_files(before):
        raise UnknownSqlError("its SQL comes from another command")


def _piped_files(before: list[Argv]) -> list[str]:
    is_cat = len(before) == 1 and before[0].program == "cat" and before[0].all_known
    return list(before[0].known) if is_cat else []


def _files(argv: Argv, commands: list[Argv], database: str) -> list[SqlFile]:
    paths = [one.target.plain for one in argv.redirects if one.operator == "<"]
    return [SqlFile(path, database) for path in (*paths, *_piped_files(commands[:-1])) if path]


def _admin(call: _Call) -> Sql | Wait | Unknown:
    match call.words:
        case ["create", name]:
            return Sql((Database(name),))
        case ["password", password]:
            return Sql((Account(call.value("u", "user") or "root", password),))
        case ["ping" | "status" | "version"]:
            return Wait()
        case ["flush-privileges" | "reload"]:
            return Sql((Neutral(),))
    return Unknown("this command of mysqladmin is not one that ci-kit replaces", is_server=True)


def _unknown_word(argv: Argv) -> str:
    names = [
        getattr(part, "name", "")
        for word, source in zip(argv.words, argv.sources, strict=True)
        if word is None
        for part in source.parts
    ]
    named = ", ".join(f"${name}" for name in dict.fromkeys(names) if name)
    return f"{named or 'a word'} has no value that ci-kit can see"
