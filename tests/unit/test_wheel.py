"""The wheel has what ci-kit needs outside its checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit import __version__
from ci_kit.report.document.schema import SCHEMA_FILE
from tests.support.waiting import LIMIT
from tests.unit.support import ROOT, python


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, installed by pip."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=LIMIT)
    (wheel,) = folder.glob("*.whl")
    install = [*("install", "-q", "--no-deps", "--no-compile", "--no-index"), "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", *install, "--target", str(folder / "target"), str(wheel)],
        check=True,
        timeout=LIMIT,
    )
    return folder / "target"


def test_the_templates_are_where_the_installed_code_looks(installed: Path, tmp_path: Path) -> None:
    script = (
        "import ci_kit; from ci_kit.templating import shipped_templates\n"
        "print(ci_kit.__file__, *sorted(map(str, shipped_templates().iterdir())), sep='\\n')"
    )
    done = python("-c", script, env={"PYTHONPATH": str(installed)}, cwd=tmp_path)
    code, *templates = done.stdout.splitlines()
    assert code == str(installed / "ci_kit/__init__.py")
    assert str(installed / "ci_kit/templates/summary.md.jinja") in templates
    assert {Path(path).name for path in templates} == {path.name for path in (ROOT / "templates").iterdir()}


def test_the_schema_of_a_document_is_in_the_wheel(installed: Path) -> None:
    name = SCHEMA_FILE.relative_to(ROOT)
    assert (installed / name).read_bytes() == SCHEMA_FILE.read_bytes()


def test_the_command_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = python(installed / "bin/ci-kit", "--version", env={"PYTHONPATH": str(installed)}, cwd=tmp_path)
    assert done.stdout == f"ci-kit, version {__version__}\n"


def test_the_types_are_announced(installed: Path) -> None:
    assert (installed / "ci_kit/py.typed").exists()


def test_only_the_package_is_installed(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir()) == [
        "bin",
        "ci_kit",
        f"ci_kit-{__version__}.dist-info",
    ]
