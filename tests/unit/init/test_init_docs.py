"""The example in docs/init.md is what init prints and writes."""

from __future__ import annotations

import re

from tests.unit.init.conftest import TEST, Repository
from tests.unit.support import ROOT

_ACTION = "OWNER/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"
PYPROJECT = """\
[tool.poetry]
package-mode = false

[tool.poetry.dependencies]
python = "^3.12"
sqlalchemy = "*"
pymysql = "*"

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.pytest.ini_options]
testpaths = ["tests"]
"""
CONFIG = """\
import os

HOST = os.getenv("DB_HOST", "localhost")
PASSWORD = os.environ["DB_PASSWORD"]
NAME = os.getenv("DB_NAME", "shop")
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "poetry.lock": '[[package]]\nname = "pytest"\n[[package]]\nname = "coverage"\n',
    "app/config.py": CONFIG,
    **{f"tests/test_{name}.py": TEST for name in ("cart", "member", "price")},
}


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "init.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_example_is_what_init_prints_and_writes(repository: Repository) -> None:
    done = repository.init(files=FILES, action=_ACTION)
    assert done.code == 0, done.err
    (shown,) = blocks("console")
    assert shown == f'$ ci-kit init --action "{_ACTION}"\n{done.err}'
    (written,) = blocks("toml")
    assert (repository.root / "pyproject.toml").read_text(encoding="utf-8") == f"{PYPROJECT}\n{written}"
