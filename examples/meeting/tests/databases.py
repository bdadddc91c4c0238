"""Databases that exist during one test or one test run."""

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

# A database of its own, so that the application's data is safe; with pytest-xdist, one for each worker.
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
    # An earlier run that was killed may have left the database.
    await execute(f"DROP DATABASE IF EXISTS {quoted}", f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4")
    try:
        yield tortoise_config(settings.model_copy(update={"mysql_database": name}))
    finally:
        await execute(f"DROP DATABASE {quoted}")


@asynccontextmanager
async def migrations(
    config: dict[str, Any], *, location: Path = MIGRATIONS, offline: bool = False
) -> AsyncIterator[Command]:
    """An Aerich command with its own Tortoise context, so that it works beside the running application."""
    async with TortoiseContext() as context:
        await context.init(config)
        command = Command(config, location=str(location))
        await command.init(offline=offline)
        yield command
