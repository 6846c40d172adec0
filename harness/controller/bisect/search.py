"""The two searches: which of many changes matter, and at which of many versions an outcome changes. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Judgement(Enum):
    """Whether an outcome is that of the good side. UNUSABLE: the packages cannot be installed together."""

    GOOD = "good"
    BAD = "bad"
    UNUSABLE = "unusable"


def minimal_subset(items: Sequence[T], holds: Callable[[Collection[T]], bool]) -> list[T]:
    """A subset that holds, and without any one of its items no longer does. The whole must hold, and nothing not.

    `holds` is asked about k * log2(n) times for k items of n: the shortest prefix that holds ends with an item that
    is needed; with this one set, the same is asked of what stands before it. Classical delta debugging needs k^2.
    """
    needed: list[T] = []
    before = list(items)
    while before:
        fails, works = 0, len(before)  # lengths of prefixes
        while works - fails > 1:
            middle = (fails + works) // 2
            if holds([*needed, *before[:middle]]):
                works = middle
            else:
                fails = middle
        needed.append(before[works - 1])
        if holds(needed):
            break
        before = before[: works - 1]
    return without_needless(needed, holds)


def without_needless(items: Sequence[T], holds: Callable[[Collection[T]], bool]) -> list[T]:
    """Those of the items that are needed: where more of them do not always help, one found early may not be."""
    needed = list(items)
    for item in items:
        rest = [other for other in needed if other is not item]
        if rest and holds(rest):
            needed = rest
    return needed


@dataclass(frozen=True)
class Border(Generic[T]):
    """Two neighbours: the last version that is good, and the first that is bad. `skipped` between them are unusable."""

    last_good: T
    first_bad: T
    skipped: tuple[T, ...] = ()


def find_border(versions: Sequence[T], judge: Callable[[T, int], Judgement], guesses: Collection[T] = ()) -> Border[T]:
    """The border in versions of which the first is known to be good and the last to be bad; these are not asked.

    `judge` is given a version, and how many more follow it at most if all of them can be installed. `guesses`, such as
    the border of a similar question, are asked first.
    """
    good, bad = 0, len(versions) - 1
    unusable: set[int] = set()
    while True:
        between = [n for n in range(good + 1, bad) if n not in unusable]
        if not between:
            skipped = tuple(versions[n] for n in range(good + 1, bad))
            return Border(versions[good], versions[bad], skipped)
        guessed = [n for n in between if versions[n] in guesses]
        middle = min(guessed or between, key=lambda n: abs(2 * n - good - bad))
        larger_half = max(sum(n < middle for n in between), sum(n > middle for n in between))
        judgement = judge(versions[middle], larger_half.bit_length())
        if judgement is Judgement.GOOD:
            good = middle
        elif judgement is Judgement.BAD:
            bad = middle
        else:
            unusable.add(middle)
