"""The command itself: what it changes, its errors, and its exit codes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_kit.host.machine import Host
from tests.support.waiting import LIMIT
from tests.unit.init.conftest import ACTION, PROJECT, TEST, Repository
from tests.unit.support import ci_kit, snapshot, write

APP = "import os\nHOST = os.getenv('DB_HOST')\nNAME = os.getenv('DB_NAME', 'shop')\n"
SMALL = {"pyproject.toml": PROJECT, "test_it.py": TEST, "app.py": APP}


def files_of(root: Path) -> dict[str, tuple[int, bytes]]:
    return {name: found for name, found in snapshot(root).items() if not name.startswith(".git/")}


def test_a_second_init_changes_nothing_and_says_so(repository: Repository) -> None:
    assert repository.init(files=SMALL).code == 0
    before = files_of(repository.root)
    done = repository.init(action="")
    assert done.code == 0
    assert "init       everything is there: nothing to change" in done.err
    assert files_of(repository.root) == before


def test_keys_that_are_set_stay_and_only_missing_ones_are_added(repository: Repository) -> None:
    own = f"{PROJECT}\n# Ours\n[tool.ci-kit]\ndatabase = 'own' # why\nvariables = {{}}\n"
    done = repository.init(files=SMALL | {"pyproject.toml": own, ".python-version": "3.12"})
    assert done.settings() == {"database": "own", "variables": {}}
    assert (repository.root / "pyproject.toml").read_text().startswith(own)
    assert done.workflow() == {"python-versions": ["3.12"]}


def test_a_dry_run_prints_the_difference_and_writes_nothing(repository: Repository) -> None:
    before = files_of(write(repository.root, SMALL))
    done = repository.init("--dry-run")
    assert done.code == 0
    assert '+DB_HOST = "host"  # read by app.py line 2' in done.out
    assert "+++ b/.github/workflows/ci.yml" in done.out
    assert files_of(repository.root) == before
    patch = ["git", "apply", "--check", "-"]
    subprocess.run(patch, cwd=repository.root, input=done.out, text=True, check=True, timeout=LIMIT)


def test_check_fails_and_shows_what_is_missing(repository: Repository) -> None:
    before = files_of(write(repository.root, SMALL))
    done = repository.init("--check")
    assert done.code == 10
    assert "`ci-kit init` would change pyproject.toml, .github/workflows/ci.yml" in done.err
    assert '| +DB_HOST = "host"' in done.err
    assert files_of(repository.root) == before


def test_without_an_action_nothing_is_written_and_the_error_says_what_to_give(
    repository: Repository,
) -> None:
    before = files_of(write(repository.root, SMALL))
    done = repository.init(action="")
    assert done.code == 64
    assert 'give --action "OWNER/ci-kit@SHA # version"' in done.err
    assert "-> variables.DB_HOST" in done.err
    assert files_of(repository.root) == before


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README.md": "A text\n"}, "there is no Python project in"),
        ({"pyproject.toml": "["}, "cannot read"),
        (
            {"pyproject.toml": PROJECT.replace("pymysql", "psycopg"), "test_it.py": TEST},
            "the project uses PostgreSQL, and ci-kit starts only MySQL and MariaDB",
        ),
        ({"pyproject.toml": "tool = {}\n", "test_it.py": TEST, "app.py": APP}, "ci-kit cannot add keys to"),
        ({"pyproject.toml": "[tool]\nci-kit = 3\n", "test_it.py": TEST}, "is not a table"),
    ],
)
def test_what_init_cannot_do_is_one_error(
    repository: Repository, files: dict[str, str], message: str
) -> None:
    before = files_of(write(repository.root, files))
    done = repository.init()
    assert done.code == 64
    assert done.err.count("ci-kit: error: ") == 1
    assert message in done.err
    assert "Traceback" not in done.err
    assert files_of(repository.root) == before


def test_an_action_in_another_form_is_an_error(repository: Repository) -> None:
    done = repository.init(files=SMALL, action="ci-kit")
    assert done.code == 64
    assert "--action is not valid: 'ci-kit'" in done.err


def test_postgresql_is_no_error_if_the_project_says_so(repository: Repository) -> None:
    files = {"pyproject.toml": PROJECT.replace("pymysql", "psycopg") + "[tool.ci-kit]\nmysql = 'off'\n"}
    done = repository.init(files=files | {"test_it.py": TEST})
    assert done.code == 0, done.err
    assert done.settings() == {"mysql": "off"}


def test_a_project_without_tests_gets_its_workflow_and_a_warning(repository: Repository) -> None:
    done = repository.init(files={"pyproject.toml": PROJECT, "app.py": APP})
    assert done.code == 0
    assert "has no tests yet" in done.err
    assert (repository.root / ".github/workflows/ci.yml").exists()


def test_a_folder_without_git_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    done = ci_kit("init", "-C", tmp_path, "--action", ACTION)
    assert done.returncode == 0, done.stderr
    assert "is not a git repository" in done.stderr
    assert (tmp_path / ".github/workflows/ci.yml").exists()


def test_a_repository_that_git_refuses_is_read_all_the_same(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    done = repository.init(files=SMALL)
    assert done.code == 0, done.err
    assert done.settings()["database"] == "shop"


def test_both_files_are_written_or_none(repository: Repository) -> None:
    # The folder of the workflow cannot be made.
    write(repository.root, SMALL)
    (repository.root / ".github").symlink_to("nowhere")
    before = files_of(repository.root)
    done = repository.init()
    assert done.code == 69
    assert files_of(repository.root) == before


def test_an_interrupt_between_the_files_leaves_none(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(write(repository.root, SMALL))
    write_file = Host.write

    def interrupted(host: Host, path: Path, text: str, **options: Any) -> None:
        write_file(host, path, text, **options)
        if path.name == "ci.yml":
            raise KeyboardInterrupt

    monkeypatch.setattr(Host, "write", interrupted)
    assert repository.init().code == 130
    after = files_of(repository.root)
    assert {name: after[name] for name in before} == before
    assert [name for name in after if name.endswith(".yml")] == []


def test_the_mode_of_a_file_stays(repository: Repository) -> None:
    write(repository.root, SMALL)
    (repository.root / "pyproject.toml").chmod(0o600)
    assert repository.init().code == 0
    assert (repository.root / "pyproject.toml").stat().st_mode & 0o777 == 0o600


def test_a_link_out_of_the_repository_is_an_error(repository: Repository, tmp_path_factory: Any) -> None:
    outside = write(tmp_path_factory.mktemp("outside"), {"pyproject.toml": PROJECT}) / "pyproject.toml"
    write(repository.root, {"test_it.py": TEST})
    (repository.root / "pyproject.toml").symlink_to(outside)
    done = repository.init()
    assert done.code == 64
    assert "is outside the repository" in done.err
    assert outside.read_text() == PROJECT


def test_a_call_in_a_folder_of_the_project_finds_the_repository(repository: Repository) -> None:
    write(repository.root, SMALL)
    done = ci_kit("init", "--action", ACTION, cwd=repository.root)
    assert done.returncode == 0, done.stderr
    assert (repository.root / ".github/workflows/ci.yml").exists()


def test_no_line_of_a_file_is_a_command_for_a_runner(repository: Repository) -> None:
    name = "::error::x.py"
    done = repository.init("--dry-run", files=SMALL | {name: "import os\nos.getenv('MY_DB_HOST')"})
    assert done.code == 0, done.err
    assert not [line for line in (done.out + done.err).splitlines() if line.lstrip().startswith("::")]
    assert "MY_DB_HOST" in done.out


PIECES: dict[str, list[str]] = {
    "pyproject.toml": [
        PROJECT,
        f"# A comment\n{PROJECT}\n[tool.ci-kit]\n# Ours\ndatabase = 'own'\n",
        f"{PROJECT}[tool.ci-kit.workflow]\nbranches = ['a']\n\n[tool.ruff]\nline-length = 9\n",
        f"{PROJECT}[tool.ci-kit.variables]\nX = 'host'\n",
        "[tool.ruff]\nline-length = 9\n",
    ],
    "requirements.txt": ["pymysql\npytest\n", ""],
    "noxfile.py": ["import nox\n"],
    "tox.ini": ["[tox]\nenv_list = py\n[testenv]\ndeps = pytest\n"],
    "app.py": [APP, "import pymysql\npymysql.connect(host='localhost', user='root', password='1234')\n"],
    "server/requirements.txt": ["pytest\naiomysql\n"],
    "server/test_it.py": [TEST],
    "server/app.py": ["import os\nURL = os.getenv('DB_URL', 'mysql+asyncmy://a:b@c/shop')\n"],
    "compose.yaml": [
        "services:\n  db:\n    image: mysql:8.4\n    environment:\n      MYSQL_DATABASE: shop\n"
    ],
    ".python-version": ["3.12\n"],
    ".env.example": ["DB_HOST=localhost\nDB_PASSWORD=1234\n"],
    ".github/workflows/other.yml": ["on: push\njobs: {a: {runs-on: b, steps: [{run: pytest}]}}\n"],
}


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    names = draw(st.lists(st.sampled_from(sorted(PIECES)), unique=True))
    return {"test_it.py": TEST} | {name: draw(st.sampled_from(PIECES[name])) for name in names}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=repositories())
def test_a_second_init_changes_nothing_in_any_repository(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    restored_signals: None,
) -> None:
    repository = Repository(tmp_path_factory.mktemp("repository"), capsys)
    os.mkdir(repository.root / ".git")  # noqa: PTH102
    first = repository.init(files=files)
    assert first.code == 0, first.err
    for name, text in files.items():
        lines = iter((repository.root / name).read_text(encoding="utf-8").splitlines())
        assert all(any(line == other for other in lines) for line in text.splitlines()), name
    second = repository.init("--check")
    assert second.code == 0, f"{files}\n{second.err}"
