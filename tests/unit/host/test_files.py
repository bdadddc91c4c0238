"""Files and folders that the host writes and removes, and the folders that it uses."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.host.files import is_own
from tests.support.waiting import LIMIT
from tests.unit.support import make_host

HOME_OF_THIS_USER = pwd.getpwuid(os.getuid()).pw_dir


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
@pytest.mark.parametrize("exists", [True, False])
def test_a_written_file_has_its_text_and_mode(mode: int, exists: bool, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if exists:
        path.write_text("before")
        path.chmod(0o640)
    make_host().write(path, "한\r\n", mode=mode)
    assert path.read_bytes() == "한\r\n".encode()
    assert path.stat().st_mode & 0o777 == mode
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        make_host().write(path, "x" * 100_000 + "\udcff")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_still_reads_the_old_file_during_a_write(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with path.open() as reader:
        make_host().write(path, "after")
        assert reader.read() == "before"
    assert path.read_text() == "after"


def test_text_is_appended(tmp_path: Path) -> None:
    host = make_host()
    host.append(tmp_path / "file", "one\n")
    host.append(tmp_path / "file", "two\n")
    assert (tmp_path / "file").read_text() == "one\ntwo\n"


def test_a_new_folder_has_its_mode(tmp_path: Path) -> None:
    make_host().make_dir(tmp_path / "a" / "b", mode=0o700)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["file", "tree", "missing", "link"])
def test_a_path_is_removed_and_the_target_of_a_link_stays(name: str, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "leaf").write_text("leaf\n")
    (tmp_path / "file").write_text("file\n")
    (tmp_path / "link").symlink_to(tmp_path / "tree")
    make_host().remove(tmp_path / name)
    assert not os.path.lexists(tmp_path / name)
    assert name == "tree" or (tmp_path / "tree" / "leaf").exists()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"CI_KIT_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/ci-kit"),
        ({"HOME": "/h"}, "/h/.cache/ci-kit"),
        ({"CI_KIT_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/ci-kit"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/ci-kit"),
        ({"HOME": ""}, f"{HOME_OF_THIS_USER}/.cache/ci-kit"),
        ({"HOME": "."}, f"{HOME_OF_THIS_USER}/.cache/ci-kit"),
        ({"HOME": "~"}, f"{HOME_OF_THIS_USER}/.cache/ci-kit"),
        ({}, f"{HOME_OF_THIS_USER}/.cache/ci-kit"),
    ],
)
def test_the_cache_folder_is_the_user_s(environ: dict[str, str], expected: str) -> None:
    assert make_host(environ).cache_root() == Path(expected)


def test_a_user_without_a_home_is_told_what_to_set() -> None:
    if os.geteuid():
        pytest.skip("only root can run a program as a user without a home")
    imports = "import os; from ci_kit.host.files import cache_root"
    done = subprocess.run(
        [sys.executable, "-c", f"{imports}; os.setuid(54321); cache_root({{'HOME': ''}})"],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert "UnavailableError: this user has no home folder" in done.stderr


@pytest.mark.parametrize(
    ("mode", "own"), [(0o700, True), (0o755, True), (0o444, True), (0o775, False), (0o777, False)]
)
def test_only_what_others_cannot_change_is_own(mode: int, own: bool, tmp_path: Path) -> None:
    for path in (tmp_path / "file", tmp_path / "folder"):
        path.touch() if path.name == "file" else path.mkdir()
        path.chmod(mode)
        assert is_own(path) == own
        link = path.with_name(f"{path.name}-link")
        link.symlink_to(path)
        assert not is_own(link)
    assert not is_own(tmp_path / "missing")
    assert is_own(Path("/usr/bin/env")) == (os.geteuid() == 0 and not Path("/usr/bin/env").is_symlink())


def test_temporary_files_are_in_the_job_s_folder_on_a_runner() -> None:
    assert make_host({"RUNNER_TEMP": "/runner/temp"}).temporary_root() == Path("/runner/temp")
