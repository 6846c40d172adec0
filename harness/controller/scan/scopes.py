"""The names of a module and of its functions: what each stands for, release by release."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from harness.controller.api.environments import Mask
from harness.controller.scan.uses import Target


class Scopes:
    """A scope in those around it. A scope of a class is not seen from the functions in it."""

    def __init__(self, around: Scopes | None = None, is_class: bool = False) -> None:
        self._around = around
        self._is_class = is_class
        self._meanings: dict[str, dict[Target, Mask]] = {}
        self._values: dict[str, ast.expr | None] = {}

    def inner(self, is_class: bool = False) -> Scopes:
        around = self._around if self._is_class and not is_class else self
        return Scopes(around, is_class)

    def bind(self, name: str, meaning: Mapping[Target, Mask], reach: Mask, value: ast.expr | None = None) -> None:
        """Bind a name in the releases of `reach`; in the others it stands for what it did."""
        kept = {target: mask & ~reach for target, mask in self._meanings.get(name, {}).items() if mask & ~reach}
        for target, mask in meaning.items():
            if mask & reach:
                kept[target] = kept.get(target, 0) | (mask & reach)
        self._meanings[name] = kept
        # Of several assignments none is sure to be the one that counts.
        self._values[name] = value if name not in self._values else None

    def find(self, name: str) -> Mapping[Target, Mask] | None:
        """What a name stands for; None if nothing binds it."""
        scope = self._holder(name)
        return None if scope is None else scope._meanings[name]

    def assigned(self, name: str) -> ast.expr | None:
        """The one expression that is assigned to a name."""
        scope = self._holder(name)
        return None if scope is None else scope._values[name]

    def _holder(self, name: str) -> Scopes | None:
        scope: Scopes | None = self
        while scope is not None and name not in scope._meanings:
            scope = scope._around
        return scope
