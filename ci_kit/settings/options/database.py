"""The settings of the databases and of the login."""

from __future__ import annotations

from ci_kit.settings.option import Option
from ci_kit.settings.parsers import auto_or, flag, text, words
from ci_kit.settings.variables import FIELDS, environment_texts, variables

VARIABLES = Option(
    "variables",
    "Database",
    (),
    "More variables that tell the tests how to reach the server, by the names that the application reads:"
    f" DB_HOST=host DB_PORT=port. They can hold {', '.join(FIELDS[:-1])} and {FIELDS[-1]}.",
    variables,
)
"""It is read before all others, because it names variables that they are read from."""


DATABASE: tuple[Option, ...] = (
    Option(
        "mysql-user", "Database", "root", "User that the tests log in as.", text, also_from=("MYSQL_USER",)
    ),
    Option(
        "mysql-password",
        "Database",
        "",
        "Password of root and of mysql-user. Empty: a random one. It has no flag, because a list of"
        " processes would show it.",
        text,
        also_from=("MYSQL_PASSWORD",),
        secret=True,
    ),
    Option(
        "database",
        "Database",
        "test",
        "Database for the tests. Without one, the database that DATABASE_URL names, or test.",
        text,
        also_from=("MYSQL_DATABASE", "MYSQL_DB"),
    ),
    VARIABLES,
    Option(
        "env",
        "Database",
        (),
        "Environment variables with a text of your own, which may contain placeholders:"
        " ADDRESS={host}:{port}. They have the names of the values in `variables`."
        " {{host}} stands for the text {host}.",
        environment_texts,
        placeholders=True,
    ),
    Option(
        "standard-variables",
        "Database",
        True,
        "Set MYSQL_HOST, DATABASE_URL and the other standard variables. no: set only those of `variables` and"
        " `env`, for an application that uses the standard ones for something else.",
        flag,
        switch=True,
    ),
    Option(
        "extra-databases",
        "Database",
        (),
        "More databases, with the same character set and collation.",
        words,
    ),
    Option(
        "create-database",
        "Database",
        None,
        "Create the databases that do not exist. auto: yes, except on an external server.",
        auto_or(flag),
        switch=True,
    ),
    Option(
        "charset",
        "Database",
        "utf8mb4",
        "Character set of the databases, and the server's default for new ones.",
        text,
    ),
    Option(
        "collation",
        "Database",
        "",
        "Collation of the databases, and the server's default. Empty: its own for the character set.",
        text,
    ),
    Option(
        "init-sql",
        "Database",
        (),
        "SQL files (.sql, .sql.gz) that run if ci-kit has just created the database. A folder stands for its"
        " files in the order of their names.",
        words,
    ),
)
