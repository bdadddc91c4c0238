"""The releases of an action: which tags are releases, and which release a pin may move to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ci_kit.workflow.uses import Uses

Number: TypeAlias = tuple[int, int, int]

# Three numbers and nothing more: `v4` moves with every release, and `v4.0.0-beta` is a pre-release.
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)", re.ASCII)


@dataclass(frozen=True, order=True)
class Release:
    """A version tag, and the commit that it names."""

    number: Number
    tag: str
    commit: str


@dataclass(frozen=True)
class Rules:
    """Which releases are taken: also those of another ``major`` version, and only from an age in days."""

    major: bool = False
    cool_down: int = 0


@dataclass(frozen=True)
class Choice:
    """The release that a pin moves to, with its ``age`` in days; None if it stays.

    ``waiting`` are newer releases that are younger than the cool-down, each with its age. ``new_major`` is
    the newest release of a newer major version that the rules leave out.
    """

    release: Release | None = None
    age: int = 0
    waiting: tuple[tuple[Release, int], ...] = ()
    new_major: Release | None = None


def version_number(version: str) -> Number | None:
    """The number of a version such as ``v1.2.3``; None for any other text."""
    match = _VERSION.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def releases_of(tags: Mapping[str, str]) -> list[Release]:
    """The releases among tags, newest first. ``tags`` maps names to commits."""
    found = [Release(number, tag, commit) for tag, commit in tags.items() if (number := version_number(tag))]
    return sorted(found, reverse=True)


def number_of(pin: Uses, releases: list[Release]) -> Number | None:
    """The number of a pin's version, or else that of the newest release with its commit; None if unknown."""
    at_commit = (release.number for release in releases if release.commit == pin.ref)
    return version_number(pin.version) or next(at_commit, None)


def choose(
    current: Number, releases: list[Release], rules: Rules, age_of: Callable[[Release], int]
) -> Choice:
    """The newest release that the rules allow. ``age_of`` gives an age in days, and may take long."""
    newer = [release for release in releases if release.number > current]
    allowed = [release for release in newer if rules.major or release.number[0] == current[0]]
    new_major = next((release for release in newer if release not in allowed), None)
    waiting: list[tuple[Release, int]] = []
    for release in allowed:
        age = age_of(release)
        if age >= rules.cool_down:
            return Choice(release, age, tuple(waiting), new_major)
        waiting.append((release, age))
    return Choice(waiting=tuple(waiting), new_major=new_major)
