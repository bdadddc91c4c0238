"""The package sources in this machine's apt configuration, and other sources derived from them.

No mirror is named here: a machine that can install packages has its mirrors in the configuration of apt.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.unavailable import Unavailable

ETC_APT = Path("/etc/apt")
# This keyring (package debian-archive-keyring) has the keys of all suites; that of a source may have fewer.
DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DEBIAN_MIRROR = "CI_KIT_TEST_DEBIAN_MIRROR"

_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<rest>.+)$")


@dataclass(frozen=True)
class Source:
    """An archive and one of its suites, with packages to install."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""
    trusted: bool = False

    def stanza(self) -> str:
        """The source in apt's deb822 format, limited to the package index."""
        lines = [
            "Types: deb",
            f"URIs: {self.uri}",
            f"Suites: {self.suite}",
            f"Components: {' '.join(self.components)}",
            "Targets: Packages",
        ]
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        if self.trusted:
            lines.append("Trusted: yes")
        return "\n".join(lines) + "\n"

    def line(self) -> str:
        """The source in apt's one-line format, without an inline key, which this format cannot contain."""
        options = [f"signed-by={self.signed_by}"] if self.signed_by and "\n" not in self.signed_by else []
        options += ["trusted=yes"] if self.trusted else []
        bracket = f"[{' '.join(options)}] " if options else ""
        return f"deb {bracket}{self.uri} {self.suite} {' '.join(self.components)}"


def own_suites(etc_apt: Path = ETC_APT) -> list[Source]:
    """The sources of this machine's own release: the release, updates and security suites."""
    codename = _os_release("VERSION_CODENAME")
    found = [source for source in configured(etc_apt) if codename and source.suite.startswith(codename)]
    if not found:
        raise Unavailable(f"no apt source for this machine's release under {etc_apt}: use Debian or Ubuntu")
    return found


def debian(suite: str, etc_apt: Path = ETC_APT) -> Source:
    """A suite of the Debian archive, from the mirror that this machine uses. Raises Unavailable."""
    keyring = str(DEBIAN_KEYRING) if DEBIAN_KEYRING.exists() else ""
    if mirror := os.environ.get(DEBIAN_MIRROR):
        if not keyring:
            raise Unavailable(
                f"cannot check the signatures of {DEBIAN_MIRROR}: install debian-archive-keyring"
            )
        return Source(mirror, suite, ("main",), keyring)
    if _os_release("ID") != "debian":
        raise Unavailable(
            f"no Debian archive is configured on {_os_release('ID') or platform.system()}:"
            f" set {DEBIAN_MIRROR} to the URI of one and install apt, dpkg and debian-archive-keyring"
        )
    archive = next((one for one in configured(etc_apt) if _is_main_archive(one)), None)
    if archive is None:
        raise Unavailable(
            f"no source of the Debian archive under {etc_apt}: add one, or set {DEBIAN_MIRROR} to its URI"
        )
    return replace(archive, suite=suite, components=("main",), signed_by=keyring or archive.signed_by)


def configured(etc_apt: Path = ETC_APT) -> list[Source]:
    """Every enabled source of binary packages, in the order in which apt reads them."""
    listed = [etc_apt / "sources.list", *sorted((etc_apt / "sources.list.d").glob("*.list"))]
    found = [source for file in listed if file.is_file() for source in parse_lines(file.read_text())]
    for file in sorted((etc_apt / "sources.list.d").glob("*.sources")):
        found += parse_deb822(file.read_text())
    return found


def parse_lines(text: str) -> Iterator[Source]:
    """The sources of a `.list` file."""
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#")[0].strip())
        if not match or match["uri"].startswith("cdrom:"):
            continue
        options = dict(pair.split("=", 1) for pair in (match["options"] or "").split() if "=" in pair)
        components = tuple(match["rest"].split())
        signed_by, trusted = options.get("signed-by", ""), options.get("trusted") == "yes"
        yield Source(match["uri"], match["suite"], components, signed_by, trusted)


def parse_deb822(text: str) -> Iterator[Source]:
    """The sources of a `.sources` file."""
    for paragraph in re.split(r"\n\s*\n", text):
        fields = _fields(paragraph.splitlines())
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                trusted = fields.get("trusted") == "yes"
                yield Source(uri, suite, components, fields.get("signed-by", ""), trusted)


def _fields(lines: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            # An inline key continues in lines that begin with a blank. apt needs them unchanged.
            fields[name] += f"\n{line.rstrip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _is_main_archive(source: Source) -> bool:
    suites = {_os_release("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"}
    return source.suite in suites and "main" in source.components


def _os_release(field: str) -> str:
    try:
        return platform.freedesktop_os_release().get(field, "")
    except OSError:
        return ""
