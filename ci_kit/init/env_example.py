"""The variables in an example of a ``.env`` file, which documents what an application reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ci_kit.init.code.environment import Read
from ci_kit.init.repository import Place, Repository
from ci_kit.testing.dotenv.env_file import assignment

# Not .env itself, which has the secrets of one machine.
_NAMES = (
    r"\.?env[.-](?:example|sample|template|dist|test|ci)|(?:example|sample|template|test)\.env"
    r"|\.env\.\w+\.example"
)


def example_reads(repository: Repository, folder: PurePosixPath) -> Iterator[Read]:
    """Each variable of the examples below a folder, with its value as the default."""
    for name in repository.named(_NAMES, folder):
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            if found := assignment(line):
                variable, value = found
                # A reference to another variable is not a value.
                yield Read(variable, Place(name, number), None if re.search(r"\$\{?\w", value) else value)
