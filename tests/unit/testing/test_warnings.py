"""The warnings of a run, as pytest itself has recorded them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.testing.results import Results, WarningRecord, most_frequent, total_results
from tests.unit.support import write
from tests.unit.testing.reading import results_of

PROJECT = {
    "pytest.ini": "[pytest]\n",
    "shop.py": "import warnings\n\ndef old():\n    warnings.warn('use new()', DeprecationWarning)\n",
    "test_shop.py": """\
import warnings
import pytest
import shop

warnings.warn("on import")

@pytest.mark.parametrize("n", range(3))
def test_old(n):
    shop.old()

def test_both():
    shop.old()
    warnings.warn("never again", UserWarning)

def test_is_silent():
    with warnings.catch_warnings(record=True):
        warnings.warn("caught")
""",
}
XDIST = ("-p", "xdist", "-n2")


def found(results: Results) -> list[tuple[int, str, str, str]]:
    return [
        (one.count, one.category, one.message, f"{Path(one.path).name}:{one.line}")
        for one in results.warnings
    ]


@pytest.mark.parametrize("words", [(), XDIST], ids=["serial", "xdist"])
def test_each_warning_is_there_once_with_its_count(words: tuple[str, ...], tmp_path: Path) -> None:
    results = results_of(write(tmp_path, PROJECT), *words)
    assert found(results) == [
        (4, "DeprecationWarning", "use new()", "shop.py:4"),
        (1, "UserWarning", "on import", "test_shop.py:5"),
        (1, "UserWarning", "never again", "test_shop.py:13"),
    ]
    nodes = [one.node for one in results.warnings]
    assert nodes[0].startswith("test_shop.py::test_")
    assert nodes[2] == "test_shop.py::test_both"
    assert results.warnings[0].path == str(tmp_path / "shop.py")


@pytest.mark.parametrize("words", [("-p", "no:warnings"), ("--collect-only",)])
def test_without_recorded_warnings_there_are_none(words: tuple[str, ...], tmp_path: Path) -> None:
    results = results_of(write(tmp_path, {"test_a.py": "def test_a(): ...\n"}), *words)
    assert (results.warnings, results.more_warnings) == ((), 0)


def test_too_many_different_warnings_are_only_counted(tmp_path: Path) -> None:
    text = "import warnings\ndef test_a():\n    for n in range(700): warnings.warn(f'number {n}')\n"
    results = results_of(write(tmp_path, {"test_a.py": text}))
    assert (len(results.warnings), results.more_warnings) == (500, 200)


def test_a_long_message_is_cut_at_spaces_and_code_without_a_file_has_no_place(tmp_path: Path) -> None:
    made = "exec(compile('warnings.warn(\"word \" * 9000)', '<made>', 'exec'))"
    text = f"import warnings\ndef test_a():\n    {made}\n"
    (one,) = results_of(write(tmp_path, {"test_a.py": text})).warnings
    assert len(one.message) < 17_000
    assert set(one.message.split()) == {"word", "…"}
    assert (one.path, one.line) == ("", 0)


def test_a_message_that_cannot_be_shown_does_no_harm(tmp_path: Path) -> None:
    text = """\
import warnings
class Broken(UserWarning):
    def __str__(self):
        raise ValueError
def test_a():
    warnings.warn("\\ud800 half a pair")
"""
    (one,) = results_of(write(tmp_path, {"test_a.py": text})).warnings
    assert one.message == "\\ud800 half a pair"


def test_the_warnings_of_several_commands_are_added() -> None:
    one = WarningRecord("UserWarning", "old", "/a.py", 3, "a.py::test", 2)
    other = WarningRecord("UserWarning", "older", "/a.py", 3, "", 3)
    runs = [Results(warnings=(one,), more_warnings=1), Results(warnings=(other, one), more_warnings=2), None]
    total = total_results(runs)
    assert [(warning.message, warning.count) for warning in total.warnings] == [("old", 4), ("older", 3)]
    assert total.more_warnings == 3
    assert most_frequent(()) == ()
