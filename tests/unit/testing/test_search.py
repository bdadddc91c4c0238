"""The order of the search for the project's Python. tests/unit/managers has the managers' own programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.search import Interpreter, find_interpreter
from tests.unit.support import make_host, make_settings, write
from tests.unit.testing.environments import make_environment, make_programs

NOTHING = "the project has no environment"


@dataclass
class World:
    """A repository, a folder of programs and an environment elsewhere."""

    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    def find(
        self, project: str = ".", environ: dict[str, str] | None = None, python: str = ""
    ) -> Interpreter:
        """The Python for a folder of the repository; ``{w}`` in a variable stands for the world's folder."""
        path = {"PATH": str(self.folder / "bin")}
        given = {name: value.format(w=self.folder) for name, value in (environ or {}).items()}
        return find_interpreter(
            make_host(path | given), make_settings(self.repository / project, python=python)
        )

    def relative(self, found: Interpreter) -> str:
        assert len(found.command) == 1
        return found.command[0].replace(f"{self.repository}/", "").replace(f"{self.folder}/", "/w/")


@pytest.fixture
def world(tmp_path: Path) -> World:
    make_programs(tmp_path / "bin", "python3", "python")
    make_environment(tmp_path / "elsewhere")
    write(tmp_path / "repository", {".git/HEAD": "", "packages/api/app.py": ""})
    return World(tmp_path)


VIRTUAL_ENV = {"VIRTUAL_ENV": "{w}/elsewhere"}
ELSEWHERE = "/w/elsewhere/bin/python"


@pytest.mark.parametrize(
    ("files", "environments", "environ", "expected", "why"),
    [
        # An active environment of the project comes first.
        ([], [".venv", "other"], {"VIRTUAL_ENV": "{w}/repository/other"}, "other", "active, VIRTUAL_ENV"),
        ([], [".venv", ".tox/a"], {"VIRTUAL_ENV": "{w}/repository/.tox/a"}, ".tox/a", "active, VIRTUAL_ENV"),
        ([], [".venv", "conda"], {"CONDA_PREFIX": "{w}/repository/conda"}, "conda", "active, CONDA_PREFIX"),
        ([], [".venv"], VIRTUAL_ENV | {"HATCH_ENV_ACTIVE": "a"}, ELSEWHERE, "active, VIRTUAL_ENV"),
        ([], [".venv"], VIRTUAL_ENV | {"PIPENV_ACTIVE": "1"}, ELSEWHERE, "active, VIRTUAL_ENV"),
        # An environment of the project comes before an active one elsewhere.
        (["uv.lock"], [".venv"], VIRTUAL_ENV, ".venv", "uv, uv.lock"),
        ([], [".venv"], VIRTUAL_ENV, ".venv", ".venv"),
        ([], ["venv"], VIRTUAL_ENV, "venv", "venv"),
        ([], ["env"], {}, "env", "env"),
        ([], ["env", "venv", ".venv"], {}, ".venv", ".venv"),
        (["env/dev.env", "venv/readme"], [], {}, "/w/bin/python3", f"on the PATH; {NOTHING}"),
        # One that tox or nox made does not: several with names are there, and one is chosen.
        (["tox.ini"], [".tox/py"], VIRTUAL_ENV, ELSEWHERE, f"active, VIRTUAL_ENV; {NOTHING}"),
        (["tox.ini"], [".tox/py"], {}, ".tox/py", "tox"),
        (["noxfile.py"], [".nox/lint", ".nox/tests-3-12"], {}, ".nox/tests-3-12", "nox"),
        (["noxfile.py"], [".nox/tests", "venv"], {}, "venv", "venv"),
        # Elsewhere.
        (["uv.lock"], [], VIRTUAL_ENV, ELSEWHERE, "active, VIRTUAL_ENV; no environment for uv.lock"),
        ([], [], {"CONDA_PREFIX": "{w}/elsewhere"}, ELSEWHERE, f"active, CONDA_PREFIX; {NOTHING}"),
        (
            [],
            [],
            {"CONDA_PREFIX": "{w}/elsewhere", "CONDA_DEFAULT_ENV": "base"},
            "/w/bin/python3",
            f"on the PATH; {NOTHING}",
        ),
        ([], [], {"VIRTUAL_ENV": "{w}/removed"}, "/w/bin/python3", f"on the PATH; {NOTHING}"),
        (["tox.ini"], [], {}, "/w/bin/python3", f"on the PATH; {NOTHING}"),
        # pip installs into any Python.
        (
            ["requirements.txt"],
            [],
            {},
            "/w/bin/python3",
            "on the PATH; no environment for requirements.txt",
        ),
        (
            ["requirements.txt", "poetry.lock"],
            [],
            {},
            "/w/bin/python3",
            "on the PATH; no environment for poetry.lock and requirements.txt",
        ),
        # Two lock files: the one that has an environment.
        (["poetry.lock", "uv.lock"], [".venv"], {}, ".venv", "Poetry, poetry.lock"),
        (
            ["poetry.lock", "uv.lock"],
            ["elsewhere"],
            {"UV_PROJECT_ENVIRONMENT": "elsewhere"},
            "elsewhere",
            "uv, uv.lock",
        ),
        (
            ["uv.lock"],
            [".venv", "own"],
            {"UV_PROJECT_ENVIRONMENT": "{w}/repository/own"},
            "own",
            "uv, uv.lock",
        ),
    ],
)
def test_the_order_of_the_search(
    files: list[str],
    environments: list[str],
    environ: dict[str, str],
    expected: str,
    why: str,
    world: World,
) -> None:
    write(world.repository, dict.fromkeys(files, ""))
    for name in environments:
        make_environment(world.repository / name)
    found = world.find(environ=environ)
    assert world.relative(found).removesuffix("/bin/python") == expected.removesuffix("/bin/python")
    assert found.why == why


def test_the_setting_comes_first(world: World) -> None:
    make_environment(world.repository / ".venv")
    found = world.find(python="hatch run python", environ=VIRTUAL_ENV)
    assert found.command == ("hatch", "run", "python")
    assert found.why == "--python"


@pytest.mark.parametrize(
    ("files", "environments", "expected", "why"),
    [
        # uv: one lock file and one environment for the whole workspace.
        (["uv.lock", "packages/api/pyproject.toml"], [".venv"], ".venv", "uv, ../../uv.lock"),
        (["pdm.lock"], [".venv"], ".venv", "../../.venv"),
        ([], ["packages/venv"], "packages/venv", "../venv"),
        # The nearest.
        (["uv.lock"], [".venv", "packages/api/.venv"], "packages/api/.venv", ".venv"),
        (["uv.lock"], [".venv", "packages/api/env"], "packages/api/env", "env"),
        (["tox.ini"], [".tox/py", "packages/.venv"], "packages/.venv", "../.venv"),
        (["packages/api/requirements.txt"], [".venv"], ".venv", "../../.venv"),
        # Environments of other packages, and beside the repository.
        ([], ["packages/web/.venv", "../.venv"], "/w/bin/python3", f"on the PATH; {NOTHING}"),
    ],
)
def test_the_search_goes_up_to_the_repository_s_root(
    files: list[str], environments: list[str], expected: str, why: str, world: World
) -> None:
    write(world.repository, dict.fromkeys(files, ""))
    for name in environments:
        make_environment(world.repository / name)
    found = world.find("packages/api")
    assert world.relative(found).removesuffix("/bin/python") == expected
    assert found.why == why


@pytest.mark.parametrize(
    ("active", "expected"),
    [
        ("repository/.venv", "active, VIRTUAL_ENV"),
        ("repository/packages/api/local", "active, VIRTUAL_ENV"),
        ("repository/.tox/py", "active, VIRTUAL_ENV"),
        ("repository/packages/.nox/tests", "active, VIRTUAL_ENV"),
        # Of another package.
        ("repository/packages/web/.venv", "venv"),
    ],
)
def test_an_active_environment_belongs_to_the_projects_below_its_folder(
    active: str, expected: str, world: World
) -> None:
    make_environment(world.folder / active)
    make_environment(world.repository / "packages/api/venv")
    found = world.find("packages/api", {"VIRTUAL_ENV": f"{{w}}/{active}"})
    assert found.why == expected


def test_ci_kit_s_own_environment_is_not_the_project_s(world: World) -> None:
    make_environment(world.repository / ".tox/py")
    environ = {"VIRTUAL_ENV": sys.prefix}
    assert world.find(environ=environ).why == "tox"
    write(world.repository, {"uv.lock": ""})
    (world.repository / ".tox").rename(world.folder / "away")
    with pytest.raises(UnavailableError, match="uv is not installed"):
        world.find(environ=environ)


@pytest.mark.parametrize(
    ("file", "program", "command"),
    [
        ("poetry.lock", "poetry", "poetry install"),
        ("uv.lock", "uv", "uv sync"),
        ("pdm.lock", "pdm", "pdm install"),
        ("Pipfile.lock", "pipenv", "pipenv sync --dev"),
    ],
)
@pytest.mark.parametrize("project", [".", "packages/api"])
def test_a_lock_file_without_its_environment_is_an_error_with_the_command(
    file: str, program: str, command: str, project: str, world: World
) -> None:
    write(world.repository, {file: ""})
    with pytest.raises(UnavailableError) as caught:
        world.find(project)
    root = world.repository
    # In a workspace, uv installs the package in whose folder it runs.
    where = root / project if program == "uv" else root
    shown = file if project == "." else f"../../{file}"
    assert f"{program} is not installed" in caught.value.what.lower()
    assert f"the project has {shown}" in caught.value.why
    assert f"`pipx install {program}`" in caught.value.todo
    assert f"type `{command}` in {where}" in caught.value.todo

    make_programs(world.folder / "bin", program)
    with pytest.raises(UnavailableError, match="the project's environment does not exist") as caught:
        world.find(project)
    assert f"type `{command}` in {where}" in caught.value.todo
    assert "pipx" not in caught.value.todo


@pytest.mark.parametrize(
    ("files", "name", "command"),
    [
        (["uv.lock"], ".venv", "rm -r .venv && uv sync"),
        (["poetry.lock"], ".venv", "rm -r .venv && poetry install"),
        (["requirements.txt"], ".venv", "rm -r .venv && python3 -m venv .venv"),
        ([], "venv", "rm -r venv && python3 -m venv venv"),
    ],
)
def test_an_environment_whose_python_was_removed_is_an_error(
    files: list[str], name: str, command: str, world: World
) -> None:
    write(world.repository, dict.fromkeys(files, ""))
    make_environment(world.repository / name).unlink()
    with pytest.raises(UnavailableError, match=f"the project's {name} has no Python") as caught:
        world.find()
    assert command in caught.value.todo


def test_pipenv_is_the_manager_of_a_project_without_a_lock_file(world: World) -> None:
    write(world.repository, {"Pipfile": ""})
    assert world.find().why == f"on the PATH; {NOTHING}"
    make_environment(world.repository / ".venv")
    assert world.find().why == ".venv"
