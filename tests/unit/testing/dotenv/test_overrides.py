"""What in a project replaces variables of a run: noticed if it does, and no alarm if the environment wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ci_kit.testing.dotenv.overrides import override_warnings
from tests.unit.support import write

RUN = {"DB_HOST": "127.0.0.1", "DB_PORT": "3307", "DATABASE_URL": "mysql://root:hunter2@127.0.0.1:3307/test"}
FILE = {".env": "DB_HOST=db\nDB_PORT=3306\nOTHER=1\n"}
IMPORTED = {"test_it.py": "import config\n"}
PLUGINS = ("pytest_env", "pytest_dotenv")


def warnings(
    root: Path, files: Mapping[str, str], *, has: tuple[str, ...] = (), args: tuple[str, ...] = ()
) -> list[str]:
    (root / ".git").mkdir(exist_ok=True)
    return override_warnings(write(root, files), RUN, pytest_args=args, has=has)


REPLACES = {
    "python-dotenv": "from dotenv import load_dotenv\nload_dotenv(override=True)\n",
    "an alias": "from dotenv import load_dotenv as load\nload(override=True)\n",
    "a module": "import dotenv\ndotenv.load_dotenv(dotenv.find_dotenv(), override=True)\n",
    "a position": "from dotenv import load_dotenv\nload_dotenv('.env', None, False, True)\n",
    "a constant": "from dotenv import load_dotenv\nOVERRIDE = True\nload_dotenv(override=OVERRIDE)\n",
    "a function": "from dotenv import load_dotenv\ndef load():\n    load_dotenv(override=True)\n",
    "if it exists": "import os, dotenv\nif os.path.exists('.env'): dotenv.load_dotenv(override=True)\n",
    "a path": (
        "from pathlib import Path\nfrom dotenv import load_dotenv\nBASE = Path(__file__).parent\n"
        "ENV = BASE / '.env'\nload_dotenv(dotenv_path=ENV, override=True)\n"
    ),
    "django-environ": "import environ\nenv = environ.Env()\nenviron.Env.read_env('.env', overwrite=True)\n",
    "django-environ by position": "import environ\nenviron.Env.read_env('.env', True)\n",
    "environs": "from environs import Env\nenv = Env()\nenv.read_env(override=True)\n",
    "dynaconf": "from dynaconf import Dynaconf\nDynaconf(load_dotenv=True, dotenv_override=True)\n",
    "an update": "import os\nfrom dotenv import dotenv_values\nos.environ.update(dotenv_values('.env'))\n",
    "a merge": "import os\nfrom dotenv import dotenv_values\nC = {**os.environ, **dotenv_values('.env')}\n",
    "a union": "import os\nfrom dotenv import dotenv_values\nCONFIG = os.environ | dotenv_values()\n",
    "pydantic-settings": (
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env', extra='ignore')\n"
        "    db_host: str\n"
        "    @classmethod\n"
        "    def settings_customise_sources(\n"
        "        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings):\n"
        "        return init_settings, dotenv_settings, env_settings\n"
    ),
}
LEAVES = {
    "python-dotenv": "from dotenv import load_dotenv\nload_dotenv()\n",
    "override is false": "from dotenv import load_dotenv\nload_dotenv('.env', override=False)\n",
    "django-environ": "import environ\nenviron.Env.read_env('.env')\n",
    "environs": "from environs import Env\nEnv().read_env()\n",
    # From its release 15 on, only other files are overridden.
    "new environs": "from environs import Env\nEnv().read_env(override=True)\n",
    "dynaconf": "from dynaconf import Dynaconf\nDynaconf(load_dotenv=True)\n",
    "decouple": "from decouple import config\nconfig('DB_HOST')\n",
    "a merge": "import os\nfrom dotenv import dotenv_values\nC = {**dotenv_values('.env'), **os.environ}\n",
    "a union": "import os\nfrom dotenv import dotenv_values\nCONFIG = dotenv_values() | os.environ\n",
    "main": "from dotenv import load_dotenv\nif __name__ == '__main__':\n    load_dotenv(override=True)\n",
    "not on CI": "import os, dotenv\nif not os.getenv('CI'):\n    dotenv.load_dotenv(override=True)\n",
    "another file": "from dotenv import load_dotenv\nload_dotenv('.env.local', override=True)\n",
    "not Python": "load_dotenv(override=True",
    "pydantic-settings": (
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env', extra='ignore')\n"
        "    @classmethod\n"
        "    def settings_customise_sources(\n"
        "        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings):\n"
        "        return init_settings, env_settings, dotenv_settings\n"
    ),
}


@pytest.mark.parametrize("name", REPLACES)
def test_a_file_that_is_loaded_over_the_environment_is_named_with_its_loader(
    name: str, tmp_path: Path
) -> None:
    (warning,) = warnings(tmp_path, FILE | IMPORTED | {"config.py": REPLACES[name]}, has=("environs<15",))
    assert warning.startswith(".env replaces DB_HOST and DB_PORT of this run: config.py:")
    line = int(warning.split("config.py:")[1].split()[0])
    lines = REPLACES[name].splitlines()
    assert any(word in lines[line - 1] for word in ("load", "read_env", "dotenv", "Dynaconf", "sources"))
    assert "hunter2" not in warning


@pytest.mark.parametrize("name", LEAVES)
def test_there_is_no_alarm_if_the_environment_wins(name: str, tmp_path: Path) -> None:
    assert warnings(tmp_path, FILE | IMPORTED | {"config.py": LEAVES[name]}) == []


LOADS = {"conftest.py": "from dotenv import load_dotenv\nload_dotenv(override=True)\n"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("DB_HOST=db", "DB_HOST"),
        ("export DB_HOST='db'  # a comment", "DB_HOST"),
        ("DB_HOST=127.0.0.1\nDB_PORT=3306", "DB_PORT"),
        ("DB_HOST=", "DB_HOST"),
        ("DB_HOST=127.0.0.1\nDB_HOST=db", "DB_HOST"),
        ("DATABASE_URL=mysql://root:pw@db/shop", "DATABASE_URL"),
        ('DB_HOST=127.0.0.1\nDB_PORT="3307" # same', ""),
        ("DB_HOST=127.0.0.1 # same", ""),
        ("DB_HOST=db\nDB_HOST=127.0.0.1", ""),
        ("# DB_HOST=db\nOTHER=x", ""),
        ("DB_HOST", ""),
        ("DB_HOST=${DB_HOST:-db}\nDATABASE_URL=mysql://root@${DB_HOST}:${DB_PORT}/x", ""),
        ("db_host=db", ""),
    ],
)
def test_only_a_variable_that_gets_another_value_is_named(text: str, names: str, tmp_path: Path) -> None:
    found = warnings(tmp_path, LOADS | {".env": text})
    assert [warning.split(" of this run")[0] for warning in found] == (
        [f".env replaces {names}"] if names else []
    )


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        (
            {
                "app/.env": "DB_HOST=db",
                "app/config.py": LOADS["conftest.py"],
                "test_it.py": "from app import config",
            },
            "app/.env",
        ),
        (FILE | {"app/config.py": LOADS["conftest.py"], "test_it.py": "import app.config"}, ".env"),
        (
            {
                "config/.env": "DB_HOST=db",
                "conftest.py": "load_dotenv(BASE / 'config' / '.env', override=True)",
            },
            "config/.env",
        ),
        ({".env.test": "DB_HOST=db", "conftest.py": "load_dotenv('.env.test', override=True)"}, ".env.test"),
        # Django names its settings in a text.
        (
            FILE
            | {
                "shop/settings.py": LOADS["conftest.py"],
                "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = shop.settings\n",
            },
            ".env",
        ),
        # Nothing imports a script.
        (FILE | {"scripts/deploy.py": LOADS["conftest.py"], "test_it.py": "import config"}, ""),
        (FILE | {".venv/pyvenv.cfg": "", "lib/pyvenv.cfg": "", "lib/conftest.py": LOADS["conftest.py"]}, ""),
        ({"conftest.py": LOADS["conftest.py"]}, ""),
    ],
)
def test_the_file_that_a_loader_finds_is_named(files: dict[str, str], shown: str, tmp_path: Path) -> None:
    assert [warning.split(" replaces")[0] for warning in warnings(tmp_path, files)] == (
        [shown] if shown else []
    )


def test_a_file_above_the_project_is_found_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {".env": "DB_HOST=db"})
    (tmp_path / "repository/.git").mkdir(parents=True)
    project = write(tmp_path / "repository/api", LOADS)
    assert override_warnings(project, RUN) == []
    write(tmp_path / "repository", {".env": "DB_HOST=db"})
    (warning,) = override_warnings(project, RUN)
    assert warning.startswith(
        "../.env replaces DB_HOST of this run: conftest.py:2 has load_dotenv(override=True)"
    )


def test_two_loaders_of_one_file_are_one_warning(tmp_path: Path) -> None:
    (warning,) = warnings(tmp_path, FILE | LOADS | {"test_it.py": LOADS["conftest.py"]})
    assert "conftest.py:2 has" in warning
    assert "test_it.py:2 has" in warning


@pytest.mark.parametrize(
    ("files", "args", "shown"),
    [
        ({"pytest.ini": "[pytest]\nenv =\n  DB_HOST=db\n  D:DB_PORT=1\n"}, (), "pytest.ini replaces DB_HOST"),
        (
            {"pyproject.toml": "[tool.pytest.ini_options]\nenv = ['R:DB_HOST=db']"},
            (),
            "pyproject.toml replaces DB_HOST",
        ),
        (
            {"pyproject.toml": "[tool.pytest_env]\nDB_HOST = 'db'\nDB_PORT = {skip_if_set = true}"},
            (),
            "pyproject.toml replaces DB_HOST",
        ),
        ({"tox.ini": "[pytest]\nenv =\n  U:DB_HOST=\n"}, (), "tox.ini replaces DB_HOST"),
        (
            {"setup.cfg": "[tool:pytest]\nenv_override_existing_values = 1\n"} | FILE,
            (),
            ".env replaces DB_HOST and DB_PORT",
        ),
        (
            {
                "pytest.ini": "[pytest]\nenv_override_existing_values = 1\nenv_files =\n  test.env\n",
                "test.env": "DB_HOST=x",
            },
            (),
            "test.env replaces DB_HOST",
        ),
        (FILE, ("--envfile", ".env"), ".env replaces DB_HOST and DB_PORT"),
        (
            {"pytest.ini": "[pytest]\naddopts = --envfile=.env\n"} | FILE,
            (),
            ".env replaces DB_HOST and DB_PORT",
        ),
        ({"pytest.ini": "[pytest]\nenv =\n  D:DB_HOST=db\n  DB_PORT=3307\n  OTHER=1\n"}, (), ""),
        ({"pytest.ini": "[pytest]\nenv =\n  DATABASE_URL=mysql://{DB_HOST}:{DB_PORT}/x\n"}, (), ""),
        ({"pytest.ini": "[pytest]\nenv_override_existing_values = 0\n"} | FILE, (), ""),
        # pytest reads pytest.ini, and nothing else then.
        ({"pytest.ini": "[pytest]\n", "tox.ini": "[pytest]\nenv =\n  DB_HOST=db\n"}, (), ""),
        (FILE, (), ""),
    ],
)
def test_plugins_that_replace_variables_are_named(
    files: dict[str, str], args: tuple[str, ...], shown: str, tmp_path: Path
) -> None:
    found = warnings(tmp_path, files, has=PLUGINS, args=args)
    assert [warning.split(" of this run")[0] for warning in found] == ([shown] if shown else [])
    assert warnings(tmp_path, files, args=args) == []
