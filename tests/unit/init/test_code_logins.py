"""The logins in the source, the time zones of frameworks, and the meaning of names."""

from __future__ import annotations

import textwrap

import pytest

from ci_kit.init.code.frameworks import settings_modules, zones
from ci_kit.init.code.logins import logins
from ci_kit.init.code.module import Module
from ci_kit.init.names import login_field, may_be_secret


def module(source: str) -> Module:
    found = Module.parse("app.py", source)
    assert found
    return found


def parts(source: str) -> list[object]:
    text = textwrap.dedent(source)
    return [dict(login.parts) for login in logins(module(text), text)]


LOCAL = {"host": "localhost", "user": "root", "password": "1234", "database": "shop"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("URL = 'mysql://root:1234@localhost:3306/shop'", LOCAL | {"port": "3306"}),
        ("URL = 'mysql+pymysql://root:1234@localhost/shop?charset=euckr'", LOCAL | {"charset": "euckr"}),
        ("NAME = 'shop'\nURL = f'mysql://root:1234@localhost/{NAME}'", LOCAL),
        ("URL = f'mysql://{user()}:1234@localhost/shop'", {k: v for k, v in LOCAL.items() if k != "user"}),
        ("URL = 'mysql://root:p%40ss@localhost/shop'", LOCAL | {"password": "p@ss"}),
        (
            "import pymysql\npymysql.connect(host='localhost', user='root', passwd='1234', db='shop')",
            LOCAL,
        ),
        (
            (
                "import pymysql\nHOST = 'localhost'\n"
                "pymysql.connect(host=HOST, user='root', password=secret(), database='shop')"
            ),
            {k: v for k, v in LOCAL.items() if k != "password"},
        ),
        (
            "db = MySQLDatabase('shop', host='localhost', user='root', password='1234')",
            LOCAL,
        ),
        (
            (
                "T = {'engine': 'tortoise.backends.mysql', 'credentials': {'host': 'localhost',"
                " 'user': 'root',"
                " 'password': '1234', 'database': 'shop'}}"
            ),
            LOCAL,
        ),
        (
            (
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop',"
                " 'USER': 'root',"
                " 'PASSWORD': '1234', 'HOST': 'localhost'}}"
            ),
            LOCAL,
        ),
    ],
)
def test_a_login_in_the_source_is_found(source: str, expected: dict[str, str]) -> None:
    assert parts(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "URL = 'postgresql://root:1234@localhost/mysql'",
        "'''The URL is mysql://root:1234@localhost/shop.'''",
        '"""mysql://root:1234@localhost/shop"""',
        "D = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'mysql', 'USER': 'root', 'HOST': 'db'}",
        "person(name='mysql', user='kim')",
        "import psycopg\npsycopg.connect(host='localhost', user='root')",
    ],
)
def test_what_is_not_a_login_of_mysql_is_none(source: str) -> None:
    assert parts(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("INSTALLED_APPS = []\nTIME_ZONE = 'Europe/Berlin'", ["Europe/Berlin"]),
        ("TIME_ZONE = 'Europe/Berlin'", []),
        ("ZONE = 'Asia/Tokyo'\nORM = {'connections': {}, 'timezone': ZONE}", ["Asia/Tokyo"]),
        ("from tortoise import Tortoise\nTortoise.init(timezone='UTC')", ["UTC"]),
        ("INSTALLED_APPS = []\nTIME_ZONE = zone()", []),
        ("INSTALLED_APPS = []\nTIME_ZONE = 'not a zone'", []),
    ],
)
def test_the_time_zone_of_a_framework_is_found(source: str, expected: list[str]) -> None:
    assert [found.text for found in zones(module(source))] == expected


def test_the_settings_module_of_django_is_found() -> None:
    source = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')"
    assert [found.text for found in settings_modules(module(source))] == ["site_.settings"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("DB_HOST", "host"),
        ("DATABASE_HOSTNAME", "host"),
        ("MYSQL_ROOT_PASSWORD", "password"),
        ("APP_DB_USER_NAME", "user"),
        ("DB_USERNAME", "user"),
        ("DBHOST", "host"),
        ("TEST_DB_NAME", "database"),
        ("MYSQL_DB", "database"),
        ("DB_DATABASE", "database"),
        ("DB__HOST", "host"),
        ("SQLALCHEMY_DATABASE_URI", "url"),
        ("DATABASE_URL", "url"),
        ("DB_URL", "url"),
        ("db_port", "port"),
        ("HOST", None),
        ("USER", None),
        ("APP_NAME", None),
        ("REDIS_HOST", None),
        ("POSTGRES_DB", None),
        ("MONGODB_URL", None),
        ("EDGEDB_HOST", None),
        ("DB_POOL_SIZE", None),
        ("SECRET_KEY", None),
        ("SMTP_PASSWORD", None),
    ],
)
def test_the_name_of_a_variable_tells_the_part_of_the_login(name: str, field: str | None) -> None:
    assert login_field(name) == field


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("SECRET_KEY", "f3a9c81be7d04465", True),
        ("PASSWORD", "Kx93-pqRtz!71", True),
        ("TOKEN", "ghp_" + "a1" * 15, True),
        ("NOTE", "AKIA" + "ABCD1234EFGH5678", True),
        ("SECRET_KEY", "change-me", False),
        ("SECRET_KEY", "your-secret-key-here-1", False),
        ("PASSWORD", "1234", False),
        ("PASSWORD", "a9b8", False),
        ("API_KEY", "", False),
        ("PATH_TO_DATA", "f3a9c81be7d04465", False),
    ],
)
def test_a_value_may_be_a_secret_by_its_name_and_its_form(name: str, value: str, secret: bool) -> None:
    assert may_be_secret(name, value) is secret
