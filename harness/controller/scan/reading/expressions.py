"""The uses of names in the expressions of a file."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.controller.api.environments import Mask, union
from harness.controller.scan.answers import Answer, ApiAnswers
from harness.controller.scan.reading.meanings import Meanings
from harness.controller.scan.reading.scopes import Scopes
from harness.controller.scan.reading.sources import Source
from harness.controller.scan.reading.strings import module_of_call, name_of_patch
from harness.controller.scan.reading.syntax import (
    defaults_of,
    emptied_names,
    first_of_chain,
    has_lazy_annotations,
    last_name,
    text_keys,
)
from harness.controller.scan.reading.uses import Catch, CodePlace, Form, Target, Use

CodeNode = ast.alias | ast.expr | ast.stmt | ast.keyword


@dataclass(frozen=True)
class DeferredBody:
    """The body of a function, which runs later: where it stands, and in which releases it may run."""

    body: Sequence[ast.stmt]
    arguments: ast.arguments
    scopes: Scopes
    reach: Mask
    cell: int | None
    is_guarded: bool
    called_on: tuple[str, ast.ClassDef] | None = None  # the first argument of a method


class Expressions(Meanings):
    """The uses in expressions."""

    def __init__(self, source: Source, answers: ApiAnswers, reach: Mask) -> None:
        super().__init__(source, answers, reach)
        self.uses: list[Use] = []
        self.lazy_annotations = any(has_lazy_annotations(block.tree) for block in source.blocks)
        self.starred: dict[str, tuple[list[Target], Mask]] = {}  # what `*` may give, where it is imported
        self.is_starred_by_others = False  # by a module that is not measured
        self.made: set[str] = set()  # by assignments to attributes
        self.catches: list[Catch] = []
        self.functions: list[DeferredBody] = []
        self.cell: int | None = None
        self.statement: ast.stmt | None = None
        self.in_function = False
        self.left: Mask = 0  # the releases that leave a handler in peace
        self.is_guarded = False  # below a condition on a version that cannot be read

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self.is_own_attribute(node):
            self.visit(node.value)
            return
        targets = self.meaning(node)
        if isinstance(node.ctx, ast.Store):  # the code makes the attribute itself
            self.made |= {target.name for target in targets}
            self.visit(node.value)
            return
        self.visit(first_of_chain(node) if targets else node.value)
        for target, mask in targets.items():
            self.use(target, Form.ATTRIBUTE, node, mask)

    def visit_Name(self, node: ast.Name) -> None:
        """A name that `from … import *` gives: it is missing where nothing binds it."""
        if node.id not in self.starred or not isinstance(node.ctx, ast.Load):
            return
        starred, given = self.starred[node.id]
        targets = {target: mask for target, mask in (self.scopes.find(node.id) or {}).items() if target in starred}
        missing = given & ~union(self.values(node.id).values())
        if not self.is_starred_by_others and not hasattr(builtins, node.id):
            targets[starred[-1]] = targets.get(starred[-1], 0) | missing
        for target, mask in targets.items():
            self.use(target, Form.ATTRIBUTE, node, mask)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        functions = self.meaning(node.args[0] if self.is_partial(node) else node.func)
        for target, form, mask, caught in self._looked_up(node, functions):
            place = node.args[0] if node.args and form is not Form.ATTRIBUTE else node
            works = self.use(target, form, place, mask, caught)
            if last_name(node.func) == "importorskip":
                self._skip_without(works, node)
        if not any(self.answers.is_about(function.name) for function in functions):
            self.something_else()
        for base, mask, call in self._initialized(node):
            self._use_arguments(base.name, call, mask)
        for function, mask in functions.items():
            if not function.is_object and function.name.partition(".")[0] not in self.ignored:
                self._use_arguments(function.name, node, mask)

    def _initialized(self, node: ast.Call) -> Iterator[tuple[Target, Mask, ast.Call]]:
        """The measured class that `super().__init__(…)` and `Adam.__init__(self, …)` call, with what it is given."""
        function = node.func
        if not isinstance(function, ast.Attribute) or function.attr != "__init__":
            return
        if isinstance(function.value, ast.Call) and last_name(function.value.func) == "super":
            owner = self.assigned(last_name(function.value.args[0]) if function.value.args else "__class__")
            found = self.classes[owner].above_initialization() if owner in self.classes else {}
            yield from ((base, mask, node) for base, mask in found.items())
            return
        for base, mask in self.meaning(function.value).items():
            if self.answers.is_class(base.name):
                yield base, mask, ast.Call(function, node.args[1:], node.keywords)

    def _skip_without(self, works: Mask, node: ast.Call) -> None:
        """What follows `pytest.importorskip` is reached where the import works, in a version that may be asked for."""
        self.left |= self.reach & ~works
        self.reach &= works
        is_asked = len(node.args) > 1 or any(keyword.arg == "minversion" for keyword in node.keywords)
        self.is_guarded |= is_asked and self.answers.is_about_package(self.text(node.args[:1]))

    def _looked_up(self, node: ast.Call, functions: Iterable[Target]) -> Iterator[tuple[Target, Form, Mask, Mask]]:
        """What a call looks up by a name in a string: in which releases, and where it handles a failure itself."""
        name = last_name(node.func)
        module = module_of_call(node, self.text)
        if module:
            self.loaded |= {module}
            yield Target(module, 1), Form.IMPORT, -1, self.all if name == "importorskip" else 0
        elif name == "setattr" and self.text(node.args[1:2]):
            self.made |= {target.attribute(self.text(node.args[1:2])).name for target in self.meaning(node.args[0])}
        elif name == "getattr" and self.text(node.args[1:2]):
            for target, mask in self.meaning(node).items():
                yield target, Form.ATTRIBUTE, mask, self.all if len(node.args) == 3 else 0
        for function in functions:
            text = name_of_patch(function.name, node, self.text)
            if text and function.name.endswith(".object"):
                for target, mask in self.meaning(node.args[0]).items():
                    yield target.attribute(text), Form.ATTRIBUTE, mask, 0
            elif text:
                yield Target(text, 1), Form.FROM, -1, 0

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        before, was_guarded, failed = self.reach, self.is_guarded, 0
        for value in node.values:
            failed |= self._visit_in(value, self.reach)
            true, false = self.conditions.split(value, self.reach)
            self.is_guarded |= self.conditions.is_opaque
            self.reach = true if isinstance(node.op, ast.And) else false
        self.reach, self.is_guarded = before & ~failed, was_guarded

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        before, was_guarded = self.reach, self.is_guarded
        true, false = self.conditions.split(node.test, before)
        self.is_guarded |= self.conditions.is_opaque
        failed = self._visit_in(node.body, true) | self._visit_in(node.orelse, false)
        self.reach, self.is_guarded = before & ~failed, was_guarded

    def _visit_in(self, node: ast.expr, reach: Mask) -> Mask:
        """Visit an expression in some releases. Returns those in which it fails and that is handled."""
        self.reach = reach
        self.visit(node)
        return reach & ~self.reach

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.assign(node.target, node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for expression in defaults_of(node.args):
            self.visit(expression)
        body = ast.copy_location(ast.Expr(node.body), node.body)
        self.defer([body], node.args)

    def defer(
        self, body: Sequence[ast.stmt], arguments: ast.arguments, called_on: tuple[str, ast.ClassDef] | None = None
    ) -> DeferredBody:
        """Note a body that runs when the module has been run."""
        function = DeferredBody(body, arguments, self.scopes, self.reach, self.cell, self.is_guarded, called_on)
        self.functions.append(function)
        return function

    def use(self, target: Target, form: Form, node: CodeNode, mask: Mask = -1, caught: Mask = 0) -> Mask:
        """Note a use. Returns the releases in which it is reached and may work."""
        reach = self.reach & mask
        package = target.name.partition(".")[0]
        answer = None
        if package not in self.ignored and not self._is_made(target.name):
            answer = self.answers.ask(target, form, self.loaded)
        if answer is None:
            if form in (Form.IMPORT, Form.FROM) and package not in sys.stdlib_module_names:
                self.import_may_fail()
            else:
                self.something_else()
            return reach
        return self._add_use(answer, form, node, reach, caught, imported=target.imported)

    def _is_made(self, name: str) -> bool:
        """Whether the code has put something of its own in the place of a name, or of what is around it."""
        return any(f"{name}.".startswith(f"{one}.") for one in self.made)

    def _add_use(
        self,
        answer: Answer,
        form: Form,
        node: CodeNode,
        reach: Mask,
        caught: Mask = 0,
        argument: str = "",
        imported: int = 1,
    ) -> Mask:
        place = CodePlace.of(node, self.cell)
        caught = self.all if self.is_guarded else caught
        use = Use(
            name=answer.name,
            form=form,
            place=place,
            reach=reach,
            works=answer.works,
            fails=answer.fails,
            private=answer.private,
            seen=answer.seen,
            argument=argument,
            silent=answer.silent,
            shown_by=answer.shown_by,
            tried_by=answer.tried_by,
            imported=imported,
            caught=caught,
            statement=self.statement,
        )
        self.uses.append(use)
        failing = reach & answer.fails & ~caught
        missing = self._missing_module(answer.name, form)
        for catch in reversed(self.catches):
            catches = catch.catches(form)
            part = failing if catches else failing & (missing if catch.catches_missing(form) else 0)
            catch.mask |= part
            catch.uses.append((use, part))
            catch.guards |= catches or catch.catches_missing(form)
            catch.maybe |= catches and bool(use.doubt)
            failing &= ~part
            self.reach &= ~part
        return reach & ~answer.fails

    def _missing_module(self, name: str, form: Form) -> Mask:
        """The releases in which an import fails as its module is missing: by a ModuleNotFoundError."""
        if form is Form.IMPORT:
            return -1
        around = self.answers.ask(Target(name.rpartition(".")[0], 1), Form.IMPORT) if form is Form.FROM else None
        return around.fails if around else 0

    def _use_arguments(self, function: str, node: ast.Call, mask: Mask) -> None:
        """Note what a call gives to a function by a keyword, and the texts that it looks up."""
        for name, place in self._keywords(node):
            answer = self.answers.accepts(function, name)
            if answer:
                self._add_use(answer, Form.ARGUMENT, place, self.reach & mask, argument=name)
        for rule, value in self.answers.looked_up(function, node):
            text = self.text([value])
            answer = self.answers.knows(function, rule, text) if text else None
            if answer and not self._registers_names:
                self._add_use(answer, Form.TEXT, value, self.reach & mask, argument=rule.argument(text))

    def _keywords(self, node: ast.Call) -> Iterator[tuple[str, ast.keyword]]:
        """The names of the keyword arguments of a call, also of those in a dictionary that nothing is taken from."""
        for keyword in node.keywords:
            value: ast.AST | None = keyword.value
            if keyword.arg:
                yield keyword.arg, keyword
            elif isinstance(value, ast.Name):
                value = self.assigned(value.id) if value.id not in self._emptied else None
            if not keyword.arg and value is not None:
                yield from ((name, keyword) for name in text_keys(value))

    @cached_property
    def _emptied(self) -> frozenset[str]:
        """The names from which the code may take something."""
        return frozenset(name for block in self.source.blocks for name in emptied_names(block.tree))

    @cached_property
    def _registers_names(self) -> bool:
        """Whether the code may give names of its own to what is looked up."""
        lines = [line for block in self.source.blocks for line in block.lines]
        return any(word in line for word in self.answers.cases.lookups.registering for line in lines)

    def import_may_fail(self) -> None:
        """A module that is not measured may be missing."""
        for catch in self.catches:
            catch.maybe |= catch.catches_missing(Form.IMPORT)

    def something_else(self) -> None:
        """Something happens that may raise anything."""
        for catch in self.catches:
            catch.other = True

    def visit_annotation(self, annotation: ast.expr | None) -> None:
        if annotation is not None and not self.lazy_annotations:
            self.visit(annotation)
