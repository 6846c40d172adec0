"""Answers of the API to the ways in which code reaches a name, as sets of environments. Nothing is guessed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.controller.api.document import root_of
from harness.controller.api.environments import ApiEnvironment, Environments, Mask, Measured, union
from harness.controller.api.lookup import Api, FoundName
from harness.controller.api.stored import StoredDocuments
from harness.controller.project.matrix import Matrix
from harness.controller.scan.case_answers import CaseAnswers, ShownCase
from harness.controller.scan.chains import chain_masks
from harness.controller.scan.lookups import LookupRule
from harness.controller.scan.reading.uses import Form, Target

_TRUE = {"module", "class", "function"}


@dataclass(frozen=True)
class Answer:
    """In which environments a name can be reached in a form, and in which it cannot. Of the others nothing is known.

    `seen` is false for a name that no measured release has, in a module that has been listed. In the releases of
    `silent` nothing needs be known; `shown_by` is the case that answers, `tried_by` code that shows it.
    """

    name: str
    works: Mask
    fails: Mask
    private: bool = False
    seen: bool = True
    silent: Mask = 0
    shown_by: ShownCase | None = None
    tried_by: str = ""


class ApiAnswers:
    """The measured API, with the sets of environments of the matrix."""

    def __init__(self, results: Path, matrix: Matrix) -> None:
        self.matrix = matrix
        self.environments = Environments(tuple(map(ApiEnvironment.of, matrix.environments.values())))
        self.documents = StoredDocuments(results)
        self.api = Api(self.documents)
        self.cases = CaseAnswers(results.parent, results, matrix, self.environments)
        self._found: dict[str, tuple[FoundName | None, str]] = {}
        self._children: dict[str, Mask] = {}
        self._installed: dict[str, Mask] = {}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level packages that the names begin with."""
        return frozenset(root.partition(".")[0] for root in self.documents)

    def is_about(self, name: str) -> bool:
        """Whether a name is one of the measured roots, or below one."""
        return root_of(self.documents, name) is not None

    def find(self, name: str) -> tuple[FoundName | None, str]:
        """The longest part of a dotted name that the API knows, and the part after it."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> tuple[FoundName | None, str]:
        known, rest = name, ""
        while known and self.is_about(known):
            found = self.api.exact(known)
            if found:
                return found, rest
            known, _, last = known.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None, rest

    def ask(self, target: Target, form: Form, loaded: frozenset[str] = frozenset()) -> Answer | None:
        """The answer to a use of a name, or None for a name that is not of the API.

        `loaded` are modules that the code imports: what is in them can be reached as attribute too.
        """
        found, rest = self.find(target.name)
        if found is None:
            return None
        first = rest.partition(".")[0]
        if first and not first.startswith("__") and self._is_module(found):
            # What another module's name stands for was not listed a second time.
            listed = found.document.environments.measured if self.api.below(found) else 0
            return Answer(f"{found.full}.{first}", 0, self._mask(found, listed), seen=not listed)
        if first and not found.method and first in self.matrix.inventory.methods and found.row.values("methods"):
            return self._lacks_method(found, first)
        return self._answer(found, form, target, loaded)

    def is_class(self, name: str) -> bool:
        """Whether a name is a class, wherever it can be reached."""
        found, rest = self.find(name)
        return found is not None and not rest and not found.method and set(found.row.values("kind")) == {"class"}

    def is_true(self, target: Target) -> bool:
        """Whether a name is, wherever it can be reached, something that is true as a condition."""
        found, rest = self.find(target.name)
        return found is not None and not rest and not target.is_object and set(found.row.values("kind")) <= _TRUE

    def is_about_package(self, name: str) -> bool:
        """Whether a name is one of a measured package."""
        return name.partition(".")[0] in self.packages

    def accepts(self, callee: str, argument: str) -> Answer | None:
        """Whether a class or function takes a keyword argument.

        One that takes any by its signature hides what becomes of it: a case may show that. Of an argument that no
        signature names, such as `input_shape` of a layer, nothing needs be known; and nothing is, as wrappers that
        translate old arguments (`nb_epoch`) have the signature of what they wrap.
        """
        found, rest = self.find(callee)
        if found is None or rest:
            return None
        works = fails = hidden = 0
        for signature, mask in found.signatures().items():
            names = _parameters(signature)
            if argument in names:
                works |= mask
            elif any(name.startswith("**") for name in names):
                hidden |= mask if len(names) > 1 else 0  # `(*args, **kwargs)` is that of a wrapper
            else:
                fails |= mask
        is_named = bool(works)
        works, fails, hidden = (self._mask(found, mask) for mask in (works, fails, hidden))
        shown = self.cases.argument(found.full, argument) if hidden else None
        if shown is not None:
            works, fails = works | (shown.works & hidden), fails | (shown.fails & hidden)
        if not works | fails or (not is_named and shown is None):
            return None
        silent = ~hidden if is_named else -1
        return Answer(found.full, works, fails, silent=silent, shown_by=shown)

    def looked_up(self, callee: str, call: ast.Call) -> Iterator[tuple[LookupRule, ast.expr]]:
        """The expressions in a call whose text the callee looks up, each with its rule."""
        parts = self.cases.split(callee)
        for rule in self.cases.lookups.about(parts[1]) if parts else ():
            value = rule.text_of(call)
            if value is not None:
                yield rule, value

    def knows(self, callee: str, rule: LookupRule, text: str) -> Answer | None:
        """Whether a function knows a text; None where it was not asked, or no release knows it."""
        parts = self.cases.split(callee)
        known, unknown = self.cases.lookups.answer(rule, parts[0], text) if parts else (0, 0)
        if not parts or not known | unknown:
            return None
        return Answer(callee, known, unknown, silent=-1, tried_by=rule.as_code(parts[0], text))

    def error(self, name: str, form: Form, mask: Mask) -> str:
        """What was measured to be in the way of a name in one of these environments: `Type: first line`."""
        found, rest = self.find(name)
        if found is None or rest:
            return ""
        for text, where in found.row.values("error").items():
            word, _, message = text.partition(": ")
            if self._mask(found, where) & mask and (word == "attribute") == (form is Form.ATTRIBUTE):
                return message
        return ""

    def suggest(self, name: str) -> str | None:
        """The nearest name in the module that lacks this one; None where no name is like it."""
        found, rest = self.find(name)
        if found is None:
            return None
        begin = f"{found.name}." if found.name else ""
        inner = [name.removeprefix(begin) for name in self.api.below(found)]
        near = get_close_matches(rest, [name for name in inner if "." not in name], 1)
        return f"{found.full}.{near[0]}" if near else None

    def installed(self, name: str) -> Mask:
        """The environments that have the package of a name: there it may be a question that was not asked."""
        found, _ = self.find(name)
        if found is None:
            return 0
        root = found.document.root
        if root not in self._installed:
            self._installed[root] = self._having(found.document.environments)
        return self._installed[root]

    def _having(self, environments: Environments) -> Mask:
        absent = [item.id for item in environments.items if item.measured is Measured.NOT_INSTALLED]
        return sum(bit for name, bit in self.environments.bits.items() if name not in absent)

    def names_in(self, module: str) -> list[str]:
        """The names that `from module import *` may give."""
        found, rest = self.find(module)
        if found is None or rest:
            return []
        begin = len(found.name) + 1 if found.name else 0
        inner = [name[begin:] for name in self.api.below(found)]
        return [name for name in inner if name and "." not in name and not name.startswith("_")]

    def package_of(self, distribution: object) -> str:
        """The measured package that a distribution has: of `tensorflow-cpu` it is `tensorflow`; empty for any other."""
        name = canonicalize_name(str(distribution))
        subject = self.matrix.subject
        if name in map(canonicalize_name, (subject.package, *subject.distributions)):
            return subject.package
        return next((package for package in self.packages if canonicalize_name(package) == name), "")

    def version(self, package: str, environment: str) -> str:
        """The version of a package in an environment; empty if it is not known."""
        if package == self.matrix.subject.package:
            return self.matrix.environments[environment].release
        if package not in self.documents:
            return ""
        found = (item.version for item in self.documents[package].environments.items if item.id == environment)
        return next(found, "")

    def _answer(self, found: FoundName, form: Form, target: Target, loaded: frozenset[str]) -> Answer:
        works, fails = self._masks(found, form, target, loaded)
        measured = found.document.environments.measured & ~found.row.unasked
        # What is below a private module that was imported is reported where that was.
        private = found.row.visibility == "private" and (form is not Form.ATTRIBUTE or target.imported == 1)
        return Answer(found.full, self._mask(found, works & measured), self._mask(found, fails & measured), private)

    def _masks(self, found: FoundName, form: Form, target: Target, loaded: frozenset[str]) -> tuple[Mask, Mask]:
        row = found.row
        if found.method:
            having = union(found.signatures().values())
            works, fails = self._masks(replace(found, method=""), form, target, loaded)
            return works & having, fails | (~having & union(row.values("methods").values()))
        if form is Form.FROM:
            works = row.reached if not found.name else row.imports  # of a root itself `import` was asked
            return works, ~works
        if form is Form.IMPORT:
            return row.imports & self._has_children(found), ~row.imports
        return chain_masks(found, target.imported, loaded)

    def _has_children(self, found: FoundName) -> Mask:
        """The environments in which something can be imported from a module: there it can be imported itself."""
        if found.full not in self._children:
            self._children[found.full] = self._find_children(found)
        return self._children[found.full]

    def _find_children(self, found: FoundName) -> Mask:
        names = self.api.below(found) if found.name else []
        mask = 0 if names else -1
        for name in names:
            if not found.row.imports & ~mask:
                break
            mask |= found.document.rows[name].imports
        return mask

    def _lacks_method(self, found: FoundName, method: str) -> Answer:
        having = union(found.row.values("methods").values())
        return Answer(f"{found.full}.{method}", 0, self._mask(found, having), seen=False)

    def _is_module(self, found: FoundName) -> bool:
        return not found.method and set(found.row.values("kind")) == {"module"}

    def _mask(self, found: FoundName, mask: Mask) -> Mask:
        return found.document.environments.moved(mask, self.environments)


@cache  # many classes have one signature
def _parameters(signature: str) -> frozenset[str]:
    """The names in `(learning_rate=0.001, *, name='Adam', **kwargs)`; of a signature that is no Python, all: `**`."""
    try:
        given = ast.parse(f"def f{signature}: pass").body[0]
    except SyntaxError:
        return frozenset({"**"})
    assert isinstance(given, ast.FunctionDef)
    names = {argument.arg for argument in (*given.args.args, *given.args.kwonlyargs)}
    return frozenset(names | ({f"**{given.args.kwarg.arg}"} if given.args.kwarg else set()))
