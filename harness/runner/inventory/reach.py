"""Which names can be reached below one package: as attributes after importing it, and by import.

A fresh interpreter imports the package, and every question is put in the state that people's first line would leave:
what is not imported yet is imported in a forked process, with the package around it imported and nothing else. A
module that is known under another name (an alias) is recorded and not entered.
"""

from __future__ import annotations

import gc
import importlib.util
import sys
from collections import defaultdict
from dataclasses import replace
from types import ModuleType
from typing import Any, Iterable

from harness.contract.inventory import Fact, InventoryRequest, is_yes
from harness.runner.inventory.access import import_module, read_attribute, text_of
from harness.runner.inventory.candidates import LoadedModules, is_plain
from harness.runner.inventory.findings import Answers, Findings, read_findings
from harness.runner.inventory.forked import BUSY, Send
from harness.runner.inventory.walk import Walk


class AttributeWalk(Walk):
    """`import TOP`, then attributes alone."""

    form = "attribute"

    def start(self, top: str) -> None:
        for root in self.roots(top):
            self._follow(root, top, sys.modules[top])

    def _follow(self, root: str, path: str, node: Any) -> None:
        """Go down to the root: through one attribute at a time."""
        if path == root:
            self.enter(root, node)
            return
        child = root[: root.find(".", len(path) + 1)] if "." in root[len(path) + 1 :] else root
        name = child.rpartition(".")[2]
        if is_plain(node):
            if name in vars(node):
                self._follow(root, child, vars(node)[name])
            else:
                self.add(root, {"": False})
            return

        def work(send: Send) -> None:
            fact, value = read_attribute(node, name)
            if is_yes(fact):
                send(BUSY)
                self._follow(root, child, value)
            else:
                self.add(root, {"": fact})

        self.fork(root, work)

    def enter(self, path: str, node: Any) -> None:
        """Ask a node for its names. One that imports something when it is listed is listed in a forked process."""
        self.add(path, {"": True})
        if is_plain(node):
            self._ask_plain(path, node, self.names_of(path, node))
            return

        def work(send: Send) -> None:
            names = self.list_names(path, node)
            send(BUSY)
            self._ask(path, node, names)

        self.fork(path, work)

    def _ask_plain(self, path: str, node: Any, names: Iterable[str]) -> None:
        found = vars(node)
        self.add(path, {name: name in found for name in names})
        for name in names:
            child = path + "." + name
            if name in found and self.is_entered(child, found[name], node) and child not in self.request.roots:
                self.enter(child, found[name])

    def _ask(self, path: str, node: Any, names: list[str]) -> None:
        def enter(name: str, fact: Fact, value: Any, send: Send) -> bool:
            child = path + "." + name
            if not is_yes(fact) or child in self.request.roots or not self.is_entered(child, value, node):
                return False
            send(BUSY)
            self.enter(child, value)
            return True

        self.add(path, self.ask(node, names, enter))


class ImportWalk(Walk):
    """`import MODULE`, `from MODULE import NAME`."""

    form = "import"

    def __init__(self, request: InventoryRequest, findings: Findings, asked: dict[str, set[str]]) -> None:
        super().__init__(request, findings, asked)
        self.loaded = LoadedModules()

    def start(self, top: str) -> None:
        for root in self.roots(top):
            self.visit(root)

    def visit(self, module: str) -> None:
        """Import a module in a process of its own, unless that is done, and ask it for its names."""
        node = sys.modules.get(module)
        if node is None:
            self.fork(module, lambda send: self._import(module, send))
            return
        self.add(module, {"": True})
        if is_plain(node):
            self._ask_all(module, node, self.names_of(module, node))
        else:
            self.fork(module, lambda send: self._inside(module, send))

    def _import(self, module: str, send: Send) -> None:
        fact, _ = import_module(module)
        self.add(module, {"": fact})
        if is_yes(fact):
            send(module)
            self._inside(module, send)

    def _inside(self, module: str, send: Send) -> None:
        """Ask for names in a process that listing them may change."""
        node = sys.modules[module]
        names = self.list_names(module, node)
        send(BUSY)
        self._ask_all(module, node, names)

    def _ask_all(self, module: str, node: Any, names: list[str]) -> None:
        parts = self.loaded.submodules(module) if self.request.discover else set()
        found = vars(node) if type(node) is ModuleType else {}
        self.add(module, {name: True for name in names if name in found})
        rest = [name for name in names if name not in found]
        facts = dict.fromkeys(rest, False) if is_plain(node) else self.ask(node, rest)
        known = {name for name in names if module + "." + name in self.known}
        children = parts | {name for name in known if self._is_module(module, name)}
        for name in sorted(known - children):
            self.add(module + "." + name, {"": False})
        children |= {name for name in rest if not is_yes(facts[name]) and self._is_module(module, name)}
        self.add(module, {name: fact for name, fact in facts.items() if is_yes(fact) or name not in children})
        for name in sorted(children):
            child = module + "." + name
            if child not in self.request.roots and self._is_visited(child, node):
                self.visit(child)

    def _is_visited(self, child: str, parent: Any) -> bool:
        loaded = sys.modules.get(child)
        if loaded is None or self.is_entered(child, loaded, parent):
            return True
        self.add(child.rpartition(".")[0], {child.rpartition(".")[2]: True})  # an alias
        return False

    def _is_module(self, module: str, name: str) -> bool:
        """Whether an import finds a module of that name that nothing has listed."""
        child = module + "." + name
        if sys.modules.get(child) is not None:
            return True
        try:
            return hasattr(sys.modules[module], "__path__") and importlib.util.find_spec(child) is not None
        except Exception:
            return False


def main(request_file: str, top: str, file: str) -> None:
    """Ask everything below one package; the answers go to the file as they come."""
    request = InventoryRequest.read(request_file)
    findings = Findings(file)
    gc.disable()  # collecting writes to memory that forked processes share
    fact, package = import_module(top)
    findings.add("top", top, {"": fact})
    if not is_yes(fact):
        return
    findings.add("version", top, {text_of(package, "__version__") or "": True})
    asked: dict[str, set[str]] = defaultdict(set)
    for module, names in request.asked.items():
        asked[module] |= set(names)
    ImportWalk(request, findings, asked).start(top)
    _ask_for_all_of(read_findings(file).get("import", {}), asked)
    AttributeWalk(request, findings, asked).start(top)
    missing = _only_attributes(read_findings(file))
    if missing:
        ImportWalk(replace(request, discover=False), findings, missing).start(top)


def _only_attributes(found: Answers) -> dict[str, set[str]]:
    """The names by module that were found as attributes, and not asked for by import yet."""
    imports = found.get("import", {})
    missing: dict[str, set[str]] = {}
    for module, facts in found.get("attribute", {}).items():
        names = facts.keys() - imports.get(module, {}).keys() - {""}
        missing[module] = {name for name in names if f"{module}.{name}" not in imports}
    return {module: names for module, names in missing.items() if names}


def _ask_for_all_of(found: dict[str, dict[str, Fact]], asked: dict[str, set[str]]) -> None:
    for module, facts in found.items():
        asked[module] |= set(facts) - {""}


if __name__ == "__main__":
    main(*sys.argv[1:])
