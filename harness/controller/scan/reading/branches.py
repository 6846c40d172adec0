"""Statements that branch: all branches begin with the same names, and their meanings are joined where they meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness.controller.api.environments import Mask, union
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.expressions import Expressions
from harness.controller.scan.reading.scopes import BranchEnd
from harness.controller.scan.reading.skipped import run_conditions
from harness.controller.scan.reading.sources import Source
from harness.controller.scan.reading.syntax import (
    caught_types,
    entered_contexts,
    is_endless,
    is_exit,
    is_skip,
    last_name,
    pattern_test,
    stored_names,
)
from harness.controller.scan.reading.uses import Catch, Target

# contextlib.suppress(ImportError), pytest.raises(ImportError), self.assertRaises(ImportError)
_CATCHING = {"suppress", "raises", "assertRaises", "assertRaisesRegex"}


@dataclass
class LoopExits:
    """A loop under way: where it was left, and where its next round began."""

    breaks: list[BranchEnd] = field(default_factory=list)
    continues: list[BranchEnd] = field(default_factory=list)


class Branches(Expressions):
    """The statements that divide the releases of `reach`, or leave a block."""

    def __init__(self, source: Source, answers: ApiAnswers, reach: Mask) -> None:
        super().__init__(source, answers, reach)
        self.loops: list[LoopExits] = []
        self.returns: list[tuple[dict[Target, Mask], Mask]] = []  # of the function that is visited
        self.class_conditions: list[ast.expr] = []  # under which the functions of a class are run

    def visit_body(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.statement = statement
            self.visit(statement)

    def _branch(self, start: BranchEnd, body: Sequence[ast.stmt]) -> BranchEnd:
        """Where a block gets that begins in the releases of `start`."""
        self.scopes.names, self.reach = dict(start.names), start.reach
        self.visit_body(body)
        return self.here

    @property
    def here(self) -> BranchEnd:
        return self.scopes.branch_end(self.reach)

    def _join(self, endings: Sequence[BranchEnd]) -> None:
        self.scopes.join(endings)
        self.reach = union(ending.reach for ending in endings)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        true, false = self.conditions.split(node.test, self.reach)
        before, self.is_guarded = self.is_guarded, self.is_guarded or self.conditions.is_opaque
        names = self.scopes.names
        self._join(
            [self._branch(BranchEnd(names, true), node.body), self._branch(BranchEnd(names, false), node.orelse)]
        )
        self.is_guarded = before

    @contextmanager
    def marked(self, marks: Sequence[ast.expr]) -> Iterator[None]:
        """A function, in the releases in which its marks and those of its class do not skip it."""
        before = self.reach, self.is_guarded
        for condition in [*run_conditions(marks, self.assigned), *self.class_conditions]:
            self.reach, _ = self.conditions.split(condition, self.reach)
            self.is_guarded |= self.conditions.is_opaque
        yield
        self.reach, self.is_guarded = before

    @contextmanager
    def class_marked(self, marks: Sequence[ast.expr]) -> Iterator[None]:
        """The body of a class, whose marks are those of its functions."""
        before = self.class_conditions
        self.class_conditions = [*before, *run_conditions(marks, self.assigned)]
        yield
        self.class_conditions = before

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        left, endings = self.here, []
        for case in node.cases:
            self._join([left])
            self.visit(case.pattern)
            for name in stored_names([case.pattern]):
                self.scopes.bind(name, {}, self.reach)
            test = pattern_test(node.subject, case.pattern)
            before = self.is_guarded
            self.is_guarded |= test is None and self.conditions.mentions_version(node.subject)
            true, false = self.conditions.split(test, left.reach) if test else (left.reach, left.reach)
            if case.guard is not None:
                self.visit(case.guard)
                false = left.reach
            left = BranchEnd(left.names, false)
            endings.append(self._branch(BranchEnd(self.scopes.names, true), case.body))
            self.is_guarded = before
        self._join([*endings, left])

    def visit_Try(self, node: ast.Try) -> None:
        start = self.here
        catches = [Catch(frozenset(self.caught_types(handler.type))) for handler in node.handlers]
        with self._catching(catches):
            self.visit_body(node.body)
        tried = self.here
        self.visit_body(node.orelse)
        endings = [self.here]
        for handler, catch in zip(node.handlers, catches, strict=True):
            entered = start.reach if catch.is_entered_anyhow else catch.mask
            # What fails for certain has bound what came before it; of anything else that is not known.
            self.scopes.join([tried, start] if catch.is_entered_anyhow else [tried])
            if handler.name:
                self.scopes.bind(handler.name, {}, entered)
            endings.append(self._handled(BranchEnd(self.scopes.names, entered), handler.body, catch))
        self._join(endings)
        self._visit_finally(node.finalbody, start.reach)

    visit_TryStar = visit_Try

    def _handled(self, start: BranchEnd, body: Sequence[ast.stmt], catch: Catch) -> BranchEnd:
        """Where the body of a handler gets; it handles nothing in the releases in which it fails itself."""
        outside, self.left = self.left, 0
        ending = self._branch(start, body)
        catch.note_caught(start.reach & ~ending.reach & ~self.left)
        self.left |= outside
        return ending

    def _visit_finally(self, body: Sequence[ast.stmt], entered: Mask) -> None:
        """It is run whatever has become of the `try`."""
        ended, self.reach = self.reach, entered
        self.visit_body(body)
        self.reach &= ended

    @contextmanager
    def _catching(self, catches: Sequence[Catch]) -> Iterator[None]:
        """The first of the handlers that fits gets an error: it is the innermost."""
        self.catches += reversed(catches)
        yield
        del self.catches[len(self.catches) - len(catches) :]

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        types: set[str] = set()
        for item in node.items:
            self.visit(item.context_expr)
            types |= self._suppressed(item.context_expr)
            if item.optional_vars is not None:
                self.bind_target(item.optional_vars, {})
        types |= {name for call in entered_contexts(node.body) for name in self._suppressed(call)}
        start = self.here
        catch = Catch(frozenset(types))
        with self._catching([catch]):
            self.visit_body(node.body)
        catch.note_caught(0)
        if types:
            self._join([self.here, BranchEnd(start.names, start.reach if catch.maybe else catch.mask)])

    visit_AsyncWith = visit_With

    def _suppressed(self, context: ast.expr) -> set[str]:
        """The types of errors that do not get out of a `with`."""
        if not isinstance(context, ast.Call):
            return set()
        names = {last_name(context.func), *(target.name.rpartition(".")[2] for target in self.meaning(context.func))}
        return {name for given in context.args for name in self.caught_types(given)} if names & _CATCHING else set()

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.bind_target(node.target, {})
        self._visit_loop(node)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self._visit_loop(node)

    def _visit_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """Its body is run never, once or more often: the releases that begin it get behind it."""
        self.scopes.forget(stored_names(node.body), self.reach)
        if isinstance(node, ast.While):
            self.visit(node.test)
        start, loop = self.here, LoopExits()
        self.loops.append(loop)
        self.visit_body(node.body)
        self.loops.pop()
        if is_endless(node):  # what follows is reached by `break` alone
            self._join(loop.breaks)
            return
        self._join([start, self.here, *loop.continues])
        self.visit_body(node.orelse)
        self._join([self.here, *loop.breaks])
        self.reach = start.reach

    def visit_Break(self, node: ast.Break) -> None:
        self.loops[-1].breaks.append(self.here)
        self._leave()

    def visit_Continue(self, node: ast.Continue) -> None:
        self.loops[-1].continues.append(self.here)
        self._leave()

    def _leave(self) -> None:
        """Nothing after this is reached."""
        self.left |= self.reach
        self.reach = 0

    def visit_Raise(self, node: ast.Raise) -> None:
        self.generic_visit(node)
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        self._raise(last_name(raised) if raised else "", self.reach)

    def _raise(self, error: str, mask: Mask) -> None:
        """The first handler that takes the error is entered in these releases; nothing after this is reached."""
        for catch in reversed(self.catches):
            if catch.takes(error):
                catch.mask |= mask
                self.left |= mask
                break
        self.reach &= ~mask

    def visit_Assert(self, node: ast.Assert) -> None:
        self.generic_visit(node)
        true, _ = self.conditions.split(node.test, self.reach)
        self._raise("AssertionError", self.reach & ~true)

    def visit_Return(self, node: ast.Return) -> None:
        self.generic_visit(node)
        if node.value is not None:
            self.returns.append((self.working(self.meaning(node.value)), self.reach))
        self._leave()

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        function = node.value.func if isinstance(node.value, ast.Call) else None
        if function is not None and is_skip(function):
            self._leave()
        elif function is not None and is_exit(function):
            self.reach = 0

    def caught_types(self, node: ast.expr | None) -> list[str]:
        """The names of the types that a handler catches, which may have a name in the code."""
        value = self.assigned(node.id) if isinstance(node, ast.Name) else None
        return caught_types(value if isinstance(value, ast.Tuple) else node)
