"""The split of a suite: a pure function of the ids and the durations."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.testing.lent.ci_kit_shard.split import file_of, split, weights_of

SHARDS = st.integers(1, 9)
NODES = st.lists(
    st.builds("{}::{}".format, st.sampled_from(["a.py", "b.py", "c/d.py"]), st.text(max_size=3)), max_size=40
)
SECONDS = st.dictionaries(st.text(max_size=6), st.floats(0, 100), max_size=10)


@st.composite
def suites(draw: st.DrawFn) -> tuple[list[str], dict[str, float]]:
    """Node ids, and the durations of some of them and of others."""
    nodes = draw(NODES)
    known = draw(st.dictionaries(st.sampled_from(nodes), st.floats(0, 100))) if nodes else {}
    return nodes, known | draw(SECONDS)


@given(suites(), SHARDS)
def test_every_test_is_in_exactly_one_shard(suite: tuple[list[str], dict[str, float]], shards: int) -> None:
    nodes, seconds = suite
    found = split(weights_of(nodes, seconds), shards)
    assert len(found) == shards
    assert sorted(node for shard in found for node in shard) == sorted(set(nodes))


@given(suites(), SHARDS, st.randoms())
def test_the_order_of_the_tests_does_not_matter(
    suite: tuple[list[str], dict[str, float]], shards: int, chance: random.Random
) -> None:
    nodes, seconds = suite
    shuffled = chance.sample(nodes, len(nodes))
    durations = dict(chance.sample([*seconds.items()], len(seconds)))
    assert split(weights_of(shuffled, durations), shards) == split(weights_of(nodes, seconds), shards)


@given(suites(), SHARDS)
def test_no_shard_takes_much_longer_than_the_mean_or_the_longest_test(
    suite: tuple[list[str], dict[str, float]], shards: int
) -> None:
    nodes, seconds = suite
    weights = weights_of(nodes, seconds)
    loads = [sum(weights[node] for node in shard) for shard in split(weights, shards)]
    mean, longest_test = sum(loads) / shards, max(weights.values(), default=0)
    # Graham 1969: a list schedule is at most the longest piece above the mean.
    assert max(loads) <= mean + longest_test


def test_files_stay_whole_if_the_shards_take_about_the_same_time_so() -> None:
    nodes = [f"test_{file}.py::test_{n}" for file in range(10) for n in range(20)]
    found = split(weights_of(nodes, {}), 5)
    assert [len(shard) for shard in found] == [40] * 5
    assert all(len({file_of(node) for node in shard}) == 2 for shard in found)


def test_a_file_that_is_too_long_is_cut() -> None:
    nodes = [f"test_long.py::test_{n}" for n in range(90)] + [f"test_{n}.py::test_a" for n in range(10)]
    found = split(weights_of(nodes, {}), 5)
    assert max(len(shard) for shard in found) <= 21
    # Few pieces, because each one may need the fixtures of its file again.
    assert sum(any("test_long" in node for node in shard) for shard in found) <= 5


def test_parameters_of_one_test_stay_together() -> None:
    nodes = [f"test_a.py::test_{name}[{n}]" for name in "abcd" for n in range(25)]
    found = split(weights_of(nodes, {}), 4)
    assert [len({node.partition("[")[0] for node in shard}) for shard in found] == [1] * 4


def test_a_new_test_has_the_usual_duration_of_its_file() -> None:
    seconds = {"a.py::old": 2.0, "a.py::older": 2.0, "b.py::fast": 0.1, "b.py::faster": 0.1, "b.py::x": 0.1}
    weights = weights_of([*seconds, "a.py::new", "c.py::in_a_new_file"], seconds)
    assert weights["a.py::new"] == weights["a.py::old"] == 20_000
    assert weights["c.py::in_a_new_file"] == weights["b.py::fast"]


def test_durations_that_are_longer_count_more() -> None:
    seconds = {f"test_{n}.py::test": float(n) for n in range(1, 11)}
    weights = weights_of(seconds, seconds)
    loads = [sum(seconds[node] for node in shard) for shard in split(weights, 5)]
    assert loads == [11.0] * 5


@pytest.mark.parametrize("shards", [1, 2, 300])
def test_more_shards_than_tests_leave_some_empty(shards: int) -> None:
    found = split(weights_of(["a.py::test"], {}), shards)
    assert sorted(map(len, found)) == [0] * (shards - 1) + [1]
    assert split({}, shards) == [[]] * shards
