from pathlib import Path

import pytest

from app.configs import Settings
from app.configs.tortoise_config import mysql_credentials, tortoise_config

ALIASES = ["MYSQL_DATABASE", "MYSQL_DB"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("MYSQL_DB", raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    settings = Settings()

    assert (settings.mysql_host, settings.mysql_port, settings.mysql_user) == ("127.0.0.1", 3306, "root")
    assert settings.mysql_password.get_secret_value() == "1234"
    assert settings.mysql_database == "meeting"


@pytest.mark.parametrize("name", ALIASES)
def test_environment_comes_before_dotenv(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("MYSQL_HOST=db.test\nMYSQL_DATABASE=dotenv\n", encoding="utf-8")
    monkeypatch.setenv(name, "environment")

    settings = Settings()

    assert settings.mysql_host == "db.test"
    assert settings.mysql_database == "environment"


@pytest.mark.parametrize(
    "password",
    ["", "p@ss:w/o%r?d#", "'\"`\\ $HOME", "비밀번호"],
    ids=["empty", "url", "shell", "korean"],
)
def test_password_reaches_the_driver_unchanged(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_PASSWORD", password)
    settings = Settings()

    assert mysql_credentials(settings)["password"].encode("latin-1") == password.encode()
    assert not password or password not in repr(settings)


def test_tortoise_uses_the_database_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_DATABASE", "other")

    credentials = tortoise_config(Settings())["connections"]["default"]["credentials"]

    assert credentials["database"] == "other"
