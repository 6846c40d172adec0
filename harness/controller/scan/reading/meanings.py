"""What the expressions of a file stand for, in which releases."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from harness.controller.api.environments import Mask, union
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.conditions import Conditions
from harness.controller.scan.reading.scopes import Scopes, Values, merged
from harness.controller.scan.reading.sources import Source
from harness.controller.scan.reading.strings import certain_text, module_of_call, module_of_result
from harness.controller.scan.reading.syntax import (
    CodeVisitor,
    all_statements,
    changed_elsewhere,
    imported_modules,
    last_name,
    parts_of,
    replaced_modules,
)
from harness.controller.scan.reading.uses import Form, Target

_PARTIAL = "functools.partial"


class Meanings(CodeVisitor):
    """`reach` are the releases in which what is visited is run."""

    def __init__(self, source: Source, answers: ApiAnswers, reach: Mask) -> None:
        super().__init__()
        self.source = source
        self.answers = answers
        self.reach = self.all = reach
        trees = [block.tree for block in source.blocks]
        statements = [statement for tree in trees for statement in all_statements(tree.body)]
        self.ignored = source.own | replaced_modules(statements)
        self.loaded = frozenset(imported_modules(statements))
        self.changed = frozenset(changed_elsewhere(statements))
        self.scopes = Scopes()
        self.conditions = Conditions(answers, self.meaning, self.values)

    def text(self, nodes: Sequence[ast.expr]) -> str:
        """The text that one expression is for certain; else empty."""
        return certain_text(nodes[0], self.assigned) if len(nodes) == 1 else ""

    def values(self, name: str) -> Values:
        """What a name may have been given at this point, by releases."""
        return {None: -1} if name in self.changed else self.scopes.values(name)

    def assigned(self, name: str) -> ast.AST | None:
        """The one expression that a name has been given at this point, in all releases that reach it."""
        found = [value for value, mask in self.values(name).items() if mask & self.reach]
        return found[0] if len(found) == 1 else None

    def meaning(self, node: ast.expr) -> dict[Target, Mask]:
        """What an expression stands for, and in which releases."""
        if isinstance(node, ast.Name):
            return dict(self.scopes.find(node.id) or {})
        if isinstance(node, ast.Attribute):
            return {target.attribute(node.attr): mask for target, mask in self.meaning(node.value).items()}
        if isinstance(node, ast.NamedExpr):
            return self.meaning(node.value)
        if isinstance(node, ast.Call):
            return self._result(node)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return dict(merged((self.meaning(value), mask) for value, mask in self._alternatives(node)))
        return {}

    def _alternatives(self, node: ast.IfExp | ast.BoolOp) -> Iterator[tuple[ast.expr, Mask]]:
        """The expressions of which one is the value, each with its releases."""
        if isinstance(node, ast.IfExp):
            true, false = self.conditions.split(node.test, self.reach)
            yield node.body, true
            yield node.orelse, false
            return
        left = self.reach
        for value in node.values[:-1]:
            true, false = self.conditions.split(value, left)
            ends, left = (true, false) if isinstance(node.op, ast.Or) else (false, true)
            yield value, ends
        yield node.values[-1], left

    def working(self, meaning: dict[Target, Mask], form: Form = Form.ATTRIBUTE) -> dict[Target, Mask]:
        """A meaning without the releases in which it cannot be reached: what follows is not reported again."""
        kept = {}
        for target, mask in meaning.items():
            answer = self.answers.ask(target, form, self.loaded)
            kept[target] = mask & ~answer.fails if answer else mask
        return kept

    def is_partial(self, node: ast.Call) -> bool:
        """Whether a call gives arguments to a function that is called later."""
        return bool(node.args) and any(target.name == _PARTIAL for target in self.meaning(node.func))

    def _result(self, node: ast.Call) -> dict[Target, Mask]:
        """What a call gives, where that is known: a module, an attribute, or an object of a class."""
        module = module_of_call(node, self.text)
        if module:
            imported = self.working(self.targets(module, self.reach), Form.IMPORT)
            return self.targets(module_of_result(node, module), union(imported.values()))
        if self.is_partial(node):
            return self.meaning(node.args[0])
        attribute = self.text(node.args[1:2]) if last_name(node.func) == "getattr" else ""
        if attribute:
            return {target.attribute(attribute): mask for target, mask in self.meaning(node.args[0]).items()}
        found = {}
        for target, mask in self.working(self.meaning(node.func)).items():
            if self.answers.is_class(target.name) and not target.is_object:
                found[Target(target.name, target.imported, is_object=True)] = mask
        return found

    def targets(self, name: str, mask: Mask) -> dict[Target, Mask]:
        """The meaning of an imported name: none where it is a module of the code base itself."""
        if name.partition(".")[0] in self.ignored:
            return {}
        return {Target(name, name.count(".") + 1): mask}

    def bind_target(self, target: ast.expr, meaning: dict[Target, Mask], value: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            self.scopes.bind(target.id, meaning, self.reach, value)
        elif isinstance(target, ast.Starred):
            self.bind_target(target.value, {})
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item, part in zip(target.elts, parts_of(value, target.elts), strict=True):
                self.assign(item, part)
        else:
            self.visit(target)

    def assign(self, target: ast.expr, value: ast.expr | None) -> None:
        """Bind a name, or several, to a value; None is one that is not known."""
        meaning = self.working(self.meaning(value)) if value is not None else {}
        self.bind_target(target, meaning, value)
