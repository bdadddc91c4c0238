"""What several workers cannot have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.testing.commands import read_commands
from ci_kit.testing.connection_files import ConnectionFile
from ci_kit.testing.parallel import require_fit, starts_debugger
from tests.unit.support import make_settings, write


def problem(root: Path, *, file: str = "", **flags: Any) -> str:
    """The message about the settings of a run with workers; empty if they fit."""
    settings = make_settings(root, **{"workers": "2"} | flags)
    files = [ConnectionFile(root / "my.cnf", file)] if file else []
    try:
        require_fit(settings, read_commands(settings), files)
    except UsageError as error:
        return "\n".join(error.lines())
    return ""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"pytest_args": ["-n4"]}, "pytest's argument -n4 both set the number of workers"),
        ({"pytest_args": ["--numprocesses=auto"]}, "pytest's argument --numprocesses=auto both set"),
        ({"pytest_args": ["--tx", "popen"]}, "pytest's argument --tx both set"),
        ({"test_command": [["python", "-m", "unittest"]]}, "only pytest has a use for this"),
        ({"mysql_port": "3307"}, "mysql-port is one address, and each worker has a server of its own"),
        ({"mysql_socket": "my.sock"}, "mysql-socket is one address"),
        ({"file": "port={port}"}, "the file my.cnf: {port} differs from worker to worker"),
        (
            {"file": "db={database}", "one_server": True},
            "the file my.cnf: {database} differs from worker to worker",
        ),
    ],
)
def test_settings_that_only_one_process_can_have_are_an_error(
    tmp_path: Path, flags: dict[str, Any], said: str
) -> None:
    assert said in problem(tmp_path, **flags)
    assert problem(tmp_path, **{**flags, "workers": "1"}) == ""


@pytest.mark.parametrize(
    "flags",
    [
        {"pytest_args": ["-x", "--dburi={url}", "{host}", "-nothing.py"]},
        {"file": "password={password} database={database}"},
        {"file": "port={port}", "one_server": True},
        {"mysql_port": "3307", "one_server": True},
        {"test_command": [["python", "-m", "unittest"], ["pytest"]]},
    ],
)
def test_what_is_equal_for_all_workers_is_allowed(tmp_path: Path, flags: dict[str, Any]) -> None:
    assert problem(tmp_path, **flags) == ""


def test_a_fixed_port_of_another_server_is_an_error_too(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ci-kit.servers.other]\nmysql-port = 3307\n"})
    assert "mysql-port came from mysql-port of [tool.ci-kit.servers.other]" in problem(tmp_path)


def test_a_debugger_is_found_among_the_arguments_of_pytest_alone(tmp_path: Path) -> None:
    def found(*commands: list[str]) -> str:
        return starts_debugger(read_commands(make_settings(tmp_path, test_command=list(commands))))

    assert found(["pytest", "--pdb"]) == "--pdb"
    assert found(["pytest"], ["pytest", "-x", "--trace"]) == "--trace"
    assert found(["pytest"], ["python", "-m", "unittest", "--pdb"]) == ""
