"""What the expressions of a file stand for, in which releases."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from harness.controller.api.environments import Mask, union
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.classes import OwnClass, is_property
from harness.controller.scan.reading.conditions import Conditions
from harness.controller.scan.reading.scopes import Binding, Scopes, Values, merged
from harness.controller.scan.reading.sources import Source
from harness.controller.scan.reading.strings import certain_text, module_of_call, module_of_result
from harness.controller.scan.reading.syntax import (
    CodeVisitor,
    all_statements,
    changed_containers,
    changed_elsewhere,
    imported_modules,
    item_at,
    last_name,
    parts_of,
    replaced_modules,
    stored_attributes,
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
        self.classes: dict[ast.AST, OwnClass] = {}
        self.conditions = Conditions(answers, self.meaning, self.values)

    @cached_property
    def _stores(self) -> Mapping[str, int]:
        """How often the code gives an object an attribute, by its name."""
        return Counter(name for block in self.source.blocks for name in stored_attributes(block.tree))

    @cached_property
    def _changed_containers(self) -> frozenset[str]:
        return frozenset(name for block in self.source.blocks for name in changed_containers(block.tree))

    def text(self, nodes: Sequence[ast.expr]) -> str:
        """The text that one expression is for certain; else empty."""
        return certain_text(nodes[0], self.assigned) if len(nodes) == 1 else ""

    def values(self, name: str | ast.Attribute) -> Values:
        """What a name, or an attribute that the code makes, may have been given at this point, by releases."""
        if isinstance(name, ast.Attribute):
            owner = self._class_of(name.value)
            found = owner.find(name.attr) if owner and owner.is_certain(name.attr, self._stores[name.attr]) else None
            return found.values if found else {}
        return {None: -1} if name in self.changed else self.scopes.values(name)

    def assigned(self, name: str | ast.Attribute) -> ast.AST | None:
        """The one expression that a name has been given at this point, in all releases that reach it."""
        found = [value for value, mask in self.values(name).items() if mask & self.reach]
        return found[0] if len(found) == 1 else None

    def meaning(self, node: ast.expr) -> dict[Target, Mask]:
        """What an expression stands for, and in which releases."""
        if isinstance(node, ast.Name):
            return dict(self.scopes.find(node.id) or {})
        if isinstance(node, ast.Attribute):
            own = self.own_attribute(node)
            if own is not None:
                return own
            return {target.attribute(node.attr): mask for target, mask in self.meaning(node.value).items()}
        if isinstance(node, ast.NamedExpr):
            return self.meaning(node.value)
        if isinstance(node, ast.Subscript):
            item = self._item(node)
            return self.meaning(item) if item is not None else {}
        if isinstance(node, ast.Call):
            return self._result(node)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return dict(merged((self.meaning(value), mask) for value, mask in self._alternatives(node)))
        return {}

    def _item(self, node: ast.Subscript) -> ast.expr | None:
        """The item that a literal has at a literal place, if nothing changes it."""
        value: ast.AST | None = node.value
        if isinstance(value, ast.Name):
            value = None if value.id in self._changed_containers else self.assigned(value.id)
        return item_at(value, node.slice)

    def _class_of(self, node: ast.AST | None) -> OwnClass | None:
        """The class of the code that an expression is, or is an object of."""
        value = self.assigned(node.id) if isinstance(node, ast.Name) else node
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            made = self.assigned(value.func.id)
            value = made if isinstance(made, ast.ClassDef) and made.name == value.func.id else None
        return self.classes.get(value) if isinstance(value, ast.ClassDef) else None

    def own_attribute(self, node: ast.Attribute) -> dict[Target, Mask] | None:
        """What an attribute of a class of the code stands for; None if that is not one."""
        owner = self._class_of(node.value)
        if owner is None:
            return None
        found = owner.find(node.attr)
        if found is not None:
            given = next(iter(found.values), None)
            return self.returned(given) if is_property(given) else dict(found.targets)
        if node.attr not in self.answers.matrix.inventory.methods or node.attr in self._stores:
            return {}
        return {target.attribute(node.attr): mask for target, mask in owner.inherited().items()}

    def is_own_attribute(self, node: ast.Attribute) -> bool:
        """Whether the code itself makes an attribute."""
        owner = self._class_of(node.value)
        return owner is not None and owner.find(node.attr) is not None

    def returned(self, function: ast.AST | None) -> dict[Target, Mask]:
        """What a function of the code may return."""
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
        function = self._function_of(node.func)
        if function is not None:
            return self.returned(function)
        found = {}
        for target, mask in self.working(self.meaning(node.func)).items():
            if self.answers.is_class(target.name) and not target.is_object:
                found[Target(target.name, target.imported, is_object=True)] = mask
        return found

    def _function_of(self, node: ast.expr) -> ast.FunctionDef | None:
        """The function of the code that is called."""
        name = node.id if isinstance(node, ast.Name) else node
        found = self.assigned(name) if isinstance(name, (str, ast.Attribute)) else None
        return found if isinstance(found, ast.FunctionDef) else None

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
            owner = self._class_of(target.value) if isinstance(target, ast.Attribute) else None
            if owner is not None and isinstance(target, ast.Attribute):
                owner.make(target.attr, Binding(merged([(meaning, self.reach)]), {value: self.reach}))

    def assign(self, target: ast.expr, value: ast.expr | None) -> None:
        """Bind a name, or several, to a value; None is one that is not known."""
        meaning = self.working(self.meaning(value)) if value is not None else {}
        self.bind_target(target, meaning, value)
