"""Which tags are releases, and which release a pin moves to."""

from __future__ import annotations

import pytest

from ci_kit.pins.releases import Choice, Release, Rules, choose, number_of, releases_of, version_number
from ci_kit.workflow.uses import Uses

AGES = {"v1.0.1": 90, "v1.1.0": 20, "v1.2.0": 3, "v2.0.0": 40, "v3.0.0": 1}
RELEASES = releases_of({"v1.0.0": "a" * 40, **{tag: tag.ljust(40, "b") for tag in AGES}})


def age(release: Release) -> int:
    return AGES[release.tag]


def chosen(rules: Rules, current: tuple[int, int, int] = (1, 0, 0)) -> Choice:
    return choose(current, RELEASES, rules, age)


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("v1.2.3", (1, 2, 3)),
        ("1.2.3", (1, 2, 3)),
        ("v10.20.30", (10, 20, 30)),
        ("v4", None),
        ("v4.1", None),
        ("v1.2.3-beta.1", None),
        ("v1.2.3rc1", None),
        ("release/v1.2.3", None),
        ("main", None),
        ("v1.2.٣", None),
    ],
)
def test_a_release_has_a_tag_of_three_numbers(version: str, number: tuple[int, int, int] | None) -> None:
    assert version_number(version) == number


def test_releases_are_in_the_order_of_their_numbers() -> None:
    tags = dict.fromkeys(("v1.9.0", "v1.10.0", "v2", "v1.10.0-rc1"), "a" * 40)
    assert [release.tag for release in releases_of(tags)] == ["v1.10.0", "v1.9.0"]


@pytest.mark.parametrize(
    ("rules", "tag", "waiting", "new_major"),
    [
        (Rules(), "v1.2.0", [], "v3.0.0"),
        (Rules(cool_down=3), "v1.2.0", [], "v3.0.0"),
        (Rules(cool_down=4), "v1.1.0", ["v1.2.0"], "v3.0.0"),
        (Rules(cool_down=365), None, ["v1.2.0", "v1.1.0", "v1.0.1"], "v3.0.0"),
        (Rules(major=True), "v3.0.0", [], None),
        (Rules(major=True, cool_down=7), "v2.0.0", ["v3.0.0"], None),
    ],
)
def test_the_newest_release_of_the_right_age_and_major_version_is_taken(
    rules: Rules, tag: str | None, waiting: list[str], new_major: str | None
) -> None:
    choice = chosen(rules)
    assert (choice.release.tag if choice.release else None) == tag
    assert [release.tag for release, _ in choice.waiting] == waiting
    assert (choice.new_major.tag if choice.new_major else None) == new_major


def test_no_older_release_is_taken() -> None:
    assert chosen(Rules(major=True), (3, 0, 0)) == Choice()
    assert chosen(Rules(), (9, 0, 0)) == Choice()


def test_a_pin_without_a_full_version_has_the_number_of_its_commit() -> None:
    assert number_of(Uses("a/b", "a" * 40, "v1"), RELEASES) == (1, 0, 0)
    assert number_of(Uses("a/b", "c" * 40, "v1"), RELEASES) is None
    assert number_of(Uses("a/b", "c" * 40, "v1.0.7"), RELEASES) == (1, 0, 7)
