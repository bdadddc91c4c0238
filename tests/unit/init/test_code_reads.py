"""The variables that code reads, by each library. The code is parsed, and never imported."""

from __future__ import annotations

import textwrap

import pytest

from ci_kit.init.code.environment import Read, environment_reads
from ci_kit.init.code.module import Module
from ci_kit.init.code.pydantic_settings import settings_reads


def parsed(source: str, file: str = "app.py") -> Module:
    module = Module.parse(file, textwrap.dedent(source))
    assert module
    return module


def reads(source: str) -> list[Read]:
    module = parsed(source)
    return [*environment_reads(module), *settings_reads([module])]


def facts(source: str) -> list[tuple[str, str | None, bool]]:
    """The name, the default, and whether the code needs the variable."""
    return [(read.name, read.default, read.required) for read in reads(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nos.environ['DB_HOST']", ("DB_HOST", None, True)),
        ("from os import environ\nenviron['DB_HOST']", ("DB_HOST", None, True)),
        ("import os as system\nsystem.environ.get('DB_HOST', 'db')", ("DB_HOST", "db", False)),
        ("from os import getenv\ngetenv('DB_HOST', default='db')", ("DB_HOST", "db", False)),
        ("from os import getenv as read\nint(read('DB_PORT', 3306))", ("DB_PORT", "3306", False)),
        ("import os\nNAME = 'DB_HOST'\nos.environ[NAME]", ("DB_HOST", None, True)),
        ("import os\ndef host():\n    return os.environ['DB_HOST']", ("DB_HOST", None, False)),
        ("import os\nhost = lambda: os.environ['DB_HOST']", ("DB_HOST", None, False)),
        ("import os\nos.environ.get('DB_HOST', secret())", ("DB_HOST", None, False)),
        ("from decouple import config\nconfig('DB_HOST')", ("DB_HOST", None, True)),
        ("from decouple import config\nconfig('DB_HOST', default='db', cast=str)", ("DB_HOST", "db", False)),
        ("import environ\nenv = environ.Env()\nenv('DB_HOST')", ("DB_HOST", None, True)),
        ("import environ\nenv = environ.Env()\nenv.str('DB_HOST', default='db')", ("DB_HOST", "db", False)),
        ("import environ\nenv = environ.Env()\nenv.db()", ("DATABASE_URL", None, True)),
        ("from environs import Env\nenv = Env()\nenv.int('DB_PORT', 3306)", ("DB_PORT", "3306", False)),
        ("from environs import env\nenv.str('DB_HOST')", ("DB_HOST", None, True)),
        (
            "from starlette.config import Config\nconfig = Config('.env')\nconfig('DB_HOST', cast=str)",
            ("DB_HOST", None, True),
        ),
        (
            "import dj_database_url\ndj_database_url.config(default='mysql://root@db/shop')",
            ("DATABASE_URL", "mysql://root@db/shop", False),
        ),
    ],
)
def test_a_read_is_found_with_its_default(source: str, expected: tuple[str, str | None, bool]) -> None:
    assert facts(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['DB_HOST'] = 'db'",
        "import os\ndel os.environ['DB_HOST']",
        "import os\nos.environ[name()]",
        "def config(name): ...\nconfig('DB_HOST')",
        "environ = {}\nclass A:\n    environ = environ\nA.environ['DB_HOST']",
        "import shutil\nshutil.which('DB_HOST')",
    ],
)
def test_what_only_looks_like_a_read_is_none(source: str) -> None:
    assert facts(source) == []


def test_a_read_has_its_line() -> None:
    (read,) = reads("import os\n\n\nHOST = os.getenv('DB_HOST')\n")
    assert str(read.place) == "app.py line 4"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("db_host: str = 'db'", [("DB_HOST", "db", False)]),
        ("db_host: str", [("DB_HOST", None, True)]),
        ("db_host: str | None", [("DB_HOST", None, False)]),
        ("db_password: SecretStr = SecretStr('1234')", [("DB_PASSWORD", "1234", False)]),
        ("db_port: int = Field(3306, ge=1)", [("DB_PORT", "3306", False)]),
        ("db_port: int = Field(default=3306)", [("DB_PORT", "3306", False)]),
        ("db_port: int = Field(...)", [("DB_PORT", None, True)]),
        ("hosts: list = Field(default_factory=list)", [("HOSTS", None, False)]),
        ("host: str = Field('db', alias='DB_HOST')", [("DB_HOST", "db", False)]),
        (
            "name: str = Field('shop', validation_alias=AliasChoices('MYSQL_DATABASE', 'MYSQL_DB'))",
            [("MYSQL_DATABASE", "shop", False), ("MYSQL_DB", "shop", False)],
        ),
        (
            "model_config = SettingsConfigDict(env_prefix='APP_')\n    db_host: str",
            [("APP_DB_HOST", None, True)],
        ),
        ("model_config = {'env_prefix': 'app_'}\n    db_host: str", [("APP_DB_HOST", None, True)]),
        ("db_host: str\n    class Config:\n        env_prefix = 'app_'", [("APP_DB_HOST", None, True)]),
        (
            "model_config = SettingsConfigDict(case_sensitive=True)\n    db_host: str",
            [("db_host", None, True)],
        ),
        ("limit: ClassVar[int] = 3", []),
    ],
)
def test_a_field_of_pydantic_s_settings_is_a_read(
    body: str, expected: list[tuple[str, str | None, bool]]
) -> None:
    assert facts(f"class Settings(BaseSettings):\n    {body}\n") == expected


def test_settings_inherit_fields_and_prefix_from_another_module() -> None:
    base = parsed(
        "class Base(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n    db_host: str\n", "base.py"
    )
    own = parsed("class Settings(Base):\n    db_port: int = 3306\n", "own.py")
    names = {read.name for read in settings_reads([base, own])}
    assert names == {"APP_DB_HOST", "APP_DB_PORT"}


def test_a_model_inside_settings_is_a_part_of_the_names() -> None:
    source = """\
        class Login(BaseModel):
            host: str = "db"

        class Settings(BaseSettings):
            model_config = SettingsConfigDict(env_nested_delimiter="__")
            db: Login
    """
    assert facts(source) == [("DB__HOST", "db", False)]


def test_a_warning_of_python_about_the_source_is_not_shown() -> None:
    # The tests make errors of warnings.
    assert facts("import os\nos.getenv('DB_HOST', '\\d')") == [("DB_HOST", "\\d", False)]
    assert facts("1 is 1") == []


def test_a_text_that_is_not_python_has_no_module() -> None:
    assert Module.parse("app.py", "print 'two'") is None
    assert Module.parse("app.py", "\0") is None
    assert Module.parse("app.py", "(" * 10_000) is None
