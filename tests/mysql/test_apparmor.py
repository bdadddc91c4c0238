"""A server with an AppArmor profile. The tests write AppArmor's files: not every kernel has AppArmor."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.client.session import open_session
from ci_kit.mysql.private import apparmor
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings
from tests.conftest import clean_environ
from tests.support.private_server import running
from tests.support.unavailable import Unavailable, skip_or_fail

PROFILE = "# a comment {\n/usr/sbin/mysqld {\n  /var/lib/mysql/** rwk,\n}\n"


@pytest.fixture
def program() -> Path:
    """The installed server program. The tests' other servers are scripts, to which no profile applies."""
    found = next(
        (path for name in ("mysqld", "mariadbd") if (path := Path("/usr/sbin", name)).exists()), None
    )
    return found or skip_or_fail(Unavailable("no server is installed: run `ci-kit mysql install`"))


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The profile folder of a kernel with AppArmor."""
    (tmp_path / "enabled").write_text("Y\n")
    folder = tmp_path / "apparmor.d"
    (folder / "disable").mkdir(parents=True)
    monkeypatch.setattr(apparmor, "_ENABLED", tmp_path / "enabled")
    monkeypatch.setattr(apparmor, "_PROFILES", folder)
    return folder


def profile_of(program: Path) -> str:
    return str(program.resolve()).strip("/").replace("/", ".")


def test_the_loader_starts_a_server_with_a_profile(program: Path, profiles: Path, tmp_path: Path) -> None:
    (profiles / profile_of(program)).write_text(PROFILE)
    host = Host(Console(verbosity=-1), clean_environ() | {"CI_KIT_CACHE": str(tmp_path / "cache")})
    server = PrivateServer(host, load_settings(tmp_path, {}, {"mysqld": str(program)}), "a password")
    with running(server) as login, open_session(host, login) as session:
        (pid,) = host.processes_with_argument(f"--socket={login.socket}")
        assert Path(f"/proc/{pid}/exe").resolve() != program.resolve()
        assert session.rows("SELECT 1") == [(1,)]


@pytest.mark.parametrize("state", ["no kernel", "switched off", "no profile", "comments", "disabled"])
def test_a_server_without_a_profile_starts_directly(program: Path, profiles: Path, state: str) -> None:
    profile = profiles / profile_of(program)
    profile.write_text(PROFILE)
    if state == "no kernel":
        (profiles.parent / "enabled").unlink()
    elif state == "switched off":
        (profiles.parent / "enabled").write_text("N\n")
    elif state == "no profile":
        profile.unlink()
    elif state == "comments":
        profile.write_text("# mariadbd is not confined {\n")
    else:
        (profiles / "disable" / profile.name).touch()
    assert apparmor.command_without_profile(program) == [str(program)]
