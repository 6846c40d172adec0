"""The walk through a file as Python would run it in every release at once: the uses, and where each is reached."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from harness.controller.api.environments import Mask
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.branches import Branches
from harness.controller.scan.reading.classes import OwnClass, first_argument, gives_what_it_returns
from harness.controller.scan.reading.expressions import DeferredBody
from harness.controller.scan.reading.scopes import merged
from harness.controller.scan.reading.skipped import MODULE_MARKS
from harness.controller.scan.reading.sources import Source
from harness.controller.scan.reading.syntax import all_statements, changed_elsewhere, defaults_of, last_name, names_of
from harness.controller.scan.reading.uses import Form, Target, Use


def find_uses(source: Source, answers: ApiAnswers, reach: Mask) -> list[Use]:
    """Every use of a name of the API in a file, in the releases of `reach`."""
    walk = _Walk(source, answers, reach)
    for block in source.blocks:
        walk.cell, walk.reach = block.cell, reach  # an error ends a cell, and not those after it
        walk.visit_body(block.tree.body)
    walk.visit_functions()
    return walk.uses


class _Walk(Branches):
    """Statements in the order in which they run."""

    def __init__(self, source: Source, answers: ApiAnswers, reach: Mask) -> None:
        super().__init__(source, answers, reach)
        self.owner: ast.ClassDef | None = None  # the class whose body is visited
        self.bodies: dict[ast.AST | None, DeferredBody] = {}
        self.results: dict[ast.AST, dict[Target, Mask]] = {}  # what functions return

    def visit_functions(self) -> None:
        """Bodies of functions, which run when the module has been run to its end.

        Those that bind names of the module come first: the others may find them bound.
        """
        self.functions.sort(key=lambda function: not any(changed_elsewhere(all_statements(function.body))))
        marks = [ast.Name(MODULE_MARKS, ast.Load())]
        while self.functions:
            function = self.functions.pop(0)
            self.reach, self.cell, self.is_guarded = function.reach, function.cell, function.is_guarded
            self._enter(function)
            with self.marked(marks):
                self.visit_body(function.body)

    def _enter(self, function: DeferredBody) -> None:
        """Begin a function, whose arguments are not known but for what a method is called on."""
        self.scopes, self.in_function = function.scopes.inner(), True
        for argument in names_of(function.arguments):
            self.scopes.bind(argument, {}, self.all)
        if function.called_on is not None:
            name, owner = function.called_on
            self.scopes.bind("__class__", {}, self.all, owner)
            if name:
                self.scopes.bind(name, {}, self.all, owner)

    def returned(self, function: ast.AST | None) -> dict[Target, Mask]:
        """Visit its body, of which nothing else is kept."""
        body = self.bodies.get(function)
        if body is None or not isinstance(function, ast.FunctionDef) or not gives_what_it_returns(function):
            return {}
        if function not in self.results:
            self.results[function] = {}  # while it is visited: it may call itself
            kept, kept_of_conditions = dict(vars(self)), dict(vars(self.conditions))
            self.class_conditions, self.owner, self.is_guarded = [], None, False
            self.uses, self.catches, self.functions, self.returns, self.loops = [], [], [], [], []
            self.made, self.starred, self.reach = set(self.made), dict(self.starred), self.all
            self._enter(body)
            self.visit_body(body.body)
            self.results[function] = dict(merged(self.returns))
            vars(self).update(kept)
            vars(self.conditions).update(kept_of_conditions)
        return self.results[function]

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            works = self.use(Target(alias.name, 1), Form.IMPORT, alias)
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.scopes.bind(alias.asname or name, self.targets(name, works), self.reach)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            for alias in node.names:
                self.scopes.bind(alias.asname or alias.name, {}, self.reach)
                self.is_starred_by_others |= alias.name == "*"
            self.import_may_fail()
            return
        for alias in node.names:
            if alias.name == "*":
                self._visit_star(node, node.module)
                continue
            name = f"{node.module}.{alias.name}"
            works = self.use(Target(name, 1), Form.FROM, alias)
            self.scopes.bind(alias.asname or alias.name, self.targets(name, works), self.reach)

    def _visit_star(self, node: ast.ImportFrom, module: str) -> None:
        """Bind each name of the module where it has it."""
        works = self.use(Target(module, 1), Form.IMPORT, node)
        if not self.targets(module, works) or not self.answers.is_about(module):
            self.is_starred_by_others |= bool(works)
            return
        if not works:
            return
        for name in self.answers.names_in(module):
            target = Target(f"{module}.{name}", module.count(".") + 1)
            given = self.working({target: works})
            before, reach = self.starred.get(name, ([], 0))
            self.starred[name] = [*before, target], reach | works
            self.scopes.bind(name, given, given[target])

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.assign(target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self.bind_target(node.target, {})

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self.in_function:
            self.visit_annotation(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.assign(node.target, node.value)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bind_target(target, {})

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scopes.declare_elsewhere(node.names)

    visit_Nonlocal = visit_Global

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._visit_comprehension(node.generators, [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._visit_comprehension(node.generators, [node.key, node.value])

    def _visit_comprehension(self, generators: Sequence[ast.comprehension], made: Sequence[ast.expr]) -> None:
        """The names of its loops are its own."""
        outside = self.scopes
        self.scopes = outside.inner()
        for loop in generators:
            self.visit(loop.iter)
            self.bind_target(loop.target, {})
            for test in loop.ifs:
                self.visit(test)
        for expression in made:
            self.visit(expression)
        self.scopes = outside

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        given = node.args
        for expression in (*node.decorator_list, *defaults_of(given)):
            self.visit(expression)
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if argument is not None:
                self.visit_annotation(argument.annotation)
        self.visit_annotation(node.returns)
        self.scopes.bind(node.name, {}, self.reach, node)
        with self.marked(node.decorator_list):
            on = (first_argument(node), self.owner) if self.owner is not None else None
            self.bodies[node] = self.defer(node.body, given, on)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(expression)
        outside = self.scopes, self.reach, self.in_function, self.owner
        bases = [self.working(self.meaning(base)) for base in node.bases if last_name(base) != "object"]
        around = self._class_of(node.bases[0]) if len(bases) == 1 else None
        self.scopes, self.in_function, self.owner = self.scopes.inner(is_class=True), False, node
        with self.class_marked(node.decorator_list):
            self.visit_body(node.body)
        self.classes[node] = OwnClass(self.scopes.names, bases[0] if len(bases) == 1 else {}, around)
        self.scopes, self.reach, self.in_function, self.owner = outside
        self.scopes.bind(node.name, {}, self.reach, node)
