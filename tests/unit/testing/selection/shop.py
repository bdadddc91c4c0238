"""A small project with the ways in which a test depends on code that it does not call itself."""

from __future__ import annotations

SHOP = {
    ".gitignore": ".coverage\n__pycache__/\n.pytest_cache/\n",
    "pyproject.toml": '[tool.coverage.run]\nsource = ["shop"]\nbranch = true\n',
    "shop/__init__.py": "",
    "shop/rates.py": "VAT = 10\nNAMES = {'kr': VAT}\n\n\ndef rate(country):\n    return NAMES[country]\n",
    "shop/price.py": """\
import functools

from shop import rates


def gross(net):
    if net < 0:
        raise ValueError("negative")
    return net + net * rates.rate("kr") // 100


def rounded(net): return gross(net) // 10 * 10


@functools.lru_cache
def table():
    return {net: gross(net) for net in (100, 200)}


class Basket:
    def __init__(self, *prices):
        self.prices = prices

    @property
    def total(self):
        return sum(self.prices)

    def lines(self):
        for price in self.prices:
            yield f"{price} won"
""",
    "shop/discount.py": """\
from shop.price import Basket


class Discounted(Basket):
    def __init__(self, *prices, percent=10):
        super().__init__(*prices)
        self.percent = percent

    def reduced(self):
        def one(price):
            return price * (100 - self.percent) // 100

        return sum(one(price) for price in self.prices)
""",
    "shop/register.py": """\
FORMATS = {}


def register(name):
    def add(function):
        FORMATS[name] = function
        return function

    return add


def find(name):
    return FORMATS[name]
""",
    "shop/formats/__init__.py": "",
    "shop/formats/plain.py": """\
from shop.register import register


@register("plain")
def plain(value):
    return str(value)
""",
    "shop/formats/loading.py": """\
import importlib
import pkgutil

import shop.formats


def load():
    for module in pkgutil.iter_modules(shop.formats.__path__):
        importlib.import_module(f"shop.formats.{module.name}")
""",
    "shop/store.py": """\
class Store:
    def __init__(self):
        self.items = {}

    def put(self, name, price):
        self.items[name] = price

    def get(self, name):
        return self.items[name]


def filled():
    store = Store()
    store.put("apple", 100)
    return store
""",
    "shop/cli.py": """\
import sys

from shop.price import gross


def main(words):
    print(gross(int(words[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
""",
    "shop/lazy.py": "from shop.register import FORMATS\n\nCOUNT = len(FORMATS)\n\n\n"
    "def count():\n    return COUNT\n",
    "tests/helpers.py": "def won(price):\n    return f'{price} won'\n",
    "tests/conftest.py": """\
import pytest

from shop.store import filled


@pytest.fixture(scope="session")
def store():
    return filled()


@pytest.fixture
def empty():
    return type(filled())()
""",
    "tests/test_price.py": """\
import pytest

from shop.price import Basket, gross, rounded, table


@pytest.mark.parametrize(("net", "expected"), [(100, 110), (200, 220)])
def test_gross(net, expected):
    assert gross(net) == expected


def test_negative():
    with pytest.raises(ValueError):
        gross(-1)


def test_rounded():
    assert rounded(103) == 110


def test_table():
    assert table()[100] == 110


def test_table_again():
    assert table()[200] == 220


def test_total():
    assert Basket(1, 2).total == 3
""",
    "tests/test_lines.py": """\
from shop.price import Basket
from tests.helpers import won


def test_lines():
    assert list(Basket(3).lines()) == [won(3)]


def test_won():
    assert won(1) == "1 won"
""",
    "tests/test_discount.py": """\
from shop.discount import Discounted


def test_reduced():
    assert Discounted(100).reduced() == 90


def test_total():
    assert Discounted(100).total == 100
""",
    "tests/test_formats.py": """\
from shop import register
from shop.formats import loading


def test_plain():
    loading.load()
    assert register.find("plain")(1) == "1"


def test_later():
    from shop.lazy import count
    assert count() == 1
""",
    "tests/test_store.py": """\
class TestStore:
    def test_apple(self, store):
        assert store.get("apple") == 100

    def test_shared(self, store):
        assert len(store.items) == 1

    def test_put(self, empty):
        empty.put("pear", 5)
        assert empty.items == {"pear": 5}
""",
    "tests/test_rates.py": "from shop.rates import VAT\n\n\ndef test_vat():\n    assert VAT == 10\n",
    "tests/test_cli.py": """\
import subprocess
import sys


def test_command():
    words = [sys.executable, "-m", "shop.cli", "100"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "110\\n"
""",
    "tests/__init__.py": "",
}
