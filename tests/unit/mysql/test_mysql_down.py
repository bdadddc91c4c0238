"""`ci-kit mysql down --all`: the servers of all projects of this user."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.commands import down
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, new_record, own_name
from tests.unit.support import console_text, exit_code, make_host, make_settings, write

pytestmark = pytest.mark.usefixtures("cache", "restored_signals")


def kept(token: str, root: Path, folder: Path) -> Record:
    """The record of a private server of the project in ``root``: only its folder is left."""
    (folder / own_name(token)).mkdir()
    settings = make_settings(root)
    login = Endpoint("127.0.0.1", 3306, "root", "hunter2hunter2")
    record = new_record(settings, login, kind="private", token=token, place=str(folder / own_name(token)))
    store.keep(make_host(), record)
    return record


def test_the_servers_of_all_projects_end_also_without_their_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        kept(name, tmp_path / name, tmp_path)
    (tmp_path / "two").rmdir()
    host = make_host()
    down(Runner(host), None)
    assert sorted(tmp_path.glob("ci-kit-mysql-*")) == []
    assert list(store.records(host)) == []
    for name in ("one", "two"):
        assert f" of {tmp_path / name} is gone" in console_text(host)


def test_without_servers_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Neither the current folder nor settings are needed.
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert exit_code("mysql", "down", "--all") == 0
    assert capsys.readouterr().err.endswith("no server is up\n")


def test_one_that_cannot_be_ended_does_not_keep_the_others(tmp_path: Path, cache: Path) -> None:
    for name in ("a", "c"):
        kept(name, tmp_path, tmp_path)
    container = replace(kept("b", tmp_path, tmp_path), kind="docker", place=f"docker {own_name('b')}")
    store.keep(make_host(), container)
    write(tmp_path / "bin", {"docker": "#!/bin/sh\necho the engine is down >&2\nexit 1\n"})
    (tmp_path / "bin/docker").chmod(0o755)
    host = make_host({"PATH": str(tmp_path / "bin"), "CI_KIT_CACHE": str(cache)})
    with pytest.raises(UnavailableError, match="did not remove the container ci-kit-mysql-b"):
        down(Runner(host), None)
    assert [one.token for one in store.records(host)] == ["b"]
