"""The commands and service containers that set a server up, and what they say together."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.adopt.plan.services import Service
from ci_kit.adopt.plan.situation import Situation
from ci_kit.adopt.recognise.effects import (
    Account,
    Container,
    Database,
    ServerSetting,
    ServerStart,
    Sql,
    SqlEffect,
    SqlFile,
)
from ci_kit.adopt.units import Unit

SETS_UP = (ServerStart, Sql, Container)
_DEFAULT_PORT = "3306"
_DEFAULT_CHARSET = "utf8mb4"
_OF_CONTAINER = frozenset(
    f"{product}_{name}"
    for product in ("MYSQL", "MARIADB")
    for name in ("ROOT_PASSWORD", "DATABASE", "USER", "PASSWORD", "ALLOW_EMPTY_PASSWORD", "ROOT_HOST")
) | {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "TZ", "LANG", "LC_ALL"}
"""The variables of the official images whose values the action can have, or does not need."""


@dataclass(frozen=True)
class SetUp:
    """The commands before the tests that set the server up, and the service containers."""

    situation: Situation
    units: tuple[Unit, ...]
    services: tuple[Service, ...]

    @property
    def exists(self) -> bool:
        return bool(self.services) or any(unit.has(*SETS_UP) for unit in self.units)

    @property
    def containers(self) -> list[Container]:
        started = [effect for unit in self.units for effect in unit.effects if isinstance(effect, Container)]
        return [*(one.container for one in self.services), *started]

    @property
    def starts(self) -> list[ServerStart]:
        return [effect for unit in self.units for effect in unit.effects if isinstance(effect, ServerStart)]

    @property
    def sql(self) -> list[SqlEffect]:
        found = [effect for unit in self.units for effect in unit.effects if isinstance(effect, Sql)]
        return [one for effect in found for one in effect.effects]

    @property
    def databases(self) -> list[str]:
        """The databases that are created, each once."""
        created = [one.name for one in self.sql if isinstance(one, Database)]
        named = [self.of_container("DATABASE") or ""]
        return [name for name in dict.fromkeys([*named, *created]) if name]

    @property
    def accounts(self) -> list[Account]:
        return [one for one in self.sql if isinstance(one, Account)]

    def of_container(self, name: str) -> str | None:
        """The value of a variable of the container, None if it is not set."""
        values = self.containers[0].environment if self.containers else {}
        return values.get(f"MYSQL_{name}", values.get(f"MARIADB_{name}"))

    @property
    def unset_variables(self) -> list[str]:
        """The variables of ``env`` that the set-up uses and the job does not set."""
        texts = [*self.databases, *(text for one in self.accounts for text in (one.user, one.password or ""))]
        return list(dict.fromkeys(name for text in texts for name in self.situation.expressions.unset(text)))

    def contradictions(self) -> Iterator[str]:
        """Why the inputs of the action cannot say the same."""
        for container in self.containers:
            if wrong := set(container.environment) - _OF_CONTAINER:
                yield f"the variable {min(wrong)} of the container has no input"
        forms = {
            (one.charset or _DEFAULT_CHARSET, one.collation) for one in self.sql if isinstance(one, Database)
        }
        if len(forms) > 1:
            yield "the databases differ in their character sets"
        for one in self.sql:
            if isinstance(one, SqlFile) and one.database not in {*self.databases, ""}:
                yield f"{one.path} runs in a database that the job does not create"

    @property
    def product_inputs(self) -> dict[str, str]:
        """``mysql-version`` and ``mysql-port``."""
        if not self.containers:
            is_mariadb = any(one.product == "mariadb" for one in self.starts)
            return {"mysql-version": "mariadb"} if is_mariadb else {}
        container = self.containers[0]
        env = self.situation.scope.env
        # The action sets MYSQL_PORT. Only an application that is not told the port needs the same one.
        is_told = any(name.endswith("PORT") and value == container.port for name, value in env.items())
        needed = container.port and (container.port != _DEFAULT_PORT or not is_told)
        return {"mysql-version": container.version} | ({"mysql-port": container.port} if needed else {})

    @property
    def data_inputs(self) -> dict[str, str]:
        """The inputs for the form of the databases, the server's variables and the files of SQL."""
        inputs: dict[str, str] = {}
        lines: list[str] = []
        files: list[str] = []
        for one in self.sql:
            match one:
                case Database(_, charset, collation):
                    given = {"charset": charset, "collation": collation}
                    inputs |= {name: value for name, value in given.items() if value}
                case ServerSetting("sql_mode", value):
                    inputs["sql-mode"] = value or "none"
                case ServerSetting(name, value) if name != "time_zone":
                    # The action gives the server the zone of the run.
                    lines.append(f"{name}={value}")
                case SqlFile(path):
                    files.append(self._relative(path))
        lists = {"mysql-settings": shlex.join(lines), "init-sql": shlex.join(files)}
        return inputs | {name: value for name, value in lists.items() if value}

    def _relative(self, path: str) -> str:
        """A path of a step, relative to the folder of the tests."""
        unit = next(one for one in self.units if path in one.text)
        here, there = unit.step.folder or ".", self.situation.tests.step.folder or "."
        return path if here == there else posixpath.relpath(posixpath.join(here, path), there)
