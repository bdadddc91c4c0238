"""Print what a later step can see, as one line of JSON: ci-kit's outputs, the zone and the database."""

from __future__ import annotations

import asyncio
import json
import os
import time

import asyncmy


async def main() -> None:
    connection = await asyncmy.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        db=os.environ["MYSQL_DATABASE"],
    )
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT DATABASE(), VERSION(), TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(), NOW())")
            database, version, hours = await cursor.fetchone()
    finally:
        connection.close()
    visible = {
        "outputs": json.loads(os.environ["OUTPUTS"]),
        "zone": time.strftime("%Z"),
        "server_hours": hours,
        "database": database,
        "version": version,
    }
    print("later step:", json.dumps(visible))


if __name__ == "__main__":
    asyncio.run(main())
