"""Small projects whose installation needs more than the plain command of their package manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_SHOP = "import idna\n\n\ndef name():\n    return idna.encode('shop.example').decode()\n"
_TEST = "from shop import name\n\n\ndef test_name():\n    assert name() == 'shop.example'\n"
_FLAT = {"shop.py": _SHOP, "test_shop.py": _TEST}
# Only an installed package can be imported from there.
_SRC = {"src/shop/__init__.py": _SHOP, "tests/test_shop.py": _TEST}
_NO_MODULE = {
    "app/main.py": "",
    "test_idna.py": "def test_idna():\n    import idna\n    assert idna.encode\n",
}
_BASIC = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["idna"]\n'
_SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
_POETRY_CORE = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
_TOOLS = '["pytest", "coverage"]'
_OLD_POETRY = (
    '[tool.poetry]\nname = "shop-api"\nversion = "1"\ndescription = ""\nauthors = []\n'
    '[tool.poetry.dependencies]\npython = "^3.11"\nidna = "*"\n'
)


@dataclass(frozen=True)
class Installed:
    """A project. ``lock`` is the shell command that writes its lock file, ``folder`` the project's own."""

    files: Mapping[str, str]
    expected: str
    lock: str = ""
    folder: str = "."


PROJECTS: Mapping[str, Installed] = {
    "poetry-1-without-a-package": Installed(
        {
            **_NO_MODULE,
            "pyproject.toml": f"{_OLD_POETRY}[tool.poetry.group.test]\noptional = true\n"
            f'[tool.poetry.group.test.dependencies]\npytest = "*"\ncoverage = "*"\n{_POETRY_CORE}',
        },
        "poetry install --no-interaction --no-root --with test",
        "python -m pip install -q poetry==1.8.5 && poetry lock",
    ),
    "poetry-with-a-package": Installed(
        {
            **_SRC,
            "pyproject.toml": f"{_BASIC}[project.optional-dependencies]\ntests = {_TOOLS}\n{_POETRY_CORE}",
        },
        "poetry install --no-interaction --extras tests",
        "python -m pip install -q poetry && poetry lock",
    ),
    "poetry-without-a-lock": Installed(
        {
            **_NO_MODULE,
            "pyproject.toml": f'{_OLD_POETRY}pytest = "*"\ncoverage = "*"\n',
        },
        "python -m pip install poetry\npoetry install --no-interaction --no-root",
    ),
    "uv-required-version": Installed(
        {
            **_FLAT,
            "pyproject.toml": f"{_BASIC}[project.optional-dependencies]\ntest = {_TOOLS}\n"
            '[dependency-groups]\nold = ["six==1.16.0"]\nnew = ["six==1.17.0"]\n[tool.uv]\n'
            'required-version = ">=0.9, <0.10"\n'
            'conflicts = [[{group = "old"}, {group = "new"}]]\n',
        },
        "python -m pip install 'uv>=0.9,<0.10'\nuv sync --python python --extra test --locked",
        "python -m pip install -q 'uv==0.9.*' && uv lock -q --python python",
    ),
    "uv-workspace": Installed(
        {
            **{f"packages/api/{name}": text for name, text in _FLAT.items()},
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
            "packages/api/pyproject.toml": f"{_BASIC}[dependency-groups]\ntest = {_TOOLS}\n",
        },
        "uv sync --python python --all-groups --locked",
        "python -m pip install -q uv && uv lock -q --python python",
        "packages/api",
    ),
    "uv-without-a-lock": Installed(
        {**_FLAT, "pyproject.toml": f"{_BASIC}[tool.uv]\npackage = false\n"},
        "uv sync --python python --all-groups\nuv pip install pytest coverage",
    ),
    "pdm-extra": Installed(
        {
            **_FLAT,
            "pyproject.toml": f"{_BASIC}[project.optional-dependencies]\ntest = {_TOOLS}\n"
            'docs = ["six"]\n[tool.pdm]\ndistribution = false\n',
        },
        "pdm install --check --group test",
        "python -m pip install -q pdm 'hishel<2' && pdm lock -q --group test",
    ),
    "pipenv-without-a-lock": Installed(
        {**_FLAT, "Pipfile": '[packages]\nidna = "*"\n[dev-packages]\npytest = "*"\ncoverage = "*"\n'},
        'pipenv install --python "$(command -v python)" --dev',
    ),
    "hatch-test": Installed(
        {
            **_FLAT,
            "pyproject.toml": f"{_BASIC}[tool.hatch.envs.hatch-test]\nskip-install = true\n"
            'extra-dependencies = ["idna"]\n',
        },
        'hatch env create "hatch-test.py$(',
    ),
    "several-requirements": Installed(
        {
            **_FLAT,
            "requirements/base.txt": "idna\n",
            "requirements/test.txt": "-r base.txt\npytest\n",
            "requirements/docs.txt": "no-such-package-of-ci-kit==0\n",
            "constraints.txt": "idna<3.11\n",
        },
        "-r requirements/base.txt -r requirements/test.txt coverage -c constraints.txt",
    ),
    "package-and-requirements-of-the-tests": Installed(
        {**_SRC, "pyproject.toml": f"{_SETUPTOOLS}{_BASIC}", "requirements-dev.txt": "pytest\n"},
        "-r requirements-dev.txt -e . coverage",
    ),
    "old-pythons": Installed(
        {
            **_SRC,
            "pyproject.toml": f"{_SETUPTOOLS}{_BASIC}".replace(">=3.11", ">=3.7")
            + '[project.optional-dependencies]\ntest = ["pytest>=8.4"]\n'
            + '[dependency-groups]\ncov = ["coverage"]\n',
        },
        "uv pip install -e '.[test]' --group cov pytest coverage",
    ),
    "no-package": Installed(
        {**_FLAT, "pyproject.toml": f"{_BASIC}[project.optional-dependencies]\ntest = {_TOOLS}\n"},
        "uv pip install -r pyproject.toml --extra test pytest coverage",
    ),
    "setup-py": Installed(
        {
            **_SRC,
            "setup.py": "from setuptools import setup\nsetup()\n",
            "setup.cfg": "[metadata]\nname = shop\n[options]\npackage_dir =\n    = src\npackages = shop\n"
            "install_requires = idna\n[options.extras_require]\ntests = pytest\n",
        },
        "uv pip install -e '.[tests]' pytest coverage",
    ),
}
