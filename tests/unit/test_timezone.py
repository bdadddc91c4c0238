"""The time zone of a machine: which zones exist, and when ci-kit sets one."""

from __future__ import annotations

import os
import zoneinfo
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.timezone import set_timezone
from tests.unit.support import GITHUB_HOSTED, SELF_HOSTED, console_text, make_host, make_settings

LOCALTIME = Path("/etc/localtime")


def another_zone() -> str:
    """A zone other than this machine's."""
    zones = ("Asia/Seoul", "America/Lima")
    return next(zone for zone in zones if LOCALTIME.resolve() != Path("/usr/share/zoneinfo", zone).resolve())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Asia",
        "../../etc/passwd",
        "../zoneinfo/UTC",
        "Asia/../UTC",
        "/etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Asia/Soul",
        "UTC\n",
        "UTC\x00",
        "$(date)",
        "Asia/Seoul; id",
        ":UTC",
        # Files in the zone folder that are not zones.
        "zone.tab",
        "tzdata.zi",
        "iso3166.tab",
        # The path of a zone file, but not the name of a zone.
        "Asia/Seoul/",
    ],
)
@pytest.mark.parametrize("environ", [{}, GITHUB_HOSTED], ids=["laptop", "runner"])
def test_an_unknown_zone_is_a_usage_error(name: str, environ: dict[str, str], tmp_path: Path) -> None:
    host = make_host(environ, dry=True)
    with pytest.raises(UsageError) as caught:
        set_timezone(make_settings(tmp_path, timezone=name), Runner(host))
    assert repr(name) in caught.value.what
    assert "--timezone" in caught.value.why


def test_a_machine_without_zone_files_is_told_to_install_them(tmp_path: Path) -> None:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path / "zoneinfo")])
    host = make_host({}, dry=True)
    try:
        with pytest.raises(UnavailableError) as caught:
            set_timezone(make_settings(tmp_path, timezone="Asia/Seoul"), Runner(host))
    finally:
        zoneinfo.reset_tzpath(before)
    assert caught.value.what == "this machine has no time zone files"
    assert str(tmp_path / "zoneinfo") in caught.value.why
    assert "tzdata" in caught.value.todo


@pytest.mark.parametrize(
    ("environ", "flags", "in_file", "set_it"),
    [
        (SELF_HOSTED, {}, "true", True),
        ({}, {}, "true", False),
        ({}, {"system_timezone": True}, "false", True),
        (GITHUB_HOSTED, {}, "false", False),
        ({"CI_KIT_DISPOSABLE_MACHINE": "true"}, {}, "", True),
    ],
    ids=["self-hosted, file", "laptop, file", "laptop, flag", "runner, file", "disposable"],
)
def test_a_project_s_file_sets_the_zone_of_ci_machines_only(
    environ: dict[str, str], flags: dict[str, object], in_file: str, set_it: bool, tmp_path: Path
) -> None:
    line = f"system-timezone = {in_file}\n" if in_file else ""
    (tmp_path / "pyproject.toml").write_text(f"[tool.ci-kit]\n{line}")
    host = make_host(environ, dry=True)
    settings = make_settings(tmp_path, environ, timezone=another_zone(), **flags)
    assert set_timezone(settings, Runner(host)) is set_it


@pytest.mark.parametrize("name", ["Asia/Seoul", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
@pytest.mark.parametrize("environ", [{}, SELF_HOSTED, GITHUB_HOSTED | {"ACT": "true"}])
def test_a_machine_that_is_not_disposable_keeps_its_zone(
    name: str, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = make_host(environ, dry=True)
    assert set_timezone(make_settings(tmp_path, timezone=name), Runner(host)) is False
    assert capsys.readouterr().out == console_text(host) == ""


def state() -> tuple[Path, int, str]:
    name = Path("/etc/timezone")
    return LOCALTIME.resolve(), LOCALTIME.lstat().st_mtime_ns, name.read_text() if name.exists() else ""


@pytest.mark.parametrize(
    ("environ", "flags"), [(GITHUB_HOSTED, {}), ({}, {"system_timezone": True})], ids=["runner", "flag"]
)
def test_a_dry_run_prints_the_commands_that_set_the_zone(
    environ: dict[str, str], flags: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = another_zone()
    before = state()
    host = make_host(environ, dry=True)
    assert set_timezone(make_settings(tmp_path, None, timezone=zone, **flags), Runner(host)) is True
    sudo = "" if os.geteuid() == 0 else "sudo -n "
    assert capsys.readouterr().out.splitlines() == [
        f"{sudo}ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime",
        f"{sudo}tee /etc/timezone <<< '{zone}",
        "'",
    ]
    assert state() == before


def test_system_timezone_false_keeps_a_runner_s_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = make_host(GITHUB_HOSTED, dry=True)
    settings = make_settings(tmp_path, timezone=another_zone(), system_timezone=False)
    assert set_timezone(settings, Runner(host)) is False
    assert capsys.readouterr().out == ""


def test_a_folder_of_zones_without_files_is_a_machine_without_zone_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path),))
    with pytest.raises(UnavailableError) as caught:
        set_timezone(make_settings(tmp_path, timezone="Asia/Seoul"), Runner(make_host()))
    assert "tzdata" in caught.value.todo
