"""The names of a module and of its functions: what each may stand for, release by release."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from harness.controller.api.environments import Mask, union
from harness.controller.scan.reading.uses import Target

Meant = TypeVar("Meant", Target, "ast.AST | None")
Values = Mapping["ast.AST | None", Mask]  # the expression or the function that a name was given; None: not known


@dataclass(frozen=True)
class Binding:
    """What a name may stand for, and what it may have been given, each in which releases."""

    targets: Mapping[Target, Mask]
    values: Values

    @classmethod
    def merged(cls, parts: Iterable[tuple[Binding, Mask]]) -> Binding:
        """What any of several bindings says, each within its releases."""
        given = list(parts)
        return cls(
            merged((binding.targets, mask) for binding, mask in given),
            merged((binding.values, mask) for binding, mask in given),
        )


Bindings = Mapping[str, Binding]


@dataclass(frozen=True)
class BranchEnd:
    """The names of a scope at the end of a branch, and the releases that get there."""

    names: Bindings
    reach: Mask


class Scopes:
    """A scope in those around it. A scope of a class is not seen from the functions in it."""

    def __init__(self, around: Scopes | None = None, is_class: bool = False) -> None:
        self._around = around
        self._is_class = is_class
        self._elsewhere: set[str] = set()
        self.names: dict[str, Binding] = {}

    def inner(self, is_class: bool = False) -> Scopes:
        around = self._around if self._is_class and not is_class else self
        return Scopes(around, is_class)

    def bind(self, name: str, meaning: Mapping[Target, Mask], reach: Mask, value: ast.AST | None = None) -> None:
        """Bind a name in the releases of `reach`; in the others it stands for what it did."""
        found = Binding(merged([(meaning, reach)]), {value: reach})
        if name in self._elsewhere and self._around is not None:
            self._around.may_bind(name, found)
            return
        before = self.names.get(name)
        self.names[name] = Binding.merged([(before, ~reach), (found, -1)]) if before else found

    def may_bind(self, name: str, found: Binding) -> None:
        """A function that may or may not have run binds a name of a scope around it."""
        holder = self._holder(name) or self._outermost
        before = holder.names.get(name)
        holder.names[name] = Binding.merged([(before, -1), (found, -1)]) if before else found

    def branch_end(self, reach: Mask) -> BranchEnd:
        """The names at this point, which the releases of `reach` get to."""
        return BranchEnd(dict(self.names), reach)

    def declare_elsewhere(self, names: Iterable[str]) -> None:
        """These names are those of a scope around this one, by `global` or `nonlocal`."""
        self._elsewhere |= set(names)

    def join(self, endings: Iterable[BranchEnd]) -> None:
        """Go on where branches meet: a name may stand for what it does at the end of any that is reached."""
        branches = list(endings)
        nowhere = ~union(ending.reach for ending in branches)  # releases that end in all branches
        found = dict(branches[0].names) if branches else {}
        for name in {name for ending in branches for name in ending.names}:
            bindings = [(ending.names[name], ending.reach) for ending in branches if name in ending.names]
            first = bindings[0][0]
            if len(bindings) == len(branches) and all(binding is first for binding, _ in bindings):
                continue
            found[name] = Binding.merged((binding, reach | nowhere) for binding, reach in bindings)
        self.names = found

    def forget(self, names: Iterable[str], reach: Mask) -> None:
        """It is not sure any more what was assigned to these names."""
        unknown = Binding({}, {None: reach})
        for name in self.names.keys() & set(names):
            self.names[name] = Binding.merged([(self.names[name], -1), (unknown, -1)])

    def find(self, name: str) -> Mapping[Target, Mask] | None:
        """What a name may stand for; None if nothing binds it."""
        scope = self._holder(name)
        return None if scope is None else scope.names[name].targets

    def values(self, name: str) -> Values:
        """What may have been assigned to a name."""
        scope = self._holder(name)
        return {} if scope is None else scope.names[name].values

    @property
    def _outermost(self) -> Scopes:
        return self if self._around is None else self._around._outermost

    def _holder(self, name: str) -> Scopes | None:
        scope: Scopes | None = self
        while scope is not None and name not in scope.names:
            scope = scope._around
        return scope


def merged(parts: Iterable[tuple[Mapping[Meant, Mask], Mask]]) -> Mapping[Meant, Mask]:
    """What any of several parts has, each within its releases."""
    found: dict[Meant, Mask] = {}
    for masks, within in parts:
        for key, mask in masks.items():
            if mask & within:
                found[key] = found.get(key, 0) | (mask & within)
    return found
