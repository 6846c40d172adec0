"""Expressions of a file: what each stands for in which releases, and the uses of names that are in it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from harness.controller.api.environments import Mask, union
from harness.controller.scan.answers import Answer, ApiAnswers
from harness.controller.scan.conditions import Conditions
from harness.controller.scan.scopes import Scopes
from harness.controller.scan.sources import Source
from harness.controller.scan.strings import certain_text, module_of_call, module_of_result, name_of_patch
from harness.controller.scan.syntax import (
    CodeVisitor,
    all_statements,
    changed_elsewhere,
    first_of_chain,
    has_lazy_annotations,
    imported_modules,
    last_name,
    replaced_modules,
)
from harness.controller.scan.uses import Catch, CodePlace, Form, Target, Use

CodeNode = ast.alias | ast.expr | ast.stmt | ast.keyword
DeferredBody = tuple[Sequence[ast.stmt], "ast.arguments | None", Scopes, Mask, "int | None"]


class Expressions(CodeVisitor):
    """`reach` are the releases in which what is visited is run."""

    def __init__(self, source: Source, answers: ApiAnswers, reach: Mask) -> None:
        super().__init__()
        self.source = source
        self.answers = answers
        self.reach = self.all = reach
        self.cell: int | None = None
        self.uses: list[Use] = []
        trees = [block.tree for block in source.blocks]
        statements = [statement for tree in trees for statement in all_statements(tree.body)]
        self.ignored = source.own | replaced_modules(statements)
        self.loaded = frozenset(imported_modules(statements))
        self.changed = frozenset(changed_elsewhere(statements))
        self.lazy_annotations = any(has_lazy_annotations(tree) for tree in trees)
        self.scopes = Scopes()
        self.stars: list[Target] = []
        self.conditions = Conditions(answers, self.meaning, self.assigned)
        self.catches: list[Catch] = []
        self.functions: list[DeferredBody] = []
        self.statement: ast.stmt | None = None
        self.in_function = False
        self.is_guarded = False  # below a condition on a version that cannot be read

    def visit_Attribute(self, node: ast.Attribute) -> None:
        targets = self.meaning(node)
        self.visit(first_of_chain(node) if targets else node.value)
        for target, mask in targets.items():
            self.use(target, Form.ATTRIBUTE, node, mask)

    def visit_Name(self, node: ast.Name) -> None:
        if not self.stars or not isinstance(node.ctx, ast.Load):
            return
        if self.scopes.find(node.id) is None and not hasattr(builtins, node.id):
            for target in self._from_stars(node.id):
                self.use(target, Form.FROM, node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        functions = self.meaning(node.func)
        for target, form, mask, caught in self._looked_up(node, functions):
            place = node.args[0] if form is not Form.ATTRIBUTE else node
            self.use(target, form, place, mask, caught)
        for function, mask in functions.items():
            if not function.is_object and function.name.partition(".")[0] not in self.ignored:
                self._use_arguments(function.name, node, mask)

    def _looked_up(self, node: ast.Call, functions: Iterable[Target]) -> Iterator[tuple[Target, Form, Mask, Mask]]:
        """What a call looks up by a name in a string: in which releases, and where it handles a failure itself."""
        name = last_name(node.func)
        module = module_of_call(node, self.text)
        if module:
            self.loaded |= {module}
            yield Target(module, 1), Form.IMPORT, -1, 0
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
        before = self.reach
        for value in node.values:
            self.visit(value)
            true, false = self.conditions.split(value, self.reach)
            self.reach = true if isinstance(node.op, ast.And) else false
        self.reach = before

    def visit_IfExp(self, node: ast.IfExp) -> None:
        before = self.reach
        self.visit(node.test)
        true, false = self.conditions.split(node.test, before)
        was_guarded, self.is_guarded = self.is_guarded, self.is_guarded or self.conditions.is_opaque
        for self.reach, value in ((true, node.body), (false, node.orelse)):
            self.visit(value)
        self.reach, self.is_guarded = before, was_guarded

    def visit_Lambda(self, node: ast.Lambda) -> None:
        body = ast.copy_location(ast.Expr(node.body), node.body)
        self.functions.append(([body], node.args, self.scopes, self.reach, self.cell))

    def text(self, nodes: Sequence[ast.expr]) -> str:
        """The text that one expression is for certain; else empty."""
        return certain_text(nodes[0], self.assigned) if len(nodes) == 1 else ""

    def assigned(self, name: str) -> ast.expr | None:
        """The one expression that is assigned to a name at this point."""
        return None if name in self.changed else self.scopes.assigned(name)

    def meaning(self, node: ast.expr) -> dict[Target, Mask]:
        """What an expression stands for, and in which releases."""
        if isinstance(node, ast.Name):
            return dict(self.scopes.find(node.id) or {})
        if isinstance(node, ast.Attribute):
            return {target.attribute(node.attr): mask for target, mask in self.meaning(node.value).items()}
        if isinstance(node, ast.IfExp):
            true, false = self.conditions.split(node.test, self.reach)
            sides = [(true, self.meaning(node.body)), (false, self.meaning(node.orelse))]
            return {target: mask & side for side, found in sides for target, mask in found.items() if mask & side}
        if isinstance(node, ast.Call):
            return self._result(node)
        return {}

    def working(self, meaning: dict[Target, Mask], form: Form = Form.ATTRIBUTE) -> dict[Target, Mask]:
        """A meaning without the releases in which it cannot be reached: what follows is not reported again."""
        kept = {}
        for target, mask in meaning.items():
            answer = self.answers.ask(target, form, self.loaded)
            kept[target] = mask & ~answer.fails if answer else mask
        return kept

    def _result(self, node: ast.Call) -> dict[Target, Mask]:
        """What a call gives, where that is known: a module, an attribute, or an object of a class."""
        module = module_of_call(node, self.text)
        if module:
            imported = self.working(self.targets(module, self.reach), Form.IMPORT)
            return self.targets(module_of_result(node, module), union(imported.values()))
        attribute = self.text(node.args[1:2]) if last_name(node.func) == "getattr" else ""
        if attribute:
            return {target.attribute(attribute): mask for target, mask in self.meaning(node.args[0]).items()}
        found = {}
        for target, mask in self.working(self.meaning(node.func)).items():
            if self.answers.is_class(target.name) and not target.is_object:
                found[Target(target.name, target.imported, is_object=True)] = mask
        return found

    # What is found

    def use(self, target: Target, form: Form, node: CodeNode, mask: Mask = -1, caught: Mask = 0) -> Mask:
        """Note a use. Returns the releases in which it is reached and may work."""
        reach = self.reach & mask
        package = target.name.partition(".")[0]
        answer = None
        if package not in self.ignored:
            answer = self.answers.ask(target, form, self.loaded)
        if answer is None:
            self.something_may_fail(form)
            return reach
        return self._add_use(answer, form, node, reach, caught, imported=target.imported)

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
            part = failing if catch.catches(form) else failing & (missing if catch.catches_missing else 0)
            catch.mask |= part
            catch.uses.append((use, part))
            catch.maybe |= catch.catches(form) and bool(use.doubt)
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
        for keyword in node.keywords:
            answer = self.answers.accepts(function, keyword.arg) if keyword.arg else None
            if answer:
                self._add_use(answer, Form.ARGUMENT, keyword, self.reach & mask, argument=keyword.arg or "")
        for rule, value in self.answers.looked_up(function, node):
            text = self.text([value])
            answer = self.answers.knows(function, rule, text) if text else None
            if answer and not self._registers_names:
                self._add_use(answer, Form.TEXT, value, self.reach & mask, argument=rule.argument(text))

    @cached_property
    def _registers_names(self) -> bool:
        """Whether the code may give names of its own to what is looked up."""
        lines = [line for block in self.source.blocks for line in block.lines]
        return any(word in line for word in self.answers.cases.lookups.registering for line in lines)

    def something_may_fail(self, form: Form = Form.IMPORT) -> None:
        for catch in self.catches:
            catch.maybe |= catch.catches(form) or (catch.catches_missing and form in (Form.IMPORT, Form.FROM))

    def targets(self, name: str, mask: Mask) -> dict[Target, Mask]:
        """The meaning of an imported name: none where it is a module of the code base itself."""
        if name.partition(".")[0] in self.ignored:
            return {}
        return {Target(name, name.count(".") + 1): mask}

    def _from_stars(self, name: str) -> list[Target]:
        """The name from the one module that gives it by `from … import *`."""
        found = []
        for star in self.stars:
            root_name, rest = self.answers.find(f"{star.name}.{name}")
            if root_name is not None and not rest and root_name.row.visibility == "public":
                found.append(Target(f"{star.name}.{name}", star.imported + 1))
        return found if len(found) == 1 else []

    def bind_target(self, target: ast.expr, meaning: dict[Target, Mask], value: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            self.scopes.bind(target.id, meaning, self.reach, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.bind_target(item, {})
        else:
            self.visit(target)

    def visit_annotation(self, annotation: ast.expr | None) -> None:
        if annotation is not None and not self.lazy_annotations:
            self.visit(annotation)
