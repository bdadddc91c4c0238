"""Which program a command starts, and whether the project's Python runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.testing.commands import TestCommand, read_commands
from ci_kit.testing.programs import find_programs
from ci_kit.testing.python import Project
from tests.unit.support import console_text, make_host, make_settings, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with an environment that has a space in its path."""
    return write(tmp_path / "project", {"my env/bin/python": ""})


def find(root: Path, line: str, *, dry: bool = False, **settings_of_run: Any) -> TestCommand:
    """The command that a line of test-command means in the project's environment."""
    scripts = root / "my env" / "bin"
    host = make_host({"PATH": "/usr/bin:/bin"}, dry=dry)
    project = Project(
        ("python",), "", frozenset(), scripts=(str(scripts),), activation={"PATH": f"{scripts}:/usr/bin:/bin"}
    )
    settings = make_settings(root, test_command=line, **settings_of_run)
    (found,) = find_programs(host, settings, project, read_commands(settings))
    assert ("is not measured" in console_text(host)) is (found.kind == "program" and not dry)
    return found


def script(root: Path, start: str, folder: str = "my env/bin") -> None:
    path = write(root / folder, {"runner": f"{start}\nprint()\n"}) / "runner"
    path.chmod(0o755)


@pytest.mark.parametrize(
    "start",
    [
        "#!{bin}/python",
        "#!{bin}/python3.11 -s",
        "#! {bin}/python3",
        "#!/usr/bin/env python3",
        "#!/bin/sh\n'''exec' \"{bin}/python3\" \"$0\" \"$@\"\n' '''",
        "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''",
    ],
)
@pytest.mark.parametrize("line", ["runner -v 'a b'", "'my env/bin/runner' -v 'a b'"])
def test_a_python_script_of_the_environment_is_run_by_its_python(start: str, line: str, root: Path) -> None:
    script(root, start.format(bin=root / "my env/bin"))
    command = find(root, line)
    assert (command.kind, command.arguments) == (
        "python",
        (str(root / "my env/bin/runner"), "-v", "a b"),
    )


@pytest.mark.parametrize(
    ("start", "folder"),
    [
        ("#!/bin/sh", "my env/bin"),
        ("#!/opt/other/bin/python", "my env/bin"),
        ("#!/bin/sh\n'''exec' \"/opt/other/bin/python\" \"$0\" \"$@\"\n' '''", "my env/bin"),
        ("", "my env/bin"),
        ("\x7fELF python", "my env/bin"),
        # Not an installed script: it may start another Python than the project's.
        ("#!/usr/bin/env python3", "tools"),
    ],
)
def test_any_other_program_is_started_as_it_is(start: str, folder: str, root: Path) -> None:
    script(root, start, folder)
    assert find(root, f"'./{folder}/runner' -v").kind == "program"


def test_a_program_on_the_path_is_found(root: Path) -> None:
    assert find(root, "sh -c true").kind == "program"


@pytest.mark.parametrize("name", ["none-such", "'none such'", "🐍"])
def test_a_program_that_is_not_there_is_an_error(name: str, root: Path) -> None:
    with pytest.raises(
        UnavailableError, match="neither in the project's environment nor on the PATH"
    ) as caught:
        find(root, name)
    assert "it came from --test-command" in caught.value.why


def test_a_dry_run_accepts_a_program_that_an_environment_may_have(root: Path) -> None:
    assert find(root, "none-such", dry=True, fail_under=90).kind == "program"


def test_a_threshold_needs_a_command_that_coverage_measures(root: Path) -> None:
    with pytest.raises(UsageError, match="no test command is measured") as caught:
        find(root, "sh -c true", fail_under=90)
    assert "fail-under came from --fail-under" in caught.value.why
    assert find(root, "python -c 1", fail_under=90).measured
    assert find(root, "sh -c true", fail_under=0).kind == "program"
