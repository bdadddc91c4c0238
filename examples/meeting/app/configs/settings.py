from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings, read from the environment, else from an optional `.env`, else from these defaults."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    mysql_host: str = "127.0.0.1"
    mysql_port: int = 3306
    mysql_user: str = "root"
    mysql_password: SecretStr = SecretStr("1234")
    mysql_database: str = Field(
        default="meeting", validation_alias=AliasChoices("MYSQL_DATABASE", "MYSQL_DB")
    )
