"""Small projects, one for each package manager, whose tests need the server of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# The variables that the code of a project reads, and its database.
_LOGIN = """\
import os

import pymysql


def connect():
    return pymysql.connect(
        host=os.environ["DB_HOST"],
        port=int(os.environ.get("DB_PORT", "3306")),
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        database=os.environ.get("DB_NAME", "shop"),
    )
"""
_LOGIN_BY_URL = """\
import os
from urllib.parse import unquote, urlsplit

import pymysql

URL = os.environ.get("SHOP_DB_URL", "mysql+pymysql://root:1234@localhost:3306/shop")


def connect():
    assert URL.startswith("mysql+pymysql://")
    url = urlsplit(URL)
    return pymysql.connect(
        host=url.hostname,
        port=url.port,
        user=unquote(url.username),
        password=unquote(url.password),
        database=url.path.strip("/"),
    )
"""
_LOGIN_BY_DECOUPLE = """\
import pymysql
from decouple import config


def connect():
    return pymysql.connect(
        host=config("MARKET_DB_HOST"),
        port=config("MARKET_DB_PORT", default=3306, cast=int),
        user=config("MARKET_DB_USER", default="root"),
        password=config("MARKET_DB_PASSWORD"),
        database=config("MARKET_DB_DATABASE", default="shop"),
    )
"""
_TESTS = """\
from shop_login import connect


def one(query):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_the_database_is_the_one_of_the_code():
    assert one("SELECT DATABASE()") == "shop"


def test_the_server_keeps_korean_text():
    assert one("SELECT '안녕'") == "안녕"
"""
_DJANGO_SETTINGS = """\
import os

import pymysql

# Django asks for a newer release of mysqlclient than the one that PyMySQL claims to be.
pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()

SECRET_KEY = os.environ["SECRET_KEY"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
INSTALLED_APPS = []
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.getenv("DB_NAME", "shop"),
        "HOST": os.getenv("DB_HOST"),
        "PORT": os.getenv("DB_PORT"),
        "USER": os.getenv("DB_USER"),
        "PASSWORD": os.getenv("DB_PASSWORD"),
    }
}
"""
_MANAGE = """\
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
    execute_from_command_line(sys.argv)
"""
_DJANGO_TESTS = """\
from django.db import connection
from django.test import TestCase


class Database(TestCase):
    def test_the_test_database_has_the_name_of_the_code(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT DATABASE()")
            self.assertEqual(cursor.fetchone()[0], "test_shop")
"""
_SHOP = {"shop_login.py": _LOGIN, "tests/test_shop.py": _TESTS}
_BASIC = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
_PACKAGES = '["pymysql", "pytest", "coverage"]'


@dataclass(frozen=True)
class Managed:
    """A project. ``lock`` are the words that write its lock file; ``reported`` are parts of the log.

    ``written`` is a part of what init has to write.
    """

    files: Mapping[str, str]
    written: tuple[str, ...]
    lock: tuple[str, ...] = ()
    reported: tuple[str, ...] = ("Tests passed: 2 passed",)


_VARIABLES = ('database = "shop"', 'DB_HOST = "host"', 'DB_PASSWORD = "password"', 'DB_NAME = "database"')

PROJECTS: Mapping[str, Managed] = {
    "poetry": Managed(
        {
            **_SHOP,
            "pyproject.toml": "[tool.poetry]\npackage-mode = false\n\n[tool.poetry.dependencies]\n"
            'python = "^3.11"\npymysql = "*"\n\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
            'coverage = "*"\n',
        },
        _VARIABLES,
        ("poetry", "lock"),
    ),
    "uv": Managed(
        {
            "shop_login.py": _LOGIN_BY_URL,
            "tests/test_shop.py": _TESTS,
            "pyproject.toml": f'{_BASIC}dependencies = ["pymysql"]\n\n[dependency-groups]\n'
            'dev = ["pytest", "coverage"]\n\n[tool.uv]\npackage = false\n',
        },
        ('database = "shop"', 'SHOP_DB_URL = "mysql+pymysql://"'),
        ("uv", "lock", "--python", "python"),
    ),
    "pdm": Managed(
        {
            "shop_login.py": _LOGIN_BY_DECOUPLE,
            "tests/test_shop.py": _TESTS,
            "pyproject.toml": f'{_BASIC}dependencies = ["pymysql", "python-decouple"]\n\n'
            "[dependency-groups]\n"
            'test = ["pytest", "coverage"]\n\n[tool.pdm]\ndistribution = false\n',
        },
        ('MARKET_DB_HOST = "host"', 'MARKET_DB_DATABASE = "database"'),
        ("pdm", "lock"),
    ),
    "pipenv": Managed(
        {
            **_SHOP,
            "Pipfile": '[packages]\npymysql = "*"\n\n[dev-packages]\npytest = "*"\ncoverage = "*"\n',
        },
        _VARIABLES,
        ("pipenv", "lock"),
    ),
    "hatch": Managed(
        {
            **_SHOP,
            "pyproject.toml": f"{_BASIC}dependencies = []\n\n[tool.hatch.envs.default]\nskip-install = true\n"
            f"dependencies = {_PACKAGES}\n",
        },
        _VARIABLES,
    ),
    "tox": Managed(
        {
            **_SHOP,
            "tox.ini": "[tox]\nenv_list = py\nskip_sdist = true\n\n[testenv]\ndeps =\n    pymysql\n"
            "    pytest\n    coverage\ncommands = pytest\n",
        },
        _VARIABLES,
    ),
    "nox": Managed(
        {
            **_SHOP,
            "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n"
            '    session.install("pymysql", "pytest", "coverage")\n    session.run("pytest")\n',
        },
        (*_VARIABLES, "nox --install-only"),
    ),
    "pip": Managed(
        {
            "requirements.txt": "django\npymysql\ncoverage\n",
            "site_settings.py": _DJANGO_SETTINGS,
            "manage.py": _MANAGE,
            "shop/__init__.py": "",
            "shop/tests.py": _DJANGO_TESTS,
            ".env.example": "SECRET_KEY=change-me\n",
        },
        ('test-command = "python manage.py test"', 'timezone = "Europe/Berlin"', 'SECRET_KEY = "change-me"'),
        # Django's runner tells ci-kit no counts.
        reported=("## Tests passed", "Ran 1 test in"),
    ),
    "pip-hashes": Managed(
        {**_SHOP, "requirements.in": "pymysql\npytest\ncoverage\n"},
        _VARIABLES,
        (
            *("uv", "pip", "compile", "requirements.in", "--generate-hashes", "--no-emit-index-url"),
            *("--no-emit-find-links", "--output-file=requirements.txt", "--python=python"),
        ),
    ),
    "extras": Managed(
        {
            **_SHOP,
            "pyproject.toml": f'{_BASIC}dependencies = ["pymysql"]\n\n[project.optional-dependencies]\n'
            'test = ["pytest", "coverage"]\n\n[build-system]\nrequires = ["setuptools"]\n'
            'build-backend = "setuptools.build_meta"\n\n[tool.setuptools]\npy-modules = ["shop_login"]\n',
        },
        _VARIABLES,
    ),
}
