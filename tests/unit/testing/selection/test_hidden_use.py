"""Ways to use code that neither a call in the test nor an import of its file shows: real runs of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.support import write
from tests.unit.testing.patch.repositories import repository
from tests.unit.testing.selection.test_safety import affected_by, failing, measure, selected

_TEN = "def test_of_its_own():\n    from shop.config import LIMIT\n    assert LIMIT == 10\n"

# The files of a project, and a change: the path, what is replaced (empty: the file is removed) and by what.
WAYS = {
    "a module that a plugin of the configuration imports": (
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p tests.plugin"\n'
            '[tool.coverage.run]\nsource = ["shop"]\n',
            "tests/plugin.py": "import pytest\nfrom shop.config import LIMIT\n\n"
            "@pytest.fixture\ndef limit():\n    return LIMIT\n",
            "shop/config.py": "LIMIT = 10\n",
            "tests/test_direct.py": _TEN,
            "tests/test_fixture.py": "def test_limit(limit):\n    assert limit == 10\n",
        },
        ("shop/config.py", "10", "20"),
    ),
    "a hook of a plugin of the configuration": (
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p tests.plugin"\n'
            '[tool.coverage.run]\nsource = ["."]\n',
            "tests/plugin.py": "import os\nimport pytest\n\n"
            "def pytest_configure(config):\n    os.environ['LIMIT'] = '10'\n\n"
            "@pytest.fixture\ndef one():\n    return 1\n",
            "tests/test_one.py": "def test_one(one):\n    assert one\n",
            "tests/test_limit.py": "import os\n\ndef test_limit():\n    assert os.environ['LIMIT'] == '10'\n",
        },
        ("tests/plugin.py", "'10'", "'20'"),
    ),
    "a file of tests that another one imports late": (
        {
            "tests/test_numbers.py": "ONE = 1\n\ndef test_one():\n    assert ONE == 1\n",
            "tests/test_late.py": "def test_late():\n"
            "    from tests.test_numbers import ONE\n    assert ONE\n",
        },
        ("tests/test_numbers.py", "", ""),
    ),
    "an example in a docstring": (
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--doctest-modules"\n'
            '[tool.coverage.run]\nsource = ["shop"]\n',
            "shop/price.py": "def two():\n    return 2\n\n"
            "def one():\n    '''\n    >>> two()\n    2\n    '''\n    return 1\n",
            "tests/test_price.py": "from shop.price import one\n\ndef test_one():\n    assert one() == 1\n",
        },
        ("shop/price.py", "    2\n    '", "    3\n    '"),
    ),
    "a module as an attribute of its package": (
        {
            "shop/price.py": "VAT = 10\n",
            "shop/other.py": "from shop.price import VAT\n\nSAME = VAT\n",
            "shop/all.py": "import importlib\n\nimportlib.import_module('shop.other')\n",
            "tests/test_a_direct.py": "from shop.price import VAT\n\n"
            "def test_direct():\n    assert VAT == 10\n",
            "tests/test_b_chain.py": "import shop\n\ndef test_chain():\n    assert shop.price.VAT == 10\n",
        },
        ("shop/price.py", "10", "20"),
    ),
    "a process that multiprocessing spawns": (
        {
            "shop/work.py": "def work():\n    return 1\n",
            "tests/test_spawned.py": "import multiprocessing\n\nfrom shop.work import work\n\n"
            "def test_spawned():\n"
            "    process = multiprocessing.get_context('spawn').Process(target=work)\n"
            "    process.start()\n    process.join()\n    assert process.exitcode == 0\n",
            "tests/test_work.py": "from shop.work import work\n\ndef test_work():\n    assert work() == 1\n",
        },
        ("shop/work.py", "return 1", "raise SystemExit(3)"),
    ),
    "a value that a function keeps in a global variable": (
        {
            "shop/engine.py": "_engine = None\n\ndef make():\n    return {'size': 10}\n\n"
            "def engine():\n    global _engine\n    if _engine is None:\n        _engine = make()\n"
            "    return _engine\n",
            "tests/test_engine.py": "from shop.engine import engine\n\n"
            "def test_first():\n    engine()\n\ndef test_size():\n    assert engine()['size'] == 10\n",
        },
        ("shop/engine.py", "10", "20"),
    ),
    "paths of coverage that are relative": (
        {
            "pyproject.toml": '[tool.coverage.run]\nsource = ["shop"]\nrelative_files = true\n',
            "shop/price.py": "def one():\n    return 1\n",
            "shop/named.py": "import importlib\n\n"
            "PRICE = importlib.import_module(''.join(['shop.', 'price']))\n",
            "tests/test_a.py": "from shop.price import one\n\ndef test_one():\n    assert one() == 1\n",
            "tests/test_b.py": "import sys\n\ndef test_named():\n"
            "    assert sys.modules['sh' + 'op.price'].one() == 1\n",
        },
        ("shop/price.py", "1", "2"),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_test_is_selected_that_a_change_breaks(way: str, tmp_path: Path) -> None:
    files, (path, before, after) = WAYS[way]
    root = repository(
        tmp_path / "shop",
        {
            ".gitignore": ".coverage\n__pycache__/\n.pytest_cache/\n",
            "pyproject.toml": '[tool.coverage.run]\nsource = ["shop"]\n',
            "shop/__init__.py": "",
            "tests/__init__.py": "",
            **files,
        },
    )
    measured = measure(root)
    if before:
        assert before in files[path]
        write(root, {path: files[path].replace(before, after)})
    else:
        (root / path).unlink()
    failed = failing(root)
    affected = affected_by(measured, root)
    assert failed
    assert not failed - selected(measured, affected, root), affected


def test_the_end_of_a_shared_fixture_belongs_to_all_tests_of_its_scope(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "shop",
        {
            ".gitignore": ".coverage\n__pycache__/\n.pytest_cache/\n",
            "pyproject.toml": '[tool.coverage.run]\nsource = ["shop"]\n',
            "shop/ends.py": "def close():\n    return None\n\n\ndef part():\n    return None\n",
            "tests/conftest.py": """\
import pytest

from shop.ends import close, part


@pytest.fixture(scope="session")
def opened():
    yield
    close()


@pytest.fixture(scope="session")
def inner(opened, request):
    request.addfinalizer(part)
""",
            "tests/test_a.py": "def test_a(inner):\n    pass\n",
            "tests/test_b.py": "def test_b():\n    pass\n",
        },
    )
    measured = measure(root)
    ends = {("shop/ends.py", "close"), ("shop/ends.py", "part")}
    assert ends <= measured.shared[""]
    assert not any(ends & test.ran for test in measured.tests.values())
