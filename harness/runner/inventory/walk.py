"""What the questions about a package share: the names to ask for, and processes that may hang or die."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any, Callable

from harness.contract.inventory import Fact, InventoryRequest
from harness.runner.inventory.access import describe, is_module, read_attribute
from harness.runner.inventory.candidates import names_in
from harness.runner.inventory.findings import Findings
from harness.runner.inventory.forked import BUSY, Forked, Send, Work

Enter = Callable[[str, Fact, Any, Send], bool]


class Walk:
    """What both questions share: the request, the names by module that are asked for, and where answers go."""

    form = ""

    def __init__(self, request: InventoryRequest, findings: Findings, asked: dict[str, set[str]]) -> None:
        self.request = request
        self.findings = findings
        self.asked = asked
        self.known = {around for module in asked for around in _with_parents(module)}
        self.children: dict[str, set[str]] = defaultdict(set)  # the known modules by the one around them
        for module in self.known:
            package, _, name = module.rpartition(".")
            self.children[package].add(name)

    def roots(self, top: str) -> list[str]:
        return [root for root in self.request.roots if root.partition(".")[0] == top]

    def add(self, module: str, names: dict[str, Fact]) -> None:
        self.findings.add(self.form, module, names)

    def names_of(self, module: str, node: Any) -> list[str]:
        """The names to ask a node for. A class or a value is only asked for what another release has there."""
        found = names_in(node) if self.request.discover and is_module(node) else set()
        return sorted(found.union(self.names_known(module)))

    def names_known(self, module: str) -> list[str]:
        """Those that other releases have."""
        return sorted(self.asked.get(module, set()) | self.children.get(module, set()))

    def list_names(self, module: str, node: Any) -> list[str]:
        """The same of a lazy node, in a process of its own. One that cannot be listed is asked for known names."""
        try:
            names_in(node)  # also where no names are to be found: without it every question would import it again
            return self.names_of(module, node)
        except BaseException as error:
            self.findings.add("failed", "", {module: describe(error)})
            return self.names_known(module)

    def is_entered(self, child: str, value: Any, parent: Any) -> bool:
        """Whether to look into a value: at the place of a known module, or a module that its own name puts here."""
        if self.request.root_of(child) is None:
            return False
        if child in self.known or child in self.request.roots:
            return True
        if not is_module(value):
            return False
        own = _name_of(parent) + "." + child.rpartition(".")[2]
        return self.request.discover and _name_of(value) == own

    def fork(self, module: str, work: Work) -> None:
        """Run work that may hang or die; how it died is the answer for the module (`deaths` asks again)."""
        ending = Forked(work, self.request.timeout).run()
        if ending is not None:
            self.add(module, {"": {"error": ending}})

    def ask(self, node: Any, names: list[str], enter: Enter = lambda *_: False) -> dict[str, Fact]:
        """The answers of a node whose attributes may import something, hang or die.

        Each name is asked for in a forked process in which none before it has imported anything. `enter(name, fact,
        value, send)` is called there, and returns whether it did anything.
        """
        facts: dict[str, Fact] = {}
        index = 0
        while index < len(names):
            process = Forked(_asking(node, names, index, enter), self.request.timeout)
            for message in process:
                if message != BUSY:
                    index, fact = message
                    facts.update({} if fact is None else {names[index]: fact})
            if process.ending is not None:
                facts[names[index]] = {"error": process.ending}
            index += 1
        return facts


def _asking(node: Any, names: list[str], first: int, enter: Enter) -> Work:
    """What asks for one name after the other, until something has been imported."""

    def work(send: Send) -> None:
        loaded = len(sys.modules)
        for index in range(first, len(names)):
            send([index, None])
            fact, value = read_attribute(node, names[index])
            send([index, fact])
            if enter(names[index], fact, value, send) or len(sys.modules) != loaded:
                return

    return work


def _name_of(module: Any) -> str:
    try:
        return str(object.__getattribute__(module, "__dict__").get("__name__", ""))
    except Exception:
        return ""


def _with_parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
