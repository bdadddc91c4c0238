"""The settings for the login: the variables that the code reads, and the logins in its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from ci_kit.init.code.environment import Read
from ci_kit.init.code.logins import Login, Part, url_login
from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.names import login_field, may_be_secret
from ci_kit.init.repository import Place
from ci_kit.settings.database_url import is_url, parse_database_url
from ci_kit.settings.variables import STANDARD, Field

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})  # noqa: S104  (names of this machine)
_STANDARD_PORT = 3306
_DEFAULT_DATABASE = "test"
_DEFAULT_CHARSETS = frozenset({"utf8mb4", "utf8"})
# SQLAlchemy takes mysqlclient for a URL without a driver.
_DEFAULT_DIALECT = "mysqldb"


def decide_login(facts: ProjectFacts, decisions: Decisions) -> None:
    """Add the settings by which the code of a project reaches the server of a run."""
    reads = [(read, field) for read in facts.reads if (field := login_field(read.name))]
    reads = [(read, field) for read, field in reads if not _is_of_another_system(read, field)]
    _decide_database(facts, reads, decisions)
    seen: set[str] = set()
    for read, field in reads:
        if read.name not in seen:
            _decide_variable(facts, read, field, decisions)
        seen.add(read.name)
    _decide_written_login(facts, {field for _, field in reads}, decisions)


def _is_of_another_system(read: Read, field: Field) -> bool:
    """Whether the default of a URL is that of a server of another kind. SQLite has no server."""
    text = read.default or ""
    url = field == "url" and is_url(text) and not text.startswith("sqlite")
    return url and parse_database_url(text) is None


def _decide_variable(facts: ProjectFacts, read: Read, field: Field, decisions: Decisions) -> None:
    value = str(field)
    if field == "url":
        value = _url_value(facts, read) or value
    elif field == "database":
        database = decisions.made.get(("database",))
        if read.default and read.default != (database.value if database else _DEFAULT_DATABASE):
            _decide_other_database(read, read.default, decisions)
            return
    default = f", default {read.default}" if read.default and field in {"host", "port", "database"} else ""
    what = f"{read.name}{default}"
    if STANDARD.get(read.name) == value:
        decisions.found(what, read.place, "set by ci-kit without a setting")
    else:
        decisions.set(("variables", read.name), value, read.place, found=what, verb="read by")


def _decide_other_database(read: Read, name: str, decisions: Decisions) -> None:
    """A second database: the variable has its name, and ci-kit creates it, too."""
    key = ("extra-databases",)
    before = decisions.made.get(key)
    names = list(before.value) if before and isinstance(before.value, list) else []
    if STANDARD.get(read.name) or ("env", read.name) in decisions.made:
        return
    found = f"{read.name}, default {name}"
    decisions.set(("env", read.name), name, read.place, found=found, verb="read by")
    if name not in names:
        decisions.made.pop(key, None)
        decisions.set(key, [*names, name], read.place, found=f"another database, {name}")


def _url_value(facts: ProjectFacts, read: Read) -> str:
    """The form of a URL that the code expects, such as ``mysql+aiomysql://``; empty for ``mysql://``."""
    url = parse_database_url(read.default or "")
    if url:
        short = f"{url.scheme}://"
        form = url.form if url.query else short
        return "" if form == "mysql://" else form
    dialect = _dialect(facts)
    return f"mysql+{dialect}://" if dialect != _DEFAULT_DIALECT else ""


def _dialect(facts: ProjectFacts) -> str:
    """The driver that a URL for SQLAlchemy has to name: the default one if SQLAlchemy is not used."""
    written = (parse_database_url(login.url) for login in facts.logins if login.url)
    if driver := next((driver for url in written if url and (driver := url.scheme.partition("+")[2])), ""):
        return driver
    if not facts.stack.uses("SQLAlchemy", "SQLModel"):
        return _DEFAULT_DIALECT
    return next((driver.dialect for driver in facts.stack.drivers), _DEFAULT_DIALECT)


def _decide_database(facts: ProjectFacts, reads: list[tuple[Read, Field]], decisions: Decisions) -> None:
    for text, place in _database_names(facts, reads):
        if text != _DEFAULT_DATABASE:
            decisions.set("database", text, place, found=f"database {text}")
        return


def _database_names(facts: ProjectFacts, reads: list[tuple[Read, Field]]) -> Iterator[tuple[str, Place]]:
    """The names of the database, the best evidence first."""
    for read, field in reads:
        if field == "database" and read.default:
            yield read.default, read.place
        elif field == "url":
            urls = url_login(read.default or "", read.place)
            yield from ((url.parts["database"], read.place) for url in urls if "database" in url.parts)
    yield from ((login.parts["database"], login.place) for login in facts.logins if "database" in login.parts)
    for service in facts.services:
        names = (service.environment.get(key) for key in ("MYSQL_DATABASE", "MARIADB_DATABASE"))
        yield from ((name, service.place) for name in names if name and service.is_server)


def _decide_written_login(facts: ProjectFacts, fields: set[Field], decisions: Decisions) -> None:
    """The parts of the login that the source has and that no variable gives."""
    if "url" in fields or not facts.logins:
        return
    written: dict[Part, tuple[str, Login]] = {}
    for login in facts.logins:
        for part in get_args(Part):
            if part in login.parts:
                written.setdefault(part, (login.parts[part], login))
    charset, of = written.get("charset", ("utf8mb4", facts.logins[0]))
    if charset not in _DEFAULT_CHARSETS:
        decisions.set("charset", charset, of.place, found=f"charset {charset}")
    # The defaults of variables are not the login: the variables are.
    missing = {part: found for part, found in written.items() if part not in fields}
    host, of = missing.get("host", ("", facts.logins[0]))
    if host not in _LOCAL:
        decisions.warnings.append(
            f"{of.place} names the host {host}: the tests would not reach the server of a run. Read the"
            " host from the variable MYSQL_HOST there"
        )
        return
    _decide_parts(facts, missing, decisions)


def _decide_parts(
    facts: ProjectFacts, missing: Mapping[Part, tuple[str, Login]], decisions: Decisions
) -> None:
    user, of_user = missing.get("user", ("root", facts.logins[0]))
    if user != "root":
        decisions.set("mysql-user", user, of_user.place, found=f"user {user} in the source")
    if "password" in missing:
        _decide_password(*missing["password"], decisions)
    host, of_host = missing.get("host", ("", facts.logins[0]))
    port, of_port = missing.get("port", ("", of_host))
    # The client library of MySQL reads the port from a variable of its own.
    own_library = [driver.name for driver in facts.stack.drivers] == ["mysqlclient"]
    if port.isdecimal() or (host and not own_library and "port" not in of_host.parts):
        number = int(port) if port.isdecimal() else _STANDARD_PORT
        decisions.set("mysql-port", number, of_port.place, found="a fixed host and port in the source")


def _decide_password(password: str, login: Login, decisions: Decisions) -> None:
    if not password:
        decisions.set(
            "empty-password", value=True, place=login.place, found="an empty password in the source"
        )
    elif may_be_secret("password", password):
        decisions.warnings.append(
            f"{login.place} has a password that may be a real one, so init does not write it into"
            " pyproject.toml. Read it from the variable MYSQL_PASSWORD there"
        )
    else:
        decisions.set("mysql-password", password, login.place, found="a password in the source", shown='"…"')
