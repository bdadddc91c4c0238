"""Reading the settings of a run from flags, variables and pyproject.toml.

A value comes from the first of: a flag, a ``CI_KIT_*`` variable (which the action's inputs arrive as), a
variable that applications read too (``MYSQL_PASSWORD``, ``MYSQL_DATABASE`` …, and the names that the setting
``variables`` gives them), ``[tool.ci-kit]`` in pyproject.toml, the default. If nothing else names a database,
the one of DATABASE_URL is used.

The table may be in the project's folder or in a folder above it in the repository. For each key, the nearest
table that has it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.database_url import parse_database_url
from ci_kit.settings.inherited import Inherited, from_folder, nearest_tables, read_tables
from ci_kit.settings.keys import unknown_keys
from ci_kit.settings.names import unknown_variables
from ci_kit.settings.option import Option, Value
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.options.database import VARIABLES
from ci_kit.settings.parsing import parse
from ci_kit.settings.placeholders import names_in, wrong_placeholder
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.pyproject import resolve_root
from ci_kit.settings.servers import TABLES, load_servers
from ci_kit.settings.settings import Settings
from ci_kit.settings.source import DEFAULT, Source, flag_source, pyproject_source, variable_source
from ci_kit.settings.variables import STANDARD, Variable, bind, names_of


def load_settings(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
    *,
    pytest_args: Sequence[str] = (),
    pyproject: bool = True,
) -> Settings:
    """The settings of a run in the folder ``root``. ``flags`` maps the options' fields to given values.

    ``pytest_args`` are added to the configured ones. Without ``pyproject``, no pyproject.toml is read. Raises
    one UsageError for all wrong keys and values.
    """
    root = resolve_root(root)
    tables = read_tables(project_folders(root, environ)) if pyproject else ()
    problems = [problem for found in tables for problem in unknown_keys(found.table.values, found.file)]
    given = _Given(flags or {}, environ, nearest_tables(tables))
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    notes: tuple[str, ...] = ()
    # First the names of the variables, because other options read the variables with these names.
    for option in sorted(OPTIONS, key=lambda one: one is not VARIABLES):
        raw, sources[option.name] = given.find(option)
        try:
            value = parse(option, raw, sources[option.name])
            values[option.field] = given.from_its_folder(option, value, root)
        except UsageError as problem:
            problems.append(problem)
        if option is VARIABLES:
            bound, notes = bind(values.get(option.field, ()), environ, STANDARD)
            given = replace(given, variables=bound)
    raise_problems(problems)
    similar_names = [warning for found in tables for warning in found.table.warnings]
    warnings = (*similar_names, *unknown_variables(environ), *notes)
    # Settings are read from the standard variables in any case.
    named = {one.name for one in values["variables"]}
    given_variables = tuple(
        one for one in given.variables if values["standard_variables"] or one.name in named
    )
    settings = Settings(
        root=root, login_variables=given_variables, sources=sources, warnings=warnings, **values
    )
    settings = replace(settings, servers=load_servers(settings, given.tables.get(TABLES), environ))
    texts = tuple(_texts_with_placeholders(settings, pytest_args))
    found = (wrong_placeholder(text, settings.placeholders, source=source) for text, source in texts)
    raise_problems([problem for problem in found if problem])
    settings = settings.using(names_in(text for text, _ in texts))
    return replace(settings, pytest_args=(*settings.pytest_args, *pytest_args))


def _texts_with_placeholders(settings: Settings, pytest_args: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The texts that may contain placeholders, each with its source."""
    for option in OPTIONS:
        if option.placeholders:
            for text in settings.texts(option):
                yield text, settings.source(option.name)
    for word in pytest_args:
        yield word, "the arguments after --"


@dataclass(frozen=True)
class _Given:
    """What flags, variables and pyproject.toml give; ``variables`` are those that the tests will have."""

    flags: Mapping[str, Any]
    environ: Mapping[str, str]
    tables: Mapping[str, Inherited]
    variables: tuple[Variable, ...] = ()

    def find(self, option: Option) -> tuple[Any, Source]:
        """The value for an option, and its source."""
        flag = self.flags.get(option.field)
        if flag is not None:
            return flag, flag_source(option)
        # An input that a workflow leaves out arrives as an empty variable.
        for name in (option.variable, *self._application_variables(option)):
            if self.environ.get(name):
                return self.environ[name], variable_source(option, name)
        if found := self.tables.get(option.name):
            return found.table.values[option.name], pyproject_source(option, found.file)
        return (option.field == "database" and self._database_of_url()) or (None, DEFAULT)

    def from_its_folder(self, option: Option, value: Value, root: Path) -> Value:
        """The value of an option. If a table above the project gives it, relative paths start there."""
        found = self.tables.get(option.name)
        if found is None or found.folder == root or self.find(option)[1].kind != "pyproject":
            return value
        return from_folder(option, value, found.folder)

    def _application_variables(self, option: Option) -> tuple[str, ...]:
        """The application's variables for an option; the names that the user has given come first."""
        fields = dict.fromkeys(STANDARD[name] for name in option.also_from)
        return tuple(name for field in fields for name in names_of(field, self.variables))

    def _database_of_url(self) -> tuple[str, Source] | None:
        """The database that the application's URL names."""
        for name in names_of("url", self.variables):
            url = parse_database_url(self.environ.get(name, ""))
            if url and url.database:
                return url.database, Source("application", f"the environment variable {name}")
        return None
