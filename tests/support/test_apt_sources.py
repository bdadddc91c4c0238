"""Package sources are read in both formats of apt, and a source for another suite is derived from them."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.support import apt_sources
from tests.support.apt_sources import Source
from tests.support.unavailable import Unavailable

ARCHIVE = "http://archive.example/debian"

ONE_LINE = f"""\
# deb {ARCHIVE} commented main
deb cdrom:[Debian 12]/ bookworm main
deb [arch=amd64 signed-by=/keys/a.gpg] {ARCHIVE} bookworm main contrib # trailing
deb-src {ARCHIVE} bookworm main
deb [trusted=yes] {ARCHIVE}-local ./ x
"""

DEB822 = f"""\
Types: deb deb-src
# a comment
URIs: {ARCHIVE}
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

Types: deb
URIs: {ARCHIVE}-off
Suites: bookworm
Components: main
Enabled: no
"""


@pytest.fixture(autouse=True)
def bookworm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine look like Debian 12, without a mirror in the environment."""
    release = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    monkeypatch.delenv(apt_sources.DEBIAN_MIRROR, raising=False)


def test_one_line_sources_are_read() -> None:
    assert list(apt_sources.parse_lines(ONE_LINE)) == [
        Source(ARCHIVE, "bookworm", ("main", "contrib"), "/keys/a.gpg"),
        Source(f"{ARCHIVE}-local", "./", ("x",), trusted=True),
    ]


def test_deb822_sources_keep_an_inline_key() -> None:
    first, second = apt_sources.parse_deb822(DEB822)
    assert (first.suite, second.suite) == ("bookworm", "bookworm-updates")
    assert "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n" in first.stanza()


def test_a_written_source_is_read_back_unchanged() -> None:
    source = Source(ARCHIVE, "sid", ("main",), "/keys/a.gpg", trusted=True)
    assert list(apt_sources.parse_deb822(source.stanza())) == [source]
    assert list(apt_sources.parse_lines(source.line())) == [source]


def test_another_suite_uses_the_mirror_of_the_main_archive(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(f"deb {ARCHIVE}-security bookworm-security main\n")
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    sid = apt_sources.debian("sid", tmp_path)
    assert (sid.uri, sid.suite, sid.components) == (ARCHIVE, "sid", ("main",))
    assert [source.suite for source in apt_sources.own_suites(tmp_path)] == [
        "bookworm-security",
        "bookworm",
        "bookworm-updates",
    ]


def test_without_sources_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no source of the Debian archive .* add one"):
        apt_sources.debian("sid", tmp_path)


def test_on_another_distribution_the_error_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "fedora"})
    with pytest.raises(Unavailable, match=r"on fedora: set CI_KIT_TEST_DEBIAN_MIRROR .* install apt, dpkg"):
        apt_sources.debian("sid", tmp_path)
