"""The two searches, over made-up changes and versions."""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import combinations

import pytest

from harness.controller.bisect.culprits import bound_between
from harness.controller.bisect.search import Border, Judgement, find_border, minimal_subset

N = 40


class Counted:
    """Whether a set holds, and how often that was asked."""

    def __init__(self, *needed: Collection[int]) -> None:
        self.needed = [set(some) for some in needed]  # any of these is enough
        self.asked = 0

    def __call__(self, some: Collection[int]) -> bool:
        self.asked += 1
        return any(needed <= set(some) for needed in self.needed)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_subset_is_found(size: int) -> None:
    for needed in combinations(range(7), size):
        assert sorted(minimal_subset(range(7), Counted(needed))) == list(needed)


def test_questions_grow_with_the_logarithm() -> None:
    for needed in ([17], [0, 39], [3, 20, 21]):
        holds = Counted(needed)
        assert sorted(minimal_subset(range(N), holds)) == needed
        assert holds.asked <= len(needed) * (math.ceil(math.log2(N)) + 2)


def test_either_of_two_is_enough() -> None:
    assert minimal_subset(range(N), Counted([8], [30])) == [8]


def test_needless_items_are_dropped_where_more_harms() -> None:
    def holds(some: Collection[int]) -> bool:
        return 2 in some and not (5 in some and 9 not in some)

    assert minimal_subset(range(10), holds) == [2]


def judged(good_until: int, unusable: Collection[int] = ()) -> tuple[Border[int], list[int]]:
    asked: list[int] = []
    lefts: list[int] = []

    def judge(version: int, left: int) -> Judgement:
        asked.append(version)
        assert not lefts or left < lefts[-1] or unusable, "fewer with each step"
        lefts.append(left)
        if version in unusable:
            return Judgement.UNUSABLE
        return Judgement.GOOD if version <= good_until else Judgement.BAD

    return find_border(range(N), judge), asked


@pytest.mark.parametrize("good_until", [0, 1, 19, 37, 38])
def test_border_is_between_neighbours(good_until: int) -> None:
    border, asked = judged(good_until)
    assert border == Border(good_until, good_until + 1)
    assert len(asked) <= math.ceil(math.log2(N))
    assert not {0, N - 1} & set(asked), "the ends are known"


def test_unusable_versions_are_skipped_and_named() -> None:
    assert judged(20, unusable=[19, 20, 21])[0] == Border(18, 22, (19, 20, 21))
    assert judged(20, unusable=range(1, N - 1))[0] == Border(0, N - 1, tuple(range(1, N - 1)))


@pytest.mark.parametrize(
    ("last_good", "first_bad", "bound"),
    [
        ("1.26.4", "2.0.0", "x<2"),
        ("3.20.3", "4.21.0", "x<4"),
        ("1.26.4", "1.27.1", "x<1.27"),
        ("1.0", "1.0.post1", "x<1.0.post1"),
        ("2.0", "1.9", "x>=2.0"),
    ],
)
def test_bound_is_the_shortest_between(last_good: str, first_bad: str, bound: str) -> None:
    assert bound_between("x", last_good, first_bad) == bound
