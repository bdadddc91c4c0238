"""The server of a job: what sets it up, and the inputs that do the same."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from ci_kit.adopt.explanation import Change, Kept, Notes
from ci_kit.adopt.nodes import value_at
from ci_kit.adopt.plan.names import own_names, standard_value
from ci_kit.adopt.plan.services import Service, services_of
from ci_kit.adopt.plan.situation import Part, Situation
from ci_kit.adopt.recognise.effects import (
    Account,
    Activate,
    Assign,
    Container,
    Count,
    Database,
    Export,
    Folder,
    Harmless,
    Neutral,
    ServerSetting,
    ServerStart,
    Sql,
    SqlFile,
    Unknown,
    Wait,
    Zone,
)
from ci_kit.adopt.units import Unit

_SETS_UP = (ServerStart, Sql, Container)
_NEEDS_NO_SERVER = (Zone, Harmless, Neutral, Export, Assign, Folder, Activate, Count, Wait, *_SETS_UP)
_PART = "the server"
_DEFAULT_PORT = "3306"
_PASSWORDS = ("MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
_OF_CONTAINER = frozenset(
    f"{product}_{name}"
    for product in ("MYSQL", "MARIADB")
    for name in ("ROOT_PASSWORD", "DATABASE", "USER", "PASSWORD", "ALLOW_EMPTY_PASSWORD", "ROOT_HOST")
) | {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "TZ", "LANG", "LC_ALL"}
_ROOT_OF_RUNNER = "root"
"""Root's password on the images of GitHub's runners (actions/runner-images, "Databases")."""


@dataclass(frozen=True)
class ServerPlan:
    """The part, the service containers that go, and whether the server is started by hand as before."""

    part: Part
    services: tuple[Service, ...] = ()
    stays: bool = False


@dataclass
class _Server:
    """What a job does with its server. ``reasons`` say why it stays as it is."""

    situation: Situation
    units: list[Unit] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    reasons: list[Kept] = field(default_factory=list)
    set_up_is_known: bool = True

    @property
    def containers(self) -> list[Container]:
        started = [effect for unit in self.units for effect in unit.effects if isinstance(effect, Container)]
        return [*(one.container for one in self.services), *started]

    @property
    def starts(self) -> list[ServerStart]:
        return [effect for unit in self.units for effect in unit.effects if isinstance(effect, ServerStart)]

    @property
    def sql(self) -> list[Database | Account | ServerSetting | SqlFile | Neutral]:
        found = [effect for unit in self.units for effect in unit.effects if isinstance(effect, Sql)]
        return [one for effect in found for one in effect.effects]

    def refuse(self, unit: Unit, why: str, *, known: bool = True) -> None:
        """Keep the server because of a command; ``known``: the command only uses the server."""
        self.reasons.append(Kept(unit.lines[0], _PART, f"`{unit.shown}`: {why}"))
        self.set_up_is_known = self.set_up_is_known and known


def plan_server(situation: Situation, notes: Notes) -> ServerPlan:
    """What becomes of the server of a job."""
    server = _collect(situation)
    is_there = bool(server.containers or server.starts or server.sql or server.reasons)
    if not is_there:
        return ServerPlan(Part({"mysql": "off"}))
    login = _login(server) if not server.reasons or server.set_up_is_known else {}
    if server.reasons:
        notes.kept += server.reasons
        # The service that is up already has the data of the commands before. ci-kit uses it as it is.
        by_service = server.set_up_is_known and bool(server.starts) and not server.containers
        inputs = {"mysql": "service", **login} if by_service else {"mysql": "off"}
        return ServerPlan(Part(inputs), stays=not by_service)
    inputs = {**_product(server), **login, **_data(server)}
    _explain(server, inputs, notes)
    return ServerPlan(Part(inputs, tuple(server.units)), tuple(server.services))


def _collect(situation: Situation) -> _Server:
    server = _Server(situation, services=services_of(situation.job, situation.scope))
    others = value_at(situation.job.node, "services") is not None
    before = list(situation.before())
    starts = [number for number, unit in enumerate(before) if unit.has(*_SETS_UP)]
    first = 0 if server.services else min(starts, default=len(before))
    for number, unit in enumerate(before):
        if unit.has(*_SETS_UP) or ((starts or server.services) and unit.has(Wait) and _is_for(unit, others)):
            server.units.append(unit)
            if why := situation.obstacle(unit):
                server.refuse(unit, why, known=False)
        _refuse_unknown(server, unit, after_start=number >= first)
    for one in server.services:
        if one.problem:
            why = f"the service container {one.name}: {one.problem}"
            server.reasons.append(Kept(one.lines[0], _PART, why))
            server.set_up_is_known = False
    for problem in _contradictions(server):
        server.reasons.append(Kept(situation.tests.step.line, _PART, problem))
        server.set_up_is_known = False
    return server


def _is_for(unit: Unit, others: bool) -> bool:
    """Whether a pause or a loop is for the server: a pause may be for another container."""
    return not others or all(effect.sure for effect in unit.effects if isinstance(effect, Wait))


def _refuse_unknown(server: _Server, unit: Unit, *, after_start: bool) -> None:
    for effect in unit.effects:
        if isinstance(effect, Unknown) and (effect.is_server or after_start):
            why = effect.why or "it may need the server before the tests"
            # What is not understood may set up the server itself; other commands only use it.
            server.refuse(unit, why, known=not effect.is_server)
        elif not isinstance(effect, (*_NEEDS_NO_SERVER, Unknown)) and after_start:
            server.refuse(unit, "it runs before the tests")


def _contradictions(server: _Server) -> Iterator[str]:
    """Why the values of a set-up cannot be carried over."""
    situation = server.situation
    job, sql = situation.job, server.sql
    runs_on = str(value_at(job.node, "runs-on") and job.document.slice(job.entries["runs-on"].value))
    if "self-hosted" in runs_on and (server.starts or sql):
        yield "a self-hosted runner keeps its server, and its accounts may be needed elsewhere"
    if len(server.containers) > 1 or (server.containers and server.starts):
        yield "the job starts several servers"
    for container in server.containers:
        if wrong := set(container.environment) - _OF_CONTAINER:
            yield f"the variable {min(wrong)} of the container has no input"
    texts = [text for one in sql if isinstance(one, Database) for text in (one.name,)]
    texts += [text for one in sql if isinstance(one, Account) for text in (one.user, one.password or "")]
    unset = list(dict.fromkeys(name for text in texts for name in situation.expressions.unset(text)))
    if unset:
        yield f"the job sets no {', '.join(unset)}{_elsewhere(situation, unset[0])}"
    forms = {(one.charset, one.collation) for one in sql if isinstance(one, Database)}
    if len(forms) > 1:
        yield "the databases differ in their character sets"
    names = {one.name for one in sql if isinstance(one, Database)}
    for one in sql:
        if isinstance(one, SqlFile) and one.database not in names | {""}:
            yield f"{one.path} runs in a database that the job does not create"


def _elsewhere(situation: Situation, name: str) -> str:
    """Where else a variable has a value: the env of another job."""
    for job in situation.job.document.jobs:
        if (node := value_at(job.node, "env", name)) is not None:
            return f"; the env of the job {job.name} has it, line {node.start_mark.line + 1}: move it"
    return ""


def _product(server: _Server) -> dict[str, str]:
    """``mysql-version`` and ``mysql-port``."""
    if not server.containers:
        return {"mysql-version": "mariadb"} if any(one.product == "mariadb" for one in server.starts) else {}
    (container,) = server.containers
    env = server.situation.scope.env
    inputs = {"mysql-version": container.version}
    names_port = any(name.endswith("PORT") and value == container.port for name, value in env.items())
    if container.port and (container.port != _DEFAULT_PORT or not names_port):
        inputs["mysql-port"] = container.port
    return inputs


def _of_container(container: Container, name: str) -> str | None:
    values = container.environment
    return values.get(f"MYSQL_{name}", values.get(f"MARIADB_{name}"))


def _login(server: _Server) -> dict[str, str]:
    """The inputs for user, password, databases and variables; none for what the action reads itself."""
    situation, env = server.situation, server.situation.scope.env
    accounts = [one for one in server.sql if isinstance(one, Account)]
    databases = [one.name for one in server.sql if isinstance(one, Database)]
    users = [one.user for one in accounts if one.user != "root"]
    for container in server.containers:
        users += [user] if (user := _of_container(container, "USER")) else []
        databases += [name] if (name := _of_container(container, "DATABASE")) else []
    databases = list(dict.fromkeys(databases))
    user = _chosen(env, "user", users, "root")
    password = _password(server, accounts, user)
    database = _chosen(env, "database", databases, databases[0] if databases else "")
    port = next((one.port for one in server.containers if one.port), _DEFAULT_PORT)
    values = {"port": port, "user": user, "password": password or "", "database": database}
    own = own_names(env, values)
    inputs = {}
    if standard_value(env, "user", {}) != user and user != "root":
        inputs["mysql-user"] = situation.value(user, prefer="USER")
    if password == "":
        inputs["empty-password"] = "true"
    elif password is not None and standard_value(env, "password", {}) != password:
        inputs["mysql-password"] = situation.value(password, prefer="PASS")
    if database and standard_value(env, "database", {}) != database:
        inputs["database"] = situation.value(database, prefer="DB") if own else database
    if extra := [name for name in databases if name != database]:
        inputs["extra-databases"] = " ".join(map(shlex.quote, extra))
    if own:
        inputs["variables"] = " ".join(f"{name}={part}" for name, part in own.items())
    return inputs


def _chosen(env: dict[str, str] | object, part: str, created: list[str], default: str) -> str:
    """The value of the tests' variables if the set-up has it too, or has nothing else."""
    given = standard_value(env, part, own_names(env, dict.fromkeys((part,), "")))  # type: ignore[arg-type]
    if given is None:
        named = [one for one in created if one in env.values()]  # type: ignore[attr-defined]
        return next(iter([*named, *created]), default)
    return given


def _password(server: _Server, accounts: list[Account], user: str) -> str | None:
    """The password of a user after the set-up; None if it is not known."""
    set_by_sql = [one.password for one in accounts if one.user == user and one.password is not None]
    if set_by_sql:
        return set_by_sql[-1]
    if server.containers:
        values = server.containers[0].environment
        if user == "root":
            return next((values[name] for name in _PASSWORDS if name in values), "")
        return _of_container(server.containers[0], "PASSWORD")
    is_mysql = any(one.product == "mysql" for one in server.starts)
    return _ROOT_OF_RUNNER if user == "root" and is_mysql else None


def _data(server: _Server) -> dict[str, str]:
    """The inputs for the form of the databases, the server's variables and the files of SQL."""
    inputs: dict[str, str] = {}
    lines: list[str] = []
    files: list[str] = []
    for one in server.sql:
        match one:
            case Database(_, charset, collation):
                inputs |= {"charset": charset} if charset else {}
                inputs |= {"collation": collation} if collation else {}
            case ServerSetting("sql_mode", value):
                inputs["sql-mode"] = value or "none"
            case ServerSetting("time_zone"):
                # The action gives the server the zone of the run.
                pass
            case ServerSetting(name, value):
                lines.append(shlex.quote(f"{name}={value}"))
            case SqlFile(path):
                files.append(shlex.quote(_relative(server, path)))
    return (
        inputs
        | ({"mysql-settings": " ".join(lines)} if lines else {})
        | ({"init-sql": " ".join(files)} if files else {})
    )


def _relative(server: _Server, path: str) -> str:
    """A path of a step, relative to the folder of the tests."""
    unit = next(one for one in server.units if f"{path}" in one.text)
    here, there = unit.step.folder or ".", server.situation.tests.step.folder or "."
    return path if here == there else posixpath.relpath(posixpath.join(here, path), there)


def _explain(server: _Server, inputs: dict[str, str], notes: Notes) -> None:
    written = server.situation.expressions.written
    names = [f"{name}: {written(value)}" for name, value in inputs.items() if "password" not in name]
    names += [name for name in inputs if "password" in name]
    became = ", ".join(names) or "the action does it with the values of env"
    for one in server.services:
        notes.changes.append(Change(one.lines, f"the service container {one.name}", became))
    for unit in server.units:
        notes.changes.append(
            Change(unit.lines, unit.name, became if unit.has(Sql, Container) else "the action")
        )
