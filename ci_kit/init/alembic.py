"""The URL of the database in Alembic's configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ci_kit.init.code.logins import Login, url_login
from ci_kit.init.repository import Place, Repository

_URL = re.compile(r"\s*sqlalchemy\.url\s*=\s*(\S+)\s*")


def alembic_logins(repository: Repository, folder: PurePosixPath) -> Iterator[Login]:
    """The login of each alembic.ini below a folder, if it is for MySQL or MariaDB."""
    for name in repository.named(r"alembic\.ini", folder):
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            if found := _URL.fullmatch(line):
                yield from url_login(found[1], Place(name, number))
