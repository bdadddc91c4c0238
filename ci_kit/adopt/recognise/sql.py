"""SQL statements that set a server up for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ci_kit.adopt.recognise.effects import Account, Database, Neutral, ServerSetting, SqlEffect, SqlFile

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --\s[^\n]* | \#[^\n]* | /\*(?!!).*?\*/)
    | (?P<string>'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*")
    | (?P<name>`(?:[^`]|``)*`)
    | (?P<word>[\w$.\U000f0000-\U0010ffff%-]+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_READS = frozenset({"SELECT", "SHOW", "STATUS", "USE", "FLUSH", "DESCRIBE", "\\S"})
_AFTER_ACCOUNTS = frozenset(
    {
        "REQUIRE",
        "NONE",
        "PASSWORD",
        "EXPIRE",
        "NEVER",
        "ACCOUNT",
        "UNLOCK",
        "WITH",
        "GRANT",
        "OPTION",
        "DEFAULT",
    }
)
_ROOT = frozenset({"CURRENT_USER", "USER"})
_PLUGINS = frozenset({"caching_sha2_password", "'caching_sha2_password'"})
_OWN_PLUGIN_OF_MARIADB = "mysql_native_password"


class UnknownSqlError(Exception):
    """A statement that a set-up does not usually have; the text is the reason."""


@dataclass
class _Statement:
    """The tokens of one statement, read from the left."""

    tokens: list[tuple[str, str]] = field(default_factory=list)
    position: int = 0

    @property
    def next(self) -> str:
        """The next token in capitals, empty at the end. A quoted name or string has its quote before it."""
        if self.position >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.position]
        return text.upper() if kind in {"word", "sign"} else f"'{text}"

    def accept(self, *words: str) -> bool:
        """Read some words if they follow."""
        kept = self.position
        for word in words:
            if self.next != word:
                self.position = kept
                return False
            self.position += 1
        return True

    def take(self) -> str:
        """Read one name or string. Raises UnknownSqlError at the end."""
        if self.position >= len(self.tokens):
            raise UnknownSqlError("a statement ends too early")
        self.position += 1
        return self.tokens[self.position - 1][1]

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.tokens)


def sql_effects(text: str) -> Iterator[SqlEffect]:
    """What each statement of a text does. Raises UnknownSqlError for one that is not understood."""
    for statement in _statements(text):
        yield from _effects(statement)


def _statements(text: str) -> Iterator[_Statement]:
    current = _Statement()
    for found in _TOKEN.finditer(text):
        kind, token = str(found.lastgroup), found[0]
        if found["sign"] == ";":
            if current.tokens:
                yield current
            current = _Statement()
        elif kind != "space":
            current.tokens.append((kind, _unquoted(kind, token)))
    if current.tokens:
        yield current


def _unquoted(kind: str, text: str) -> str:
    """A token without its quotes."""
    match kind:
        case "string":
            inner = text[1:-1].replace(text[0] * 2, text[0])
            return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)
        case "name":
            return text[1:-1].replace("``", "`")
    return text


def _effects(statement: _Statement) -> Iterator[SqlEffect]:
    one = statement
    if one.accept("CREATE", "DATABASE") or one.accept("CREATE", "SCHEMA"):
        yield _database(one)
    elif one.accept("CREATE", "USER") or one.accept("ALTER", "USER"):
        yield from _accounts(one)
    elif one.accept("GRANT"):
        yield from _grant(one)
    elif one.accept("SET", "PASSWORD"):
        yield _password(one)
    elif one.accept("SET", "GLOBAL"):
        yield from _settings(one)
    elif one.accept("DROP", "DATABASE", "IF", "EXISTS") or one.accept("DROP", "USER", "IF", "EXISTS"):
        yield Neutral()
    elif one.accept("SOURCE"):
        yield SqlFile("".join(text for _, text in one.tokens[one.position :]))
    elif one.next in _READS:
        yield Neutral()
    else:
        raise UnknownSqlError(f"the statement {_shortened(one.text)!r} is not one that ci-kit replaces")


def _database(one: _Statement) -> Database:
    one.accept("IF", "NOT", "EXISTS")
    name, charset, collation = one.take(), "", ""
    while one.next:
        one.accept("DEFAULT")
        if one.accept("CHARACTER", "SET") or one.accept("CHARSET"):
            one.accept("=")
            charset = one.take()
        elif one.accept("COLLATE"):
            one.accept("=")
            collation = one.take()
        else:
            raise UnknownSqlError(f"{one.next} of CREATE DATABASE has no input")
    return Database(name, charset, collation)


def _account(one: _Statement) -> str:
    user = one.take()
    if user.upper() in _ROOT and one.accept("("):
        one.accept(")")
        return "root"
    if "@" in user and one.tokens[one.position - 1][0] == "word":
        return user.partition("@")[0]
    if one.accept("@"):
        one.take()
    return user


def _identified(one: _Statement) -> str | None:
    """The password after IDENTIFIED, None without one."""
    if not one.accept("IDENTIFIED"):
        return None
    if one.accept("WITH") or one.accept("VIA"):
        via = one.tokens[one.position - 1][1].upper() == "VIA"
        plugin = one.take()
        if plugin not in _PLUGINS and not (via and plugin == _OWN_PLUGIN_OF_MARIADB):
            raise UnknownSqlError(f"the plugin {plugin} has no input")
        if not (one.accept("BY") or one.accept("USING")):
            raise UnknownSqlError(f"the plugin {plugin} has no input")
    elif not one.accept("BY"):
        raise UnknownSqlError(f"IDENTIFIED {one.next} is not supported")
    return _secret(one)


def _secret(one: _Statement) -> str:
    in_function = one.accept("PASSWORD", "(")
    password = one.take()
    if in_function and not one.accept(")"):
        raise UnknownSqlError("a password is not understood")
    return password


def _accounts(one: _Statement) -> Iterator[Account]:
    one.accept("IF", "NOT", "EXISTS")
    one.accept("IF", "EXISTS")
    while True:
        user = _account(one)
        yield Account(user, _identified(one))
        if not one.accept(","):
            break
    _require_only(one, _AFTER_ACCOUNTS)


def _grant(one: _Statement) -> Iterator[Account]:
    rights = _until(one, "ON")
    _until(one, "TO")
    if rights not in ("ALL", "ALL PRIVILEGES"):
        raise UnknownSqlError(f"GRANT gives only {rights}, and the action gives all rights")
    if not one.accept("TO"):
        raise UnknownSqlError("GRANT has no user")
    yield from _accounts(one)


def _until(one: _Statement, word: str) -> str:
    """Read up to a word; gives what was read."""
    found = []
    while one.next and one.next != word:
        found.append(one.next)
        one.position += 1
    return " ".join(found).replace(" ,", ",")


def _password(one: _Statement) -> Account:
    user = _account(one) if one.accept("FOR") else "root"
    if not one.accept("="):
        raise UnknownSqlError("SET PASSWORD is not understood")
    password = _secret(one)
    _require_only(one, frozenset())
    return Account(user, password)


def _settings(one: _Statement) -> Iterator[ServerSetting]:
    while True:
        name = one.take().lower()
        one.accept(":")
        if not one.accept("="):
            raise UnknownSqlError("SET GLOBAL is not understood")
        yield ServerSetting(name, one.take())
        if not one.accept(","):
            break
        one.accept("GLOBAL")
    _require_only(one, frozenset())


def _require_only(one: _Statement, words: frozenset[str]) -> None:
    while one.next:
        if one.next not in words:
            raise UnknownSqlError(f"{one.next.strip(chr(39))} is not supported in this statement")
        one.position += 1


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words[:4]) + (" …" if len(words) > 4 else "")  # noqa: PLR2004
