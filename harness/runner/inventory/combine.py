"""The answers and the objects of one environment as one document."""

from __future__ import annotations

from typing import Any

from harness.contract.inventory import InventoryRequest, is_yes
from harness.runner.inventory.findings import Answers

_FORMS = ("import", "attribute")


class Unanswered(Exception):
    """A question was put and has no answer: the measuring code has a fault."""


class _Interned:
    """Values, each kept once; `index` gives its number."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[str, int] = {}

    def index(self, value: Any) -> int:
        number = self._numbers.setdefault(repr(value), len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


def combine(request: InventoryRequest, reached: Answers, objects: Answers) -> dict[str, Any]:
    """The document: every name with both answers, and the number of what is behind it, by form where they differ."""
    interned = _Interned()
    names = {}
    for module, asked in sorted(_asked(request, reached).items()):
        rows = {}
        for name in sorted(asked):
            row = {form: _fact(reached, form, module, name) for form in _FORMS}
            found = {form: _thing(objects, form, module, name) for form in _FORMS}
            if found["import"] is not None:
                row["object"] = interned.index(found["import"])
            if found["attribute"] is not None and found["attribute"] != found["import"]:
                row["attribute_object"] = interned.index(found["attribute"])
            rows[name] = row
        names[module] = rows
    return {
        "roots": request.roots,
        "packages": {top: _package(reached, top) for top in request.tops},
        "failed": {
            module: why for part in (reached, objects) for module, why in part.get("failed", {}).get("", {}).items()
        },
        "objects": interned.values,
        "names": names,
    }


def _asked(request: InventoryRequest, reached: Answers) -> dict[str, set[str]]:
    """The names by module that were asked for: those of a module in a root that is not there among them."""
    asked: dict[str, set[str]] = {root: {""} for root in request.roots}
    for module, listed in request.asked.items():
        asked.setdefault(module, set()).update(listed)
    for form in _FORMS:
        for module, facts in reached.get(form, {}).items():
            asked.setdefault(module, set()).update(facts)
            if module not in request.roots:
                asked[module].discard("")
                package, _, name = module.rpartition(".")
                asked.setdefault(package, set()).add(name)
    return {module: found for module, found in asked.items() if found and request.root_of(module)}


def _fact(reached: Answers, form: str, module: str, name: str) -> Any:
    """The answer for a name: its module's, or, of a module that is only there once it is imported, its own.

    In a module that was asked for and cannot be reached, nothing can be: the one answer that needs no question.
    """
    answers = reached.get(form, {})
    fact = answers.get(module, {}).get(name)
    itself = answers.get(f"{module}.{name}", {}).get("") if name else None
    if itself is not None and not is_yes(fact):
        return itself
    if fact is None and _is_out_of_reach(reached, form, module):
        return False
    if fact is None:
        raise Unanswered(f"{form} {module}.{name}: it was asked for and has no answer")
    return fact


def _is_out_of_reach(reached: Answers, form: str, module: str) -> bool:
    """Whether the answer for the module is no; if it has none, whether that for the one around it is."""
    if not is_yes(reached.get("top", {}).get(module.partition(".")[0], {}).get("")):
        return True
    answers = reached.get(form, {})
    while module:
        package, _, name = module.rpartition(".")
        fact = answers.get(module, {}).get("", answers.get(package, {}).get(name))
        if fact is not None:
            return not is_yes(fact)
        module = package
    return False


def _thing(objects: Answers, form: str, module: str, name: str) -> Any:
    """What is behind a name: as its module has it, or, of a module that is only there once it is imported, itself."""
    answers = objects.get(form, {})
    found = answers.get(module, {}).get(name)
    return answers.get(f"{module}.{name}", {}).get("") if found is None and name else found


def _package(reached: Answers, top: str) -> dict[str, Any]:
    """The version that a package gives, or the error with which its import ended."""
    fact = reached.get("top", {}).get(top, {}).get("", False)
    if not is_yes(fact):
        return {"error": fact["error"] if fact else ["", ""]}
    return {"version": next(iter(reached.get("version", {}).get(top, {"": ""})))}
