"""The zone of a run, and of a machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.timezone import set_timezone
from tests.unit.making import GITHUB_HOSTED, SELF_HOSTED, make_host, make_settings, said

LOCALTIME = Path("/etc/localtime")


def another_zone() -> str:
    """A zone that this machine is not in."""
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
        # Files that lie beside the zones and are none.
        "zone.tab",
        "tzdata.zi",
        "iso3166.tab",
        # A file all right, and another name than any library looks for.
        "Asia/Seoul/",
    ],
)
@pytest.mark.parametrize("environ", [{}, GITHUB_HOSTED], ids=["laptop", "runner"])
def test_a_zone_that_does_not_exist_is_a_usage_error(
    name: str, environ: dict[str, str], tmp_path: Path
) -> None:
    host = make_host(environ, dry=True)
    with pytest.raises(UsageError) as caught:
        set_timezone(host, make_settings(tmp_path, timezone=name), Runner(host))
    assert repr(name) in caught.value.what
    assert "--timezone" in caught.value.why


@pytest.mark.parametrize("name", ["Asia/Seoul", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
@pytest.mark.parametrize("environ", [{}, SELF_HOSTED, GITHUB_HOSTED | {"ACT": "true"}])
def test_the_machine_of_somebody_keeps_its_zone(
    name: str, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = make_host(environ, dry=True)
    assert set_timezone(host, make_settings(tmp_path, timezone=name), Runner(host)) is False
    assert capsys.readouterr().out == said(host) == ""


def state() -> tuple[Path, int, str]:
    name = Path("/etc/timezone")
    return LOCALTIME.resolve(), LOCALTIME.lstat().st_mtime_ns, name.read_text() if name.exists() else ""


@pytest.mark.parametrize(
    ("environ", "flags"), [(GITHUB_HOSTED, {}), ({}, {"system_timezone": True})], ids=["runner", "told to"]
)
def test_a_dry_run_prints_how_the_machine_s_zone_is_set_and_sets_none(
    environ: dict[str, str], flags: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = another_zone()
    before = state()
    host = make_host(environ, dry=True)
    assert set_timezone(host, make_settings(tmp_path, None, timezone=zone, **flags), Runner(host)) is True
    sudo = "" if os.geteuid() == 0 else "sudo -n "
    assert capsys.readouterr().out.splitlines() == [
        f"{sudo}ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime",
        f"{sudo}tee /etc/timezone <<< '{zone}",
        "'",
    ]
    assert state() == before


def test_a_runner_that_is_told_not_to_keeps_its_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = make_host(GITHUB_HOSTED, dry=True)
    settings = make_settings(tmp_path, timezone=another_zone(), system_timezone=False)
    assert set_timezone(host, settings, Runner(host)) is False
    assert capsys.readouterr().out == ""
