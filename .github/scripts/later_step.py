"""What a step after ci-kit's finds in its environment, as one line of JSON."""

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
    found = {"database": database, "version": version, "server_hours": hours, "zone": time.strftime("%Z")}
    print("later step:", json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
