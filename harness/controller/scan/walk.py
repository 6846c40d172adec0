"""The walk through a file as Python would run it in every release at once: the uses, and where each is reached."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from harness.controller.api.environments import Mask
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.expressions import Expressions
from harness.controller.scan.sources import Source
from harness.controller.scan.syntax import caught_types, is_exit, last_name, names_of
from harness.controller.scan.uses import Catch, Form, Target, Use

_CATCHING = {"suppress", "raises"}  # contextlib.suppress(ImportError), pytest.raises(ImportError)


def find_uses(source: Source, answers: ApiAnswers, reach: Mask) -> list[Use]:
    """Every use of a name of the API in a file, in the releases of `reach`."""
    walk = _Walk(source, answers, reach)
    for block in source.blocks:
        walk.cell = block.cell
        walk.visit_body(block.tree.body)
    walk.visit_functions()
    return walk.uses


class _Walk(Expressions):
    """Statements in the order in which they run: guards divide the releases of `reach`."""

    def visit_body(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.statement = statement
            self.visit(statement)

    def visit_functions(self) -> None:
        """Bodies of functions, which run when the module has been run to its end."""
        while self.functions:
            body, arguments, scopes, self.reach, self.cell = self.functions.pop(0)
            self.scopes, self.in_function = scopes.inner(), True
            for argument in names_of(arguments):
                self.scopes.bind(argument, {}, self.all)
            self.visit_body(body)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            reach = self.reach
            works = self.use(Target(alias.name, 1), Form.IMPORT, alias)
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.scopes.bind(alias.asname or name, self.targets(name, works), reach)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            for alias in node.names:
                self.scopes.bind(alias.asname or alias.name, {}, self.reach)
            self.something_may_fail()
            return
        for alias in node.names:
            if alias.name == "*":
                self._visit_star(node, node.module)
                continue
            reach = self.reach
            name = f"{node.module}.{alias.name}"
            works = self.use(Target(name, 1), Form.FROM, alias)
            self.scopes.bind(alias.asname or alias.name, self.targets(name, works), reach)

    def _visit_star(self, node: ast.ImportFrom, module: str) -> None:
        works = self.use(Target(module, 1), Form.IMPORT, node)
        if works and self.targets(module, works) and self.answers.is_about(module):
            self.stars.append(Target(module, module.count(".") + 1))

    def visit_Try(self, node: ast.Try) -> None:
        before = self.reach
        catch = Catch(frozenset(name for handler in node.handlers for name in caught_types(handler.type)))
        self.catches.append(catch)
        self.visit_body(node.body)
        self.catches.pop()
        self.visit_body(node.orelse)
        ended, lost = self.reach, 0
        for handler in node.handlers:
            self.reach = entered = before if catch.maybe else catch.mask
            if handler.name:
                self.scopes.bind(handler.name, {}, self.all)
            self.visit_body(handler.body)
            ended |= self.reach
            lost |= entered & ~self.reach
        for use, mask in catch.uses:
            use.caught |= mask & ~lost
        self.reach = ended
        self.visit_body(node.finalbody)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        true, false = self.conditions.split(node.test, self.reach)
        before, self.is_guarded = self.is_guarded, self.is_guarded or self.conditions.is_opaque
        self.reach = true
        self.visit_body(node.body)
        ended, self.reach = self.reach, false
        self.visit_body(node.orelse)
        self.reach |= ended
        self.is_guarded = before

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        types: set[str] = set()
        for item in node.items:
            self.visit(item.context_expr)
            call = item.context_expr
            if isinstance(call, ast.Call) and last_name(call.func) in _CATCHING:
                types |= {name for argument in call.args for name in caught_types(argument)}
            if item.optional_vars is not None:
                self.bind_target(item.optional_vars, {})
        catch = Catch(frozenset(types))
        self.catches.append(catch)
        before = self.reach
        self.visit_body(node.body)
        self.catches.pop()
        for use, mask in catch.uses:
            use.caught |= mask
        self.reach = before if types else self.reach

    visit_AsyncWith = visit_With

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.bind_target(node.target, {})
        self._visit_loop(node)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._visit_loop(node)

    def _visit_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        before = self.reach
        self.visit_body([*node.body, *node.orelse])
        self.reach = before

    def visit_Raise(self, node: ast.Raise) -> None:
        self._leave(node)

    def visit_Return(self, node: ast.Return) -> None:
        self._leave(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._leave(node)

    def visit_Break(self, node: ast.Break) -> None:
        self._leave(node)

    def _leave(self, node: ast.stmt) -> None:
        """Nothing after this is reached."""
        self.generic_visit(node)
        self.reach = 0

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        if isinstance(node.value, ast.Call) and is_exit(node.value.func):
            self.reach = 0

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        meaning = self.working(self.meaning(node.value))
        for target in node.targets:
            self.bind_target(target, meaning, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self.bind_target(node.target, {})

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind_target(node.target, self.working(self.meaning(node.value)), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self.in_function:
            self.visit_annotation(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.bind_target(node.target, self.working(self.meaning(node.value)), node.value)

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
        for expression in (*node.decorator_list, *given.defaults, *filter(None, given.kw_defaults)):
            self.visit(expression)
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if argument is not None:
                self.visit_annotation(argument.annotation)
        self.visit_annotation(node.returns)
        self.scopes.bind(node.name, {}, self.all)
        self.functions.append((node.body, given, self.scopes, self.reach, self.cell))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(expression)
        outside = self.scopes, self.reach, self.in_function
        self.scopes, self.in_function = self.scopes.inner(is_class=True), False
        self.visit_body(node.body)
        self.scopes, self.reach, self.in_function = outside
        self.scopes.bind(node.name, {}, self.all)
