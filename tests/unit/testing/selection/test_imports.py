"""Which files import which, as far as their source tells."""

from __future__ import annotations

import pytest

from ci_kit.testing.selection.imports import Imports

FILES = {
    "shop/__init__.py": "",
    "shop/price.py": "",
    "shop/formats/__init__.py": "",
    "shop/formats/plain.py": "",
    "src/lib/tool.py": "",
    "a.py": "",
}


@pytest.mark.parametrize(
    ("importer", "text", "imported"),
    [
        ("a.py", "import shop.price", "shop/price.py"),
        ("a.py", "import shop.price", "shop/__init__.py"),
        ("a.py", "from shop import price as p", "shop/price.py"),
        ("a.py", "def f():\n    from shop.price import gross", "shop/price.py"),
        ("a.py", "import lib.tool", "src/lib/tool.py"),
        ("shop/formats/plain.py", "from .. import price", "shop/price.py"),
        ("shop/formats/plain.py", "from ..price import gross", "shop/price.py"),
        ("shop/__init__.py", "from . import price", "shop/price.py"),
        ("a.py", "APPS = ['shop']", "shop/price.py"),
        ("a.py", "import_string('shop.price.Basket')", "shop/price.py"),
        ("a.py", "APP = 'shop.price:app'", "shop/price.py"),
        ("a.py", "load(f'shop.formats.{name}')", "shop/formats/plain.py"),
        ("a.py", "run(['python', 'shop/price.py'])", "shop/price.py"),
        ("shop/__init__.py", "import pkgutil\npkgutil.iter_modules(__path__)", "shop/formats/plain.py"),
        ("a.py", "def (:", "shop/price.py"),
    ],
)
def test_a_file_imports_another_one(importer: str, text: str, imported: str) -> None:
    files = FILES | {importer: text}
    assert importer in Imports(files, files.__getitem__).importers(imported)


def test_imports_reach_through_other_files() -> None:
    files = FILES | {"b.py": "import a", "a.py": "import shop.price"}
    assert Imports(files, files.__getitem__).importers("shop/price.py") == {"b.py", "a.py", "shop/price.py"}


@pytest.mark.parametrize("text", ["import os", "import shop", "word = 'price'", "'shop.unknown'"])
def test_other_texts_are_no_import_of_a_module(text: str) -> None:
    files = FILES | {"a.py": text}
    assert "a.py" not in Imports(files, files.__getitem__).importers("src/lib/tool.py")
