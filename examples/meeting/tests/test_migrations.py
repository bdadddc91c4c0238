import shutil
from pathlib import Path
from typing import Any

from tortoise.context import TortoiseContext

from app.configs.tortoise_config import TORTOISE_ORM
from tests.databases import MIGRATIONS, TEST_DATABASE, migrations, temporary_database

# The comparison ignores index names and column defaults. A migration that adds a column to a table with rows
# needs a default in SQL, but Tortoise keeps the default in Python.
COLUMNS = """
    SELECT table_name, column_name, column_type, is_nullable, collation_name,
           LOCATE('auto_increment', extra) AS is_auto_increment
    FROM information_schema.columns
    WHERE table_schema = DATABASE()
    ORDER BY table_name, column_name
"""
INDEXES = """
    SELECT table_name, non_unique, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS column_names
    FROM information_schema.statistics
    WHERE table_schema = DATABASE()
    GROUP BY table_name, non_unique, index_name
    ORDER BY table_name, non_unique, column_names
"""


async def schema(context: TortoiseContext) -> list[dict[str, Any]]:
    database = context.db()
    return [*await database.execute_query_dict(COLUMNS), *await database.execute_query_dict(INDEXES)]


async def test_migrations_create_the_same_schema_as_the_models() -> None:
    async with temporary_database(f"{TEST_DATABASE}_migrated") as migrated:
        async with migrations(migrated) as command:
            assert await command.upgrade() == await command.history() != []
            assert await command.upgrade() == []
        async with TortoiseContext() as context:
            await context.init(migrated)
            schema_of_migrations = await schema(context)

    async with temporary_database(f"{TEST_DATABASE}_generated") as generated, TortoiseContext() as context:
        await context.init(generated)
        await context.generate_schemas(safe=False)
        schema_of_models = await schema(context)

    assert schema_of_migrations == schema_of_models


async def test_every_change_of_the_models_has_a_migration(tmp_path: Path) -> None:
    shutil.copytree(MIGRATIONS, tmp_path, dirs_exist_ok=True)  # Aerich writes a missing migration there

    async with migrations(TORTOISE_ORM, location=tmp_path, offline=True) as command:
        assert await command.migrate(no_input=True, offline=True) == ""
