"""Sets of environments as bits of a number, and as the ranges of releases that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from harness.controller.project.matrix import Environment

Mask = int  # bit N stands for the Nth environment of the matrix
Ranges = list[list[str]]  # the first and the last release of each, both inclusive: [["1.13", "2.5"], ["2.8", "2.8"]]


class Measured(Enum):
    """What the inventory knows of a root in an environment. Only of the first kind is there any yes or no."""

    YES = "measured"
    NOT_INSTALLED = "not-installed"  # the package itself is not in the environment
    FAILED = "failed"  # the package cannot be imported
    NO = "not-measured"


@dataclass(frozen=True)
class ApiEnvironment:
    """An environment in a document: its release, and the version of the package that was measured in it."""

    id: str
    release: str
    is_variant: bool
    measured: Measured = Measured.NO
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "release": self.release,
            "variant": self.is_variant,
            "measured": self.measured.value,
            "version": self.version,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ApiEnvironment:
        return cls(data["id"], data["release"], data["variant"], Measured(data["measured"]), data["version"])

    @classmethod
    def of(cls, environment: Environment) -> ApiEnvironment:
        """One of the matrix, not measured."""
        return cls(environment.id, environment.release_label, environment.is_variant)


@dataclass(frozen=True)
class Environments:
    """The environments of a document in the matrix's order, and sets of them as masks."""

    items: tuple[ApiEnvironment, ...]

    @cached_property
    def bits(self) -> dict[str, Mask]:
        """The bit of each, by its id."""
        return {item.id: 1 << index for index, item in enumerate(self.items)}

    @cached_property
    def measured(self) -> Mask:
        return sum(self.bits[item.id] for item in self.items if item.measured is Measured.YES)

    @cached_property
    def newest(self) -> str:
        """The newest release, measured or not; empty where there is none."""
        return next((item.release for item in reversed(self.items) if not item.is_variant), "")

    def chosen(self, mask: Mask) -> Iterator[ApiEnvironment]:
        return (item for item in self.items if self.bits[item.id] & mask)

    def ranges(self, mask: Mask) -> Ranges:
        """The releases of a set as ranges. A release that is not in it, measured or not, ends a range."""
        found: Ranges = []
        follows = False
        for item in self.items:
            if item.is_variant:
                continue
            is_in = bool(self.bits[item.id] & mask)
            if is_in and follows:
                found[-1][1] = item.release
            elif is_in:
                found.append([item.release, item.release])
            follows = is_in
        return found

    def variants(self, mask: Mask) -> list[str]:
        """The ids of the variants in a set."""
        return [item.id for item in self.chosen(mask) if item.is_variant]

    def to_json(self, mask: Mask) -> dict[str, Any]:
        """A set as it stands in documents."""
        return {"ranges": self.ranges(mask), "variants": self.variants(mask)}

    def from_json(self, data: Mapping[str, Any]) -> Mask:
        """The set. Raises KeyError or ValueError for a release or a variant that is not there."""
        releases = [item for item in self.items if not item.is_variant]
        labels = [item.release for item in releases]
        mask = sum(self.bits[name] for name in data["variants"])
        for first, last in data["ranges"]:
            inside = releases[labels.index(first) : labels.index(last) + 1]
            mask |= sum(self.bits[item.id] for item in inside)
        return mask

    def moved(self, mask: Mask, to: Environments) -> Mask:
        """The same set by the bits of other environments; those that are gone are left out."""
        if self.bits == to.bits:
            return mask
        return sum(to.bits.get(item.id, 0) for item in self.chosen(mask))


def union(masks: Iterable[Mask]) -> Mask:
    """The environments that are in any of the sets."""
    total = 0
    for mask in masks:
        total |= mask
    return total


def in_words(ranges: Sequence[Sequence[str]], newest: str) -> str:
    """`1.13 to 2.5, 2.8, from 2.16 on`."""
    words = []
    for first, last in ranges:
        if last == newest and first != last:
            words.append(f"from {first} on")
        else:
            words.append(first if first == last else f"{first} to {last}")
    return ", ".join(words)
