"""The settings that init writes for small repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.init.conftest import PROJECT, TEST, Repository
from tests.unit.support import ROOT, write

DATABASE = """\
import os

import pymysql


def connect():
    return pymysql.connect(
        host=os.getenv("DB_HOST", "localhost"),
        user=os.getenv("DB_USER", "root"),
        password=os.getenv("DB_PASSWORD"),
        database=os.getenv("DB_NAME", "shop"),
    )
"""
SMALL = {"pyproject.toml": PROJECT, "test_it.py": TEST}


def settings(repository: Repository, files: dict[str, str]) -> dict[str, Any]:
    """What init writes into ``[tool.ci-kit]``."""
    done = repository.init(files=SMALL | files)
    assert done.code == 0, done.err
    return done.settings()


def test_the_variables_of_the_code_get_the_values_of_the_server(repository: Repository) -> None:
    done = repository.init(files=SMALL | {"app/database.py": DATABASE})
    assert done.settings() == {
        "database": "shop",
        "variables": {"DB_HOST": "host", "DB_USER": "user", "DB_PASSWORD": "password", "DB_NAME": "database"},
    }
    text = (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    assert 'database = "shop"  # as in app/database.py line 11' in text
    assert 'DB_HOST = "host"  # read by app/database.py line 8' in text
    assert text.startswith(PROJECT)


def test_each_line_of_the_list_has_what_was_found_and_what_follows(repository: Repository) -> None:
    done = repository.init(files=SMALL | {"app/database.py": DATABASE})
    lines = [line.split("  ") for line in done.err.splitlines() if "->" in line]
    shown = [[part.strip() for part in line if part.strip()] for line in lines]
    assert ["DB_HOST, default localhost", "app/database.py line 8", '-> variables.DB_HOST = "host"'] in shown
    assert len({line.index("->") for line in done.err.splitlines() if "->" in line}) == 1


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "import os\nURL = os.getenv('DATABASE_URL', 'mysql+aiomysql://root:root@127.0.0.1:3306/shop')",
            {"database": "shop", "variables": {"DATABASE_URL": "mysql+aiomysql://"}},
        ),
        (
            "import os\nURL = os.getenv('DB_URL', 'mysql+pymysql://a:1234@localhost/shop?charset=utf8mb4')",
            {"database": "shop", "variables": {"DB_URL": "mysql+pymysql:///database?charset=utf8mb4"}},
        ),
        ("import os\nURL = os.environ['DATABASE_URL']  # mysql://", {}),
        (
            "import os\nimport sqlalchemy\nURL = os.environ['DATABASE_URL']",
            {"variables": {"DATABASE_URL": "mysql+pymysql://"}},
        ),
        (
            "import os\nimport aiomysql\nimport sqlalchemy\nURL = os.environ['DATABASE_URL']",
            {"variables": {"DATABASE_URL": "mysql+pymysql://"}},
        ),
        (
            (
                "import os\nimport aiomysql\nfrom sqlalchemy.ext.asyncio import create_async_engine\n"
                "URL = os.environ['DATABASE_URL']"
            ),
            {"variables": {"DATABASE_URL": "mysql+aiomysql://"}},
        ),
        ("import os\nURL = os.getenv('DB_URL', 'postgresql://a@b/c')\nD = 'mysql://'", {}),
        (
            (
                "import os\nimport pymysql\nP = os.getenv('DB_PASSWORD')\n"
                "pymysql.connect(host='localhost', port=3307, user='root', password='1234')"
            ),
            {"variables": {"DB_PASSWORD": "password"}, "mysql-port": 3307},
        ),
        (
            "import os\nA = os.getenv('A_DB_NAME', 'shop')\nB = os.getenv('B_DB_NAME', 'logs')",
            {
                "database": "shop",
                "variables": {"A_DB_NAME": "database"},
                "env": {"B_DB_NAME": "logs"},
                "extra-databases": ["logs"],
            },
        ),
        (
            "import pymysql\npymysql.connect(host='127.0.0.1', user='shop', password='1234', db='shop')",
            {"database": "shop", "mysql-user": "shop", "mysql-password": "1234", "mysql-port": 3306},
        ),
        (
            "import pymysql\npymysql.connect(host='localhost', port=3307, user='root', password='')",
            {"empty-password": True, "mysql-port": 3307},
        ),
        (
            "INSTALLED_APPS = []\nTIME_ZONE = 'Europe/Berlin'\nENGINE = 'django.db.backends.mysql'",
            {"timezone": "Europe/Berlin"},
        ),
        ("INSTALLED_APPS = []\nTIME_ZONE = 'Asia/Seoul'\nENGINE = 'django.db.backends.mysql'", {}),
    ],
)
def test_the_source_decides_the_settings(
    repository: Repository, source: str, expected: dict[str, Any]
) -> None:
    assert settings(repository, {"app.py": source}) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "mysql+pymysql://root:1234@localhost:3307/shop",
            {"database": "shop", "mysql-password": "1234", "mysql-port": 3307},
        ),
        ("driver://user:pass@localhost/dbname", {}),
    ],
)
def test_the_url_of_alembic_is_a_login(repository: Repository, url: str, expected: dict[str, Any]) -> None:
    assert settings(repository, {"alembic.ini": f"[alembic]\nsqlalchemy.url = {url}\n"}) == expected


def test_mysqlclient_needs_no_port_because_its_library_reads_a_variable(repository: Repository) -> None:
    files = {
        "pyproject.toml": PROJECT.replace("pymysql", "mysqlclient"),
        "store.py": "import MySQLdb\nMySQLdb.connect(host='localhost', user='root', password='1234')",
    }
    assert settings(repository, files) == {"mysql-password": "1234"}


def test_the_compose_file_decides_version_collation_and_sql(repository: Repository) -> None:
    files = {
        "compose.yaml": "services:\n  db:\n    image: mariadb:11.4\n"
        "    environment: [MARIADB_DATABASE=shop]\n"
        "    command: [--collation-server=utf8mb4_unicode_ci, --max_allowed_packet=64M]\n"
        "    volumes: ['./sql/init.sql:/docker-entrypoint-initdb.d/init.sql']\n",
        "sql/init.sql": "SELECT 1",
    }
    assert settings(repository, files) == {
        "mysql-version": "mariadb-11.4",
        "collation": "utf8mb4_unicode_ci",
        "mysql-settings": ["max-allowed-packet=64M"],
        "init-sql": ["sql/init.sql"],
        "database": "shop",
    }


def test_a_command_in_a_document_does_not_decide_the_version(repository: Repository) -> None:
    done = repository.init(files=SMALL | {"README.md": "docker run mysql:8"})
    assert done.settings() == {}
    assert "-> only an example: any version" in done.err


def test_the_application_decides_before_its_tests(repository: Repository) -> None:
    files = {name: f"import os\nos.getenv('DB_NAME', '{name[:4]}')" for name in ("conftest.py", "shop/db.py")}
    assert settings(repository, files)["database"] == "shop"


def test_without_a_server_the_login_needs_no_settings(repository: Repository) -> None:
    files = {"pyproject.toml": f"{PROJECT}\n[tool.ci-kit]\nmysql = 'off'\n", "app/database.py": DATABASE}
    assert settings(repository, files) == {"mysql": "off"}


def test_other_services_are_a_warning(repository: Repository) -> None:
    done = repository.init(files=SMALL | {"compose.yaml": "services:\n  cache:\n    image: redis:7\n"})
    assert "warning: compose.yaml line 3 has Redis, which ci-kit does not start" in done.err


def test_without_a_database_the_run_has_no_server(repository: Repository) -> None:
    files = {"pyproject.toml": PROJECT.replace('"pymysql"', ""), "app.py": "import sqlite3"}
    assert settings(repository, files) == {"mysql": "off"}


def test_the_tests_of_django_run_by_its_own_command(repository: Repository) -> None:
    files = {
        "pyproject.toml": PROJECT.replace('"pymysql"', '"pymysql", "django"'),
        "test_it.py": "",
        "server/manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')",
        "server/shop/tests.py": "from django.test import TestCase\nclass A(TestCase):\n"
        "    def test_a(self): 0",
    }
    assert settings(repository, files) == {"test-command": "python server/manage.py test server"}


def test_pytest_gets_the_settings_of_django(repository: Repository) -> None:
    files = {
        "pyproject.toml": PROJECT.replace('"pymysql"', '"pymysql", "pytest-django"'),
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')",
    }
    assert settings(repository, files) == {"env": {"DJANGO_SETTINGS_MODULE": "site.settings"}}
    (repository.root / "pytest.ini").write_text("[pytest]\nDJANGO_SETTINGS_MODULE = site.settings\n")
    (repository.root / "pyproject.toml").write_text(PROJECT)
    assert settings(repository, {}) == {}


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("test_it.py", "python -m unittest"),
        ("tests/test_it.py", "python -m unittest discover -s tests"),
    ],
)
def test_tests_of_unittest_run_by_unittest(repository: Repository, name: str, command: str) -> None:
    case = "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): ..."
    assert settings(repository, {"test_it.py": "", name: case}) == {"test-command": command}


def test_a_variable_that_the_code_needs_has_the_value_of_the_example(repository: Repository) -> None:
    files = {
        "app.py": "import os\nKEY = os.environ['APP_KEY']\nFORM = os.environ['FORM']\nos.environ['EMPTY']",
        ".env.example": "APP_KEY='change-me'\nFORM={host}\nOTHER=1\nEMPTY=\n",
    }
    assert settings(repository, files) == {"env": {"APP_KEY": "change-me", "FORM": "{{host}}", "EMPTY": ""}}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if os.getenv('DB') == 'mysql': pass", {"DB": "mysql"}),
        ("T = os.getenv('DATABASE_TYPE', 'sqlite')\nS = ('sqlite', 'mysql')", {"DATABASE_TYPE": "mysql"}),
        (
            "E = os.getenv('DB_ENGINE', 'x.sqlite3')\nS = ('mysql', 'django.db.backends.mysql')",
            {"DB_ENGINE": "django.db.backends.mysql"},
        ),
        ("T = os.environ['DB_ENGINE']\nS = ('sqlite', 'mysql')", {"DB_ENGINE": "mysql"}),
        ("T = os.getenv('DB_TYPE', 'mysql')\nS = ('sqlite', 'mysql')", {}),
        ("T = os.getenv('DB_TYPE', 'sqlite')", {}),
    ],
)
def test_a_variable_that_selects_the_system_selects_mysql(
    repository: Repository, source: str, expected: dict[str, str]
) -> None:
    files = {"app.py": f"import os\n{source}\n", ".env.example": "DB_ENGINE=sqlite\n"}
    found = settings(repository, files)
    assert found == ({"env": expected} if expected else {})


@pytest.mark.parametrize("name", ["HOME", "GITHUB_SHA", "FROM_CONFTEST", "FROM_INI"])
def test_a_variable_that_the_machine_or_the_tests_set_is_not_missing(
    repository: Repository, name: str
) -> None:
    files = {
        "app.py": f"import os\nos.environ['{name}']",
        "conftest.py": "import os\nos.environ['FROM_CONFTEST'] = '1'\n",
        "pytest.ini": "[pytest]\nenv =\n    D:FROM_INI=1\n",
    }
    done = repository.init(files=SMALL | files)
    assert "values are not in the project's files" not in done.err


def test_a_variable_without_a_value_is_a_warning(repository: Repository) -> None:
    done = repository.init(files=SMALL | {"app.py": "import os\n\nos.environ['APP_KEY']"})
    assert "values are not in the project's files: APP_KEY (app.py line 3). Set them in" in done.err
    assert done.settings() == {}


def test_no_secret_is_copied(repository: Repository) -> None:
    secrets = ["f3a9c81be7d04465", "Kx93pqRtz71wW", "ghp_a1b2c3d4e5f6a7b8c9d0e1f2"]
    files = {
        "app.py": "import os, pymysql\nA = os.environ['APP_KEY']\nB = os.environ['TOKEN']\n"
        f"pymysql.connect(host='localhost', user='root', password='{secrets[1]}')",
        ".env": f"APP_KEY={secrets[0]}\nTOKEN={secrets[2]}\nDB_PASSWORD=hunter2\n",
        ".env.example": f"TOKEN={secrets[2]}\n",
    }
    done = repository.init("-v", files=SMALL | files)
    text = (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    for secret in (*secrets, "hunter2"):
        assert secret not in text + done.out + done.err
    assert "app.py line 4 has a password that may be a real one" in done.err


def test_a_host_that_is_not_this_machine_is_a_warning(repository: Repository) -> None:
    source = "import pymysql\npymysql.connect(host='db.shop.kr', user='root', password='1234')"
    done = repository.init(files=SMALL | {"app.py": source})
    assert "app.py line 2 names the host db.shop.kr" in done.err
    assert done.settings() == {}


def test_a_value_that_a_run_would_refuse_is_a_warning(repository: Repository) -> None:
    source = "import pymysql\npymysql.connect(host='localhost', port=99999, user='root')"
    done = repository.init(files=SMALL | {"app.py": source})
    assert done.code == 0, done.err
    assert "warning: init leaves out mysql-port (as in app.py line 2): " in done.err
    assert done.settings() == {}


def test_the_sample_app_needs_only_its_database(repository: Repository) -> None:
    sample = ROOT / "examples" / "meeting"
    listed = (
        "pyproject.toml",
        "requirements.txt",
        *(str(one.relative_to(sample)) for one in sample.rglob("*.py")),
    )
    names = [name for name in listed if ".venv" not in name]
    files = {name: (sample / name).read_text(encoding="utf-8") for name in names}
    files["pyproject.toml"] = files["pyproject.toml"].partition("[tool.ci-kit]")[0]
    done = repository.init(files=files)
    assert done.settings() == {"database": "meeting"}
    assert done.workflow() == {}


def test_the_code_is_not_imported(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    source = f"import os, pathlib\npathlib.Path({str(marker)!r}).touch()\nos.getenv('DB_HOST')\nprint 'two'"
    for text in (source, source.replace("\nprint 'two'", "")):
        settings(repository, {"app.py": text, "conftest.py": text})
    assert not marker.exists()


def test_the_files_that_git_ignores_do_not_count(repository: Repository) -> None:
    write(repository.root, {".gitignore": "old/\n"})
    assert settings(repository, {"old/app.py": DATABASE}) == {}
