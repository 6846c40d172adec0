"""Answers for which a forked process hung or died. By chance it may have: it holds what another thread had locked.

`python -m harness.runner.inventory.deaths FORM MODULE NAME FILE` asks one question as people do: in a fresh
interpreter, by the plain import or the plain attributes. What it finds is the answer.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any, Iterator, Tuple

from harness.contract.inventory import Fact, is_yes, read_json, write_json
from harness.contract.processes import die_with_parent
from harness.runner.inventory.access import import_module, is_module, read_attribute
from harness.runner.inventory.findings import Answers, Findings
from harness.runner.inventory.forked import is_death

Question = Tuple[str, str, str]  # the form, a module and a name in it; the name "" is the module itself


def deaths_in(reached: Answers) -> list[Question]:
    """The questions that nothing but a death has answered."""
    return sorted(_deaths(reached))


def _deaths(reached: Answers) -> Iterator[Question]:
    for form in ("import", "attribute"):
        for module, facts in reached.get(form, {}).items():
            yield from ((form, module, name) for name, fact in facts.items() if is_death(fact))


def ask_again(questions: list[Question], findings: Findings, file: str, timeout: float) -> bool:
    """Put fresh answers in the place of deaths. Returns whether one is a module, whose names are still to be asked."""
    has_module = False
    for form, module, name in questions:
        command = [sys.executable, "-m", __name__, form, module, name, file]
        try:
            if subprocess.call(command, timeout=timeout, preexec_fn=die_with_parent) == 0:
                fact, is_module = read_json(file)
                findings.add(form, module, {name: fact})
                has_module = has_module or is_module
        except subprocess.TimeoutExpired:
            pass  # it hangs
    return has_module


def ask(form: str, module: str, name: str) -> tuple[Fact, Any]:
    """The answer of this interpreter, and what is behind the name."""
    if form == "attribute":
        return _follow(f"{module}.{name}" if name else module)
    fact, value = import_module(module)
    if not is_yes(fact) or not name:
        return fact, value
    fact, value = read_attribute(value, name)
    child = f"{module}.{name}"
    return (fact, value) if is_yes(fact) or not _is_module(child) else import_module(child)


def _follow(path: str) -> tuple[Fact, Any]:
    top, *names = path.split(".")
    fact, value = import_module(top)
    for name in names:
        if not is_yes(fact):
            break
        fact, value = read_attribute(value, name)
    return fact, value


def _is_module(child: str) -> bool:
    if sys.modules.get(child) is not None:
        return True
    try:
        return importlib.util.find_spec(child) is not None
    except Exception:
        return False


if __name__ == "__main__":
    _fact, _value = ask(*sys.argv[1:4])
    write_json(sys.argv[4], [_fact, is_module(_value)])
