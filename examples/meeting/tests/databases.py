"""Databases that live as long as a test, or a test run, needs them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncmy
from aerich import Command
from tortoise.context import TortoiseContext

from app.configs import settings
from app.configs.tortoise_config import mysql_credentials, tortoise_config

MIGRATIONS = Path(__file__).parents[1] / "migrations"

# Never the database of the settings itself; and one for each worker, should pytest-xdist be in use.
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
TEST_DATABASE = f"test_{settings.mysql_database}" + (f"_{WORKER}" if WORKER else "")


async def execute(*statements: str) -> None:
    connection = await asyncmy.connect(**mysql_credentials(settings))
    async with connection, connection.cursor() as cursor:
        for statement in statements:
            await cursor.execute(statement)


@asynccontextmanager
async def temporary_database(name: str) -> AsyncIterator[dict[str, Any]]:
    """Create an empty database, yield a Tortoise configuration for it, and drop it."""
    quoted = "`{}`".format(name.replace("`", "``"))
    # The database may be there still, if an earlier run was killed.
    await execute(f"DROP DATABASE IF EXISTS {quoted}", f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4")
    try:
        yield tortoise_config(settings.model_copy(update={"mysql_database": name}))
    finally:
        await execute(f"DROP DATABASE {quoted}")


@asynccontextmanager
async def migrations(
    config: dict[str, Any], *, location: Path = MIGRATIONS, offline: bool = False
) -> AsyncIterator[Command]:
    """Aerich at work in a context of its own, whichever other database is in use."""
    async with TortoiseContext() as context:
        await context.init(config)
        command = Command(config, location=str(location))
        await command.init(offline=offline)
        yield command
