"""The split of a suite into shards: a pure function, so that each machine finds the same.

PYTEST_DONT_REWRITE, as in the package.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

# Of the mean. A shard that takes longer than this is a reason to split files.
_GOOD_ENOUGH = 1.05
# In seconds. Weights are whole numbers, because the sum of fractions depends on their order.
_UNIT = 0.0001


def weights_of(nodes: Iterable[str], seconds: Mapping[str, float]) -> dict[str, int]:
    """The weight of each test, by its node id: its usual duration in units of 0.1 ms, at least 1.

    A test without a known duration has the median of its file, or else that of all tests. If no duration is
    known, all tests have the same weight.
    """
    nodes = sorted(set(nodes))
    known = {node: max(1, round(seconds[node] / _UNIT)) for node in nodes if node in seconds}
    usual = _median(known.values()) if known else 1
    of_file: dict[str, list[int]] = {}
    for node, weight in known.items():
        of_file.setdefault(file_of(node), []).append(weight)
    medians = {file: _median(weights) for file, weights in of_file.items()}
    return {node: known.get(node) or medians.get(file_of(node), usual) for node in nodes}


def split(weights: Mapping[str, int], shards: int) -> list[list[str]]:
    """The node ids of each shard. Each test is in exactly one.

    The tests of a file stay together if the shards take about the same time so. Otherwise files are cut into
    ever smaller pieces.
    """
    mean = sum(weights.values()) / shards
    # No split is better than this.
    bound = max([_GOOD_ENOUGH * mean, *weights.values()])
    limit = sum(weights.values())
    best: list[list[str]] = [[] for _ in range(shards)]
    shortest: float | None = None
    while True:
        pieces = list(_pieces(weights, limit))
        found, longest = _deal(pieces, shards)
        if shortest is None or longest < shortest:
            best, shortest = found, longest
        if longest <= bound or len(pieces) == len(weights):
            return best
        limit = min(limit, int(2 * mean)) // 2


def file_of(node: str) -> str:
    """The file of a test, or what stands for it in the id of an item that is not Python."""
    return node.partition("::")[0]


def _pieces(weights: Mapping[str, int], limit: int) -> Iterator[tuple[int, list[str]]]:
    """The tests in pieces of one file, each with its weight: at most ``limit``, or a single test."""
    weight, piece = 0, []  # type: tuple[int, list[str]]
    # Neighbours in this order have the same class, or the same function with other parameters.
    for node in sorted(weights):
        if piece and (file_of(piece[0]) != file_of(node) or weight + weights[node] > limit):
            yield weight, piece
            weight, piece = 0, []
        piece.append(node)
        weight += weights[node]
    if piece:
        yield weight, piece


def _deal(pieces: list[tuple[int, list[str]]], shards: int) -> tuple[list[list[str]], int]:
    """Give each piece, the heaviest first, to the shard with the least; gives the weight of the heaviest."""
    dealt: list[list[str]] = [[] for _ in range(shards)]
    loads = [(0, number) for number in range(shards)]
    for weight, piece in sorted(pieces, key=lambda one: (-one[0], one[1][0])):
        load, number = loads[0]
        heapq.heapreplace(loads, (load + weight, number))
        dealt[number] += piece
    return dealt, max(load for load, _ in loads)


def _median(weights: Iterable[int]) -> int:
    ordered = sorted(weights)
    return ordered[len(ordered) // 2]
