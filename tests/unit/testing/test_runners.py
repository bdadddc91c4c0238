"""Real runs of commands that are not pytest: the same exit code and coverage as by hand."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.environments import environment
from tests.support.waiting import LIMIT
from tests.unit.support import SELF_HOSTED, ci_kit, file_command, write
from tests.unit.testing.measured import PRICE, SERIAL, SOURCE, TEST_GROSS, by_hand, measure
from tests.unit.testing.runners import RUNNERS, Runner

SQUARE = {
    "square.py": "import sys\nfrom shop.price import square\nprint(square(2))\nsys.exit(int(sys.argv[1]))\n"
}
UNKNOWN = {
    "tests-collected": "",
    "tests-passed": "",
    "tests-failed": "",
    "tests-flaky": "",
    "tests-skipped": "",
}


@pytest.fixture(scope="session")
def python() -> str:
    return environment("runners")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "project"


def toml(command: object, more: str = "") -> dict[str, str]:
    return {"pyproject.toml": f"[tool.ci-kit]\ntest-command = {json.dumps(command)}\n{more}\n"}


def on_runner(folder: Path) -> dict[str, str]:
    """The environment of a step of a workflow, whose files are in this folder."""
    names = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
    return (
        SELF_HOSTED
        | {"GITHUB_WORKSPACE": str(folder / "project")}
        | {variable: str(folder / name) for variable, name in names.items()}
    )


def outputs(folder: Path) -> dict[str, str]:
    return file_command((folder / "output").read_text(encoding="utf-8"))


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "fails"])
@pytest.mark.parametrize("runner", RUNNERS.values(), ids=RUNNERS)
def test_code_coverage_and_counts_are_those_of_a_run_by_hand(
    runner: Runner, passes: bool, python: str, root: Path, tmp_path: Path
) -> None:
    files = runner.project(passes=passes)
    hand = write(tmp_path / "hand", files)
    expected = subprocess.run(
        [python, "-m", "coverage", "run", *runner.by_hand],
        cwd=hand,
        capture_output=True,
        check=False,
        timeout=LIMIT,
    )
    table = by_hand(hand, python, "coverage", "report", "-m")
    assert "shop/price.py" in table
    more = 'junit-xml = ["reports"]' if runner.counts else ""
    done = measure(root, python, files | toml(runner.words, more), env=on_runner(tmp_path))
    assert done.code == expected.returncode == (not passes), done
    assert table in done.stdout
    assert "is not measured" not in done.stderr
    counts = {
        "tests-passed": str(1 + passes),
        "tests-failed": str(1 - passes),
        "tests-skipped": str(runner.skipped),
    }
    known = counts | {"tests-collected": str(2 + runner.skipped), "tests-flaky": "0"}
    assert outputs(tmp_path).items() >= (known if runner.counts else UNKNOWN).items()
    assert ("counts unknown" in done.stderr) is not runner.counts
    assert ("counts unknown" in (tmp_path / "summary").read_text()) is not runner.counts


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "fails"])
@pytest.mark.parametrize("name", ["unittest", "a runner in a folder", "behave"])
def test_a_command_runs_without_coverage(name: str, passes: bool, python: str, root: Path) -> None:
    runner = RUNNERS[name]
    done = measure(root, python, runner.project(passes=passes) | toml(runner.words), "--no-coverage")
    assert done.code == (not passes), done
    assert not (root / ".coverage").exists()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("unittest-xml-reporting", "file=tests/test_shop.py,line=9"),
        ("manage.py with counts", "file=shop/tests.py,line=10"),
        ("behave", "file=features/prices.feature,line=7"),
    ],
)
def test_a_failure_is_annotated_at_its_line(
    name: str, place: str, python: str, root: Path, tmp_path: Path
) -> None:
    runner = RUNNERS[name]
    done = measure(
        root,
        python,
        runner.project(passes=False),
        f"--test-command={' '.join(runner.words)}",
        "--junit-xml=reports/*.xml",
        env=on_runner(tmp_path),
    )
    assert f"::error {place}," in done.stdout
    summary = (tmp_path / "summary").read_text()
    assert "### Failures" in summary
    assert "110 != 111" in summary


# Several commands


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 0), 0), ((3, 0), 3), ((0, 4), 4), ((3, 4), 3), ((250, 1), 250)]
)
def test_all_commands_run_and_the_first_that_fails_gives_the_exit_code(
    codes: tuple[int, int], code: int, python: str, root: Path
) -> None:
    lines = "\n".join(f"python square.py {one}" for one in codes)
    done = measure(root, python, PRICE | SQUARE | SOURCE, f"--test-command={lines}")
    assert (done.code, done.stdout.count("4\n")) == (code, 2), done
    title = f"exit code {code} of `python square.py {code}`" if code else "Tests passed: counts unknown"
    assert title in done.stderr


@pytest.mark.parametrize("first", ["pytest", "python"])
def test_the_coverage_of_all_commands_is_combined(first: str, python: str, root: Path) -> None:
    lines = ["pytest tests/test_gross.py", "python square.py 0", "sh -c 'echo by hand'"]
    lines.sort(key=lambda line: not line.startswith(first))
    done = measure(
        root,
        python,
        SERIAL | SQUARE | SOURCE,
        *(f"--test-command={line}" for line in lines),
        "--fail-under=50",
    )
    assert (done.code, done.missing("shop/price.py")) == (0, "3, 12"), done
    assert (
        "coverage   `sh -c 'echo by hand'` is not measured, because Python does not start it" in done.stderr
    )
    assert "1 passed, counts of 2 commands unknown" in done.stderr
    assert by_hand(root, python, "coverage", "report", "-m") in done.stdout


@pytest.mark.parametrize(
    "commands",
    [
        ["pytest tests/test_gross.py", "python square.py 0"],
        ["python square.py 0", "pytest --cov=shop tests/test_gross.py"],
        ["pytest --cov=shop tests/test_gross.py", "pytest tests/test_square.py"],
        ["pytest --cov=shop tests/test_gross.py", "pytest --cov=shop tests/test_square.py"],
        ["pytest -n1 tests/test_gross.py", "python -m pytest -n1 --cov=shop tests/test_square.py"],
    ],
)
def test_pytest_cov_measures_its_own_commands(commands: list[str], root: Path) -> None:
    words = [f"--test-command={line}" for line in commands]
    done = measure(root, environment("coverage-newest"), SERIAL | SQUARE | SOURCE, *words)
    assert (done.code, done.missing("shop/price.py")) == (0, "3, 12"), done


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-7.6", "coverage-7.10"])
def test_each_coverage_measures_a_program(name: str, root: Path) -> None:
    pool = (
        "import multiprocessing\nfrom shop.price import square\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool:\n"
        "        assert pool.map(square, [2, 3]) == [4, 9]\n        pool.close(); pool.join()\n"
    )
    files = (
        PRICE
        | TEST_GROSS
        | {"pool.py": pool, ".coveragerc": "[run]\nsource = shop\nconcurrency = multiprocessing\n"}
    )
    words = ("--test-command=python pool.py", "--test-command=python -m pytest")
    done = measure(root, environment(name), files, *words)
    assert (done.code, done.missing("shop/price.py")) == (0, "3, 12"), done


def test_arguments_for_pytest_reach_each_run_of_pytest_and_no_other(python: str, root: Path) -> None:
    lines = "pytest tests/test_gross.py\npython square.py 0\npytest tests/test_square.py"
    done = measure(root, python, SERIAL | SQUARE | SOURCE, f"--test-command={lines}", "--", "-k", "gross")
    assert done.code == 5, done
    assert "all tests were deselected: 1 test" in done.stderr
    assert "why: by the arguments `tests/test_square.py -k gross`" in done.stderr


@pytest.mark.parametrize("fails_first", [True, False])
def test_an_error_of_a_later_command_does_not_hide_the_first_failure(
    fails_first: bool, python: str, root: Path
) -> None:
    lines = ["python square.py 3", "pytest -k none"]
    words = [f"--test-command={line}" for line in (lines if fails_first else reversed(lines))]
    done = measure(root, python, SERIAL | SQUARE | SOURCE, *words)
    assert done.code == (3 if fails_first else 5), done
    assert "ci-kit: error: all tests were deselected: 2 tests" in done.stderr


@pytest.mark.parametrize(
    ("codes", "outcome"), [(("tests", "tests/none"), "no-tests"), (("tests", "."), "passed")]
)
def test_only_runs_of_pytest_without_tests_are_skipped(
    codes: tuple[str, str], outcome: str, python: str, root: Path, tmp_path: Path
) -> None:
    write(root, {"tests/none/x.py": "", "test_a.py": "def test_a(): ...\n"})
    words = [f"--test-command=pytest {where}" for where in codes]
    done = measure(root, python, {}, *words, env=on_runner(tmp_path))
    assert (done.code, outputs(tmp_path)["outcome"]) == (0, outcome), done


# Exit codes and counts of other commands


@pytest.mark.parametrize(
    ("line", "code", "title"),
    [
        ("sh -c 'exit 9'", 9, "exit code 9 of `sh -c 'exit 9'`"),
        ("python -c 'import sys; sys.exit(5)'", 5, "exit code 5 of `python -c 'import sys; sys.exit(5)'`:"),
        ("python -c 'import sys; sys.exit(\"bye\")'", 1, "exit code 1 of"),
        ("python -c 'raise ValueError(1)'", 1, "exit code 1 of"),
        ("python -c 'import os; os.kill(os.getpid(), 9)'", 137, "9)'` was ended by SIGKILL"),
        ("python broken.py", 1, "exit code 1 of `python broken.py`"),
        ("python raises.py", 1, "exit code 1 of `python raises.py`"),
    ],
)
def test_the_exit_code_of_a_command_is_the_result(
    line: str, code: int, title: str, python: str, root: Path
) -> None:
    files = PRICE | {"broken.py": "def (:\n", "raises.py": "def f(): raise ValueError(1)\nf()\n"}
    # A threshold needs a command that coverage measures.
    threshold = ["--fail-under=99"] if line.startswith("python") else []
    done = measure(root, python, files, f"--test-command={line}", *threshold)
    assert done.code == code, done
    assert f"Tests failed, {title}" in done.stderr or title in done.stderr
    assert "project_side" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("xml", "code", "message"),
    [
        ("<testsuite><testcase/><testcase/></testsuite>", 0, "Tests passed: 2 passed"),
        ("<testsuite><testcase/></testsuite>", 9, "1 test ran, expected at least 2"),
        ("<testsuite/>", 9, "0 tests ran, expected at least 2"),
        ("<testsuite>", 9, "the number of tests is unknown, expected at least 2"),
        (None, 9, "the number of tests is unknown, expected at least 2"),
        (
            "<testsuite><testcase/><testcase><error/></testcase></testsuite>",
            74,
            "1 test failed, but the command",
        ),
    ],
)
def test_a_command_that_ends_with_success_is_judged_by_its_report(
    xml: str | None, code: int, message: str, python: str, root: Path
) -> None:
    write(root, {"a.xml": "<testsuite><testcase/><testcase/><testcase/></testsuite>"})
    runner = "import shop.price\n" + (f"open('a.xml', 'w').write({xml!r})\n" if xml else "")
    words = ("--test-command=python run.py", "--junit-xml=a.xml", "--min-tests=2")
    done = measure(root, python, PRICE | {"run.py": runner}, *words)
    assert done.code == code, done
    assert message in done.stderr


def test_known_tests_may_be_enough_for_min_tests(python: str, root: Path) -> None:
    lines = "pytest\npython square.py 0"
    for wanted, code in ((2, 0), (3, 9)):
        done = measure(root, python, SERIAL | SQUARE, f"--test-command={lines}", f"--min-tests={wanted}")
        assert done.code == code, done
    assert "known: 2 tests; commands without counts: 1" in done.stderr


def test_what_was_not_measured_passes_no_threshold(python: str, root: Path) -> None:
    done = measure(root, python, PRICE, "--test-command=sh -c 'echo ran'", "--fail-under=1")
    assert done.code == 64, done
    assert "fail-under needs coverage, and no test command is measured" in done.stderr
    assert "ran" not in done.stdout


def test_a_run_without_a_measured_command_reports_no_coverage(
    python: str, root: Path, tmp_path: Path
) -> None:
    done = measure(root, python, PRICE, "--test-command=sh -c true", env=on_runner(tmp_path))
    assert (done.code, outputs(tmp_path)["coverage-percent"]) == (0, ""), done
    assert "warning" not in done.stderr + done.stdout
    assert "No data to combine" not in done.stdout


def test_a_program_that_runs_no_code_of_the_project_is_told_so(python: str, root: Path) -> None:
    done = measure(root, python, PRICE | SOURCE, "--test-command=python -c 'print(1)'")
    assert done.code == 0, done
    assert "ci-kit: warning: none of the files that coverage measures ran" in done.stderr


@pytest.mark.parametrize("xml", ["", "<testsuite>", "<!DOCTYPE a><testsuite/>"])
def test_a_report_that_cannot_be_read_is_a_warning(xml: str, python: str, root: Path, tmp_path: Path) -> None:
    runner = f"import shop.price\nopen('a.xml', 'w').write({xml!r})\n"
    words = ("--test-command=python run.py", "--junit-xml=a.xml")
    done = measure(root, python, PRICE | {"run.py": runner}, *words, env=on_runner(tmp_path))
    assert (done.code, outputs(tmp_path)["tests-passed"]) == (0, ""), done
    assert "ci-kit: warning: the counts of `python run.py` are unknown: cannot read" in done.stderr
    assert "::warning title=ci-kit::the counts of `python run.py` are unknown" in done.stdout


# What cannot start


@pytest.mark.parametrize(
    ("line", "files", "code", "message"),
    [
        ("none-such -v", {}, 69, "none-such, which is neither in the project's environment nor on the PATH"),
        ("python -m none_such", {}, 69, "the project's Python has no none_such"),
        ("python -m shop", {}, 69, "shop could not start"),
        ("python -m shop.none", {}, 69, "shop.none could not start"),
        ("python square.py 0", {".coveragerc": "[run]\nbranch = perhaps\n"}, 69, "coverage could not start"),
        ("./run", {"run": "#!/none/such\n"}, 69, "cannot run ./run"),
        ("./run", {"run": "no program\n"}, 69, "cannot run ./run"),
        ("python none.py", {}, 64, "there is no none.py"),
        (
            "python -m unittest",
            {"pyproject.toml": "[tool.ci-kit]\npytest-args = '-x'\n"},
            64,
            "only pytest has a use",
        ),
    ],
)
def test_a_command_that_cannot_start_is_one_error(
    line: str, files: dict[str, str], code: int, message: str, python: str, root: Path
) -> None:
    write(root, PRICE | SQUARE | files)
    if "run" in files:
        (root / "run").chmod(0o755)
    done = measure(root, python, {}, f"--test-command={line}")
    assert done.code == code, done
    assert done.stderr.count("ci-kit: error: ") == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_dry_run_prints_the_commands(python: str, root: Path) -> None:
    write(root, PRICE | SQUARE)
    done = ci_kit(
        "run", "-C", root, "--mysql=off", f"--python={python}", "--dry-run",
        "--test-command", "pytest -x\npython -W error square.py 0\nsh -c 'exit 3'\nnone-such",
    )  # fmt: skip
    assert done.returncode == 0, done
    lines = [line for line in done.stdout.splitlines() if str(root) in line]
    assert [
        line.rpartition("coverage run ")[2].rpartition("UTC ")[2] for line in lines if "square" in line
    ] == ["square.py 0"]
    assert f"{python} -W error " in done.stdout
    assert "-m pytest -p ci_kit_results" in done.stdout
    assert "sh -c 'exit 3'" in done.stdout
    assert "none-such\n" in done.stdout
