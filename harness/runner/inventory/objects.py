"""What is behind the names that can be reached: kind, home, signature, and which names are the identical object.

All packages are imported into one process for this, as only there one object can be compared with another.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from types import ModuleType
from typing import Any, Iterator, NamedTuple, Tuple

from harness.contract.inventory import InventoryRequest, is_yes
from harness.runner.inventory.access import describe, is_instance, is_module, text_of
from harness.runner.inventory.candidates import is_plain
from harness.runner.inventory.findings import Answers, Findings, read_findings
from harness.runner.inventory.forked import Forked, Send
from harness.runner.inventory.signatures import method_signature, signature_of
from harness.runner.inventory.unwrapping import HookRaised, Unwrapper

# Of these two equal values may be one object by chance.
_NO_IDENTITY = (int, float, complex, str, bytes, tuple, frozenset, type(None))

NamePlace = Tuple[str, str]  # a module and a name in it; the name "" is the module itself


class Part(NamedTuple):
    """What one process describes: these packages are imported; of their modules those of `only`, if it is given."""

    tops: list[str]
    skipped: set[str]
    only: set[str] | None = None

    def has(self, module: str) -> bool:
        return module not in self.skipped and (self.only is None or module in self.only)


class Objects:
    """The objects by form and place. They are kept, so that no two of them ever have one identity."""

    def __init__(self, reached: Answers, part: Part, send: Send) -> None:
        self.reached = reached
        self.part = part
        self.send = send
        self.found: dict[str, dict[NamePlace, Any]] = {"attribute": {}, "import": {}}
        self.failed: dict[str, list[str]] = {}

    def collect(self) -> None:
        """Attributes first: importing a module puts it in the place of what its package had under its name."""
        for top in self.part.tops:
            if is_yes(self.reached["top"].get(top, {}).get("")):
                self._step(top, lambda top=top: importlib.import_module(top))
        for module, names in self._modules("attribute"):
            self._step(module, lambda module=module, names=names: self._attributes(module, names))
        for module, names in self._modules("import"):
            self._step(module, lambda module=module, names=names: self._imports(module, names))

    def _modules(self, form: str) -> Iterator[tuple[str, list[str]]]:
        for module, facts in sorted(self.reached.get(form, {}).items()):
            if is_yes(facts.get("")) and self.part.has(module):
                yield module, sorted(name for name, fact in facts.items() if is_yes(fact) and name)

    def _step(self, module: str, work: Any) -> None:
        self.send(module)
        try:
            work()
        except BaseException as error:
            self.failed[module] = describe(error)

    def _attributes(self, module: str, names: list[str]) -> None:
        node = importlib.import_module(module.partition(".")[0])
        for name in module.split(".")[1:]:
            node = _loaded(node, name)
        self.found["attribute"][module, ""] = node
        for name in names:
            try:
                self.found["attribute"][module, name] = _loaded(node, name)
            except BaseException as error:
                self.failed[module + "." + name] = describe(error)

    def _imports(self, module: str, names: list[str]) -> None:
        node = importlib.import_module(module)
        self.found["import"][module, ""] = node
        for name in names:
            try:
                self.found["import"][module, name] = _imported(node, module, name)
            except BaseException as error:
                self.failed[module + "." + name] = describe(error)


def _loaded(node: Any, name: str) -> Any:
    """An attribute; of a lazy module what it has become after it was used."""
    value = getattr(node, name)
    if is_module(value) and not is_plain(value):
        getattr(value, "__file__", dir(value))
        value = getattr(node, name)
    return value


def _imported(node: Any, module: str, name: str) -> Any:
    try:
        return _loaded(node, name)
    except AttributeError:
        return importlib.import_module(module + "." + name)


class Describer:
    """Facts of objects, each worked out once."""

    def __init__(self, objects: Objects, methods: list[str], unwrapper: Unwrapper) -> None:
        self.methods = methods
        self.unwrap = unwrapper.unwrap
        self.first: dict[int, str] = {}  # of each object the first of its names
        self._known: dict[int, list[Any]] = {}
        for found in (objects.found["import"], objects.found["attribute"]):
            for (module, name), value in sorted(found.items(), key=lambda item: item[0]):
                self.first.setdefault(id(value), module + "." + name if name else module)

    def facts(self, value: Any) -> list[Any]:
        """Kind, home, signature or None, signatures of methods or None: of a wrapper those of what it stands for.

        The home is `module.qualname` as the object says. Where the value is not what is found there, one of its names
        follows after a colon: two names with the same home are one object, and a wrapper is another than what it wraps.
        """
        known = self._known.get(id(value))
        if known is None:
            try:
                known = self._known[id(value)] = self._facts(value)
            except HookRaised as error:
                raise HookRaised(f"{self.first[id(value)]}: {error}") from error
        return known

    def _facts(self, value: Any) -> list[Any]:
        if kind_of(value) == "value" and is_instance(value, _NO_IDENTITY):
            return ["value", _home(value, "value"), None, None]
        inner = self.unwrap(value)
        kind = kind_of(inner)
        home = _home(inner, kind)
        if not _is_at(value, inner, home, kind):
            home += ":" + self.first[id(value)]
        signature = signature_of(inner, self.unwrap) if kind in ("class", "function") else None
        return [kind, home, signature, self._methods(inner) if kind == "class" else None]

    def _methods(self, owner: type) -> dict[str, str] | None:
        signatures = {name: method_signature(owner, name, self.unwrap) for name in self.methods}
        return {name: text for name, text in signatures.items() if text is not None} or None


def kind_of(value: Any) -> str:
    """`module`, `class`, `function` or `value`."""
    try:
        if isinstance(value, ModuleType):
            return "module"
        if isinstance(value, type):
            return "class"
        return "function" if inspect.isroutine(value) else "value"
    except BaseException:  # it refuses to give its class
        return "value"


def _home(value: Any, kind: str) -> str:
    if kind == "module":
        return str(text_of(value, "__name__"))
    if kind == "value":
        value = type(value)
    module, name = text_of(value, "__module__"), text_of(value, "__qualname__")
    return f"{module}.{name}" if module else str(name)


def _is_at(value: Any, inner: Any, home: str, kind: str) -> bool:
    """Whether the object is what the home of what it wraps names."""
    if kind == "module":
        return sys.modules.get(home) is value
    if kind == "value":
        return False
    node: Any = sys.modules.get(text_of(inner, "__module__") or "")
    try:
        for name in (text_of(inner, "__qualname__") or "").split("."):
            node = vars(node)[name]
    except BaseException:  # it is not there, or what is has no dictionary
        return False
    return node is value


def _describe(request: InventoryRequest, reached_file: str, file: str, part: Part, send: Send) -> None:
    warnings.simplefilter("ignore")
    objects = Objects(read_findings(reached_file), part, send)
    objects.collect()
    findings = Findings(file)
    findings.add("failed", "", objects.failed)
    try:
        _describe_all(objects, Describer(objects, request.methods, Unwrapper(request.hooks)), findings, send)
    except HookRaised as error:
        findings.add("fault", "", {f"the hook unwrap of a plugin raised: {error}": True})


def _describe_all(objects: Objects, describer: Describer, findings: Findings, send: Send) -> None:
    for form, found in objects.found.items():
        by_module: dict[str, dict[str, Any]] = {}
        for (module, name), value in found.items():
            by_module.setdefault(module, {})[name] = value
        for module, values in by_module.items():
            send(module)  # describing may hang too
            findings.add(form, module, {name: describer.facts(value) for name, value in values.items()})


def describe_part(request: InventoryRequest, reached_file: str, file: str, part: Part) -> dict[str, list[str]]:
    """Describe in a forked process, in another one without the module that killed it. Returns what failed, and how."""
    part_file = file + ".part"
    died: dict[str, list[str]] = {}
    while True:
        open(part_file, "w").close()
        last = ""
        process = Forked(lambda send: _describe(request, reached_file, part_file, part, send), request.timeout)
        for message in process:
            last = message
        if process.ending is None:
            break
        if not last or last in part.skipped:
            raise RuntimeError(f"the objects cannot be described: {process.ending}")
        died[last] = process.ending
        part.skipped.add(last)
    with open(part_file, encoding="ascii") as source, open(file, "a", encoding="ascii") as target:
        target.writelines(source)
    failed = read_findings(part_file).get("failed", {}).get("", {})
    return {**failed, **died}


def main(request_file: str, reached_file: str, file: str) -> None:
    """Describe everything that was reached. What cannot be imported beside the other packages is described alone."""
    request = InventoryRequest.read(request_file)
    failed = describe_part(request, reached_file, file, Part(request.tops, set()))
    for top in request.tops:
        only = {module for module in failed if module.partition(".")[0] == top}
        if only:
            describe_part(request, reached_file, file, Part([top], set(), only))


if __name__ == "__main__":
    main(*sys.argv[1:])
