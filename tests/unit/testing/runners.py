"""Suites that are not one run of pytest, each with its command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.unit.testing.measured import PRICE

_CASES = """\
import unittest
from shop.price import gross

class Cases(unittest.TestCase):
    def test_gross(self):
        self.assertEqual(gross(100), 110)

    def test_net(self):
        self.assertEqual(gross(100), EXPECTED)

    @unittest.skip("later")
    def test_later(self): ...
"""

_RUNTESTS = """\
import sys, unittest
from helper import LEVEL

suite = unittest.defaultTestLoader.discover("tests")
sys.exit(not unittest.TextTestRunner(verbosity=LEVEL).run(suite).wasSuccessful())
"""

_STEPS = """\
from behave import given, then
from shop.price import gross

@given("a price of {net:d}")
def price(context, net): context.gross = gross(net)

@then("it is {expected:d}")
def total(context, expected): assert context.gross == expected, f"{context.gross} != {expected}"
"""

_FEATURE = """\
Feature: Prices
  Scenario: Gross
    Given a price of 100
    Then it is 110
  Scenario: Net
    Given a price of 100
    Then it is EXPECTED
"""

_MANAGE = """\
import os, sys
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
"""

_SETTINGS = """\
SECRET_KEY = "not secret"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""

_DJANGO_CASES = _CASES.replace(
    "import unittest\n", "import unittest\nfrom django.test import TestCase\n"
).replace("unittest.TestCase", "TestCase")


@dataclass(frozen=True)
class Runner:
    """A suite in which one test passes and one compares with EXPECTED. ``words`` are its command.

    ``by_hand`` are the words after ``coverage run``. With ``counts``, it writes JUnit XML into ``reports``.
    """

    words: tuple[str, ...]
    by_hand: tuple[str, ...]
    files: Mapping[str, str]
    counts: bool = False
    skipped: int = 1

    def project(self, *, passes: bool) -> dict[str, str]:
        expected = "110" if passes else "111"
        return {name: text.replace("EXPECTED", expected) for name, text in (PRICE | dict(self.files)).items()}


_UNITTEST = {"tests/__init__.py": "", "tests/test_shop.py": _CASES, ".coveragerc": "[run]\nsource = shop\n"}
_DJANGO = {
    "manage.py": _MANAGE,
    "site_settings.py": _SETTINGS,
    "shop/tests.py": _DJANGO_CASES,
    ".coveragerc": "[run]\nsource = shop\nomit = */tests.py\n",
}
_BEHAVE = {
    "features/steps/prices.py": _STEPS,
    "features/prices.feature": _FEATURE,
    ".coveragerc": "[run]\nsource = shop\n",
}

RUNNERS = {
    "unittest": Runner(("python", "-m", "unittest", "-v"), ("-m", "unittest", "-v"), _UNITTEST),
    "a runner in a folder": Runner(
        ("python", "ci/runtests.py"),
        ("ci/runtests.py",),
        {
            **_UNITTEST,
            "ci/runtests.py": f"import sys; sys.path.append('.')\n{_RUNTESTS}",
            "ci/helper.py": "LEVEL = 1\n",
        },
    ),
    "unittest-xml-reporting": Runner(
        ("python", "-m", "xmlrunner", "discover", "-o", "reports"),
        ("-m", "xmlrunner", "discover", "-o", "reports"),
        _UNITTEST,
        counts=True,
    ),
    "manage.py": Runner(("python3", "-W", "error", "manage.py", "test"), ("manage.py", "test"), _DJANGO),
    "manage.py with counts": Runner(
        ("python", "manage.py", "test"),
        ("manage.py", "test"),
        {
            **_DJANGO,
            "site_settings.py": f"{_SETTINGS}TEST_RUNNER = 'xmlrunner.extra.djangotestrunner.XMLTestRunner'\n"
            "TEST_OUTPUT_DIR = 'reports'\n",
        },
        counts=True,
    ),
    "behave": Runner(
        ("behave", "--junit", "--junit-directory=reports"),
        ("-m", "behave", "--junit", "--junit-directory=reports"),
        _BEHAVE,
        counts=True,
        skipped=0,
    ),
    "python -m behave": Runner(("python", "-m", "behave"), ("-m", "behave"), _BEHAVE),
}
