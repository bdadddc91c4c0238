from typing import Any

from app.configs import Settings, settings

MODELS = ["app.tortoise_models.meeting", "aerich.models"]
TIMEZONE = "Asia/Seoul"
UTC_OFFSET = "+09:00"  # Korea has no daylight saving time
CONNECT_TIMEOUT = 5  # seconds
POOL_SIZE = 30  # connections per process


def mysql_credentials(settings: Settings) -> dict[str, Any]:
    """The login as a dict. Unlike a URL, a dict does not need escaping in the password."""
    return {
        "host": settings.mysql_host,
        "port": settings.mysql_port,
        "user": settings.mysql_user,
        # asyncmy encodes the password as Latin-1, but the server hashes its UTF-8 bytes.
        "password": settings.mysql_password.get_secret_value().encode().decode("latin-1"),
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_TIMEOUT,
        # Tortoise sets the time zone only on the first connection of a pool; this sets it on every one.
        "init_command": f"SET time_zone = '{UTC_OFFSET}'",
    }


def tortoise_config(settings: Settings) -> dict[str, Any]:
    return {
        "connections": {
            "default": {
                "engine": "tortoise.backends.mysql",
                "credentials": mysql_credentials(settings)
                | {"database": settings.mysql_database, "maxsize": POOL_SIZE},
            },
        },
        "apps": {"models": {"models": MODELS, "default_connection": "default"}},
        "use_tz": True,
        "timezone": TIMEZONE,
    }


TORTOISE_ORM = tortoise_config(settings)
