"""Statements of a checked case: steps in the order written, blocks around them, functions and classes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cases.codegen.literals import Node, literal
from harness.cases.codegen.nodes import Expression
from harness.cases.codegen.script import Script, indented, without_last_blanks
from harness.cases.document import expressions
from harness.contract.statuses import Stage

# The stage of an expression by the name of the function that it calls; any other call is in the stage `call`.
_STAGES = {
    "compile": Stage.COMPILE,
    "fit": Stage.FIT,
    "train_on_batch": Stage.FIT,
    "save": Stage.SAVE,
    "save_model": Stage.SAVE,
    "save_weights": Stage.SAVE,
    "load_model": Stage.LOAD,
    "load_weights": Stage.LOAD,
    "plot_model": Stage.PLOT,
}


@dataclass(frozen=True)
class NameScope:
    """What expressions know: variables, and the names in `own`, which stand for attributes of `self`."""

    given: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def inside(self, names: Collection[str], own: Collection[str] = ()) -> NameScope:
        """The scope of a function with these variables."""
        return NameScope((*self.given, *names), (*self.own, *own))


class Built(Node):
    """A value that statements of its own build and bind; `variables` are what they bind in addition."""

    @property
    @abstractmethod
    def variables(self) -> list[str]: ...

    @abstractmethod
    def bind(self, script: Script, variable: str) -> None:
        """Write the statements, which bind the variable."""


@dataclass(frozen=True)
class Import:
    """A module from outside the import paths."""

    module: str


@dataclass(frozen=True)
class FunctionDefinition:
    """A function: arguments with their defaults (`...`: none), statements, and the expression that it returns."""

    arguments: Mapping[str, Any]
    steps: Sequence[Statement]
    returns: Expression | None
    decorator: Expression | None = None

    @property
    def variables(self) -> list[str]:
        """The names that it binds for itself."""
        return [*(name.lstrip("*") for name in self.arguments), *bound_names(self.steps)]

    @property
    def given_first(self) -> tuple[str, ...]:
        """The arguments that Python gives to it as a method."""
        decorator = self.decorator.text if self.decorator else ""
        return {"staticmethod": (), "classmethod": ("cls",)}.get(decorator, ("self",))

    def lines(self, name: str, script: Script, scope: NameScope, first: Sequence[str] = ()) -> list[str]:
        """The lines of its definition; `first` are arguments before its own."""
        inner = scope.inside([*first, *self.variables])
        given = [
            name if default is ... else f"{name}={literal(default, script)}" for name, default in self.arguments.items()
        ]
        body = nested_lines(self.steps, script, inner)
        if self.returns:
            body.append(f"return {_expression(self.returns, script, inner)}")
        head = [f"@{_expression(self.decorator, script, scope)}"] if self.decorator else []
        return [*head, *indented(f"def {name}({', '.join([*first, *given])}):", body or ["pass"])]


@dataclass(frozen=True)
class ClassDefinition:
    """A subclass of `base`, with attributes that its constructor sets, and methods."""

    base: str | list[str]
    arguments: Mapping[str, Any]
    attributes: Mapping[str, Any]
    methods: Mapping[str, FunctionDefinition]
    register: Node | None = None

    def lines(self, name: str, script: Script, scope: NameScope) -> list[str]:
        """The lines of its definition."""
        own = (*self.arguments, *self.attributes)
        parts = [self._constructor(script, scope), *method_lines(self.methods, script, scope, own)]
        body = [line for part in parts if part for line in [*part, ""]]
        head = [f"@{literal(self.register, script)}"] if self.register else []
        return [*head, *indented(f"class {name}({script.use(self.base)}):", body[:-1] or ["pass"])]

    def _constructor(self, script: Script, scope: NameScope) -> list[str]:
        if not self.arguments and not self.attributes:
            return []
        inner = scope.inside(["self", *self.arguments])
        lines = ["super().__init__(**kwargs)", *(f"self.{name} = {name}" for name in self.arguments)]
        with script.nested() as blocks:
            for name, value in self.attributes.items():
                text = _value(value, script, inner)
                script.add(Stage.BUILD, f"self.{name} = {text}")
        lines += [line for _, block in blocks for line in block]
        given = "".join(f"{name}={literal(value, script)}, " for name, value in self.arguments.items())
        return indented(f"def __init__(self, {given}**kwargs):", lines)


@dataclass(frozen=True)
class SimpleStatement:
    """A step: a value, and the names, attribute or item that it is assigned to, if any."""

    value: Any
    target: str = ""

    @property
    def names(self) -> list[str]:
        """The variables that it binds."""
        return target_names(self.target)

    def write(self, script: Script, scope: NameScope) -> None:
        if isinstance(self.value, (FunctionDefinition, ClassDefinition)):
            script.add(Stage.BUILD, *self.value.lines(self.target, script, scope), "", "")
        elif isinstance(self.value, Import):
            renamed = "" if self.target == self.value.module else f" as {self.target}"
            script.plain(f"import {self.value.module}{renamed}")
        elif self.names and isinstance(self.value, Built):
            self.value.bind(script, self.target)
        else:
            text = _value(self.value, script, scope)
            script.add(self.stage, f"{self._left(script, scope)} = {text}" if self.target else text)

    @property
    def stage(self) -> Stage:
        """That of the function in the outermost call of an expression: a class belongs to `build`."""
        if not isinstance(self.value, Expression):
            return Stage.BUILD if self.names else Stage.CALL
        called = expressions.called_name(self.value.text)
        return _STAGES.get(called, Stage.BUILD if called[:1].isupper() else Stage.CALL)

    def _left(self, script: Script, scope: NameScope) -> str:
        return self.target if self.names else script.expression(self.target, scope.own, scope.given)


@dataclass(frozen=True)
class CompoundStatement:
    """Steps in a `with` or `for` statement, which binds `target`."""

    word: str
    value: Expression
    target: str
    steps: Sequence[Statement]

    @property
    def names(self) -> list[str]:
        """The variables that it binds."""
        return [*target_names(self.target), *bound_names(self.steps)]

    def write(self, script: Script, scope: NameScope) -> None:
        value = _expression(self.value, script, scope)
        if self.word == "for":
            head = f"for {self.target} in {value}:"
        else:
            head = f"with {value} as {self.target}:" if self.target else f"with {value}:"
        with script.nested() as blocks:
            write_statements(self.steps, script, scope)
        lines = without_last_blanks([line for _, block in blocks for line in block])
        script.add(blocks[-1][0] if blocks else Stage.CALL, *indented(head, lines or ["pass"]))


Statement = SimpleStatement | CompoundStatement


def target_names(target: str) -> list[str]:
    """The variables of a target: of `x, y` both, of `model.layers` and `x[0]` none."""
    names = [name.strip() for name in target.split(",")]
    return names if all(name.isidentifier() for name in names) else []


def bound_names(steps: Sequence[Statement]) -> list[str]:
    """All variables that these statements bind, in order."""
    return [name for step in steps for name in step.names]


def local_names(steps: Sequence[Statement]) -> Iterator[str]:
    """The variables inside of the functions and classes that these statements define."""
    for step in steps:
        if isinstance(step, CompoundStatement):
            yield from local_names(step.steps)
        elif isinstance(step.value, FunctionDefinition):
            yield from names_inside([step.value])
        elif isinstance(step.value, ClassDefinition):
            yield from names_inside(step.value.methods.values())


def names_inside(functions: Iterable[FunctionDefinition]) -> Iterator[str]:
    """The variables of functions, and of those inside of them."""
    for function in functions:
        yield from function.variables
        yield from local_names(function.steps)


def write_statements(steps: Sequence[Statement], script: Script, scope: NameScope) -> None:
    """Write the statements in order, each in its stage."""
    for step in steps:
        step.write(script, scope)


def nested_lines(steps: Sequence[Statement], script: Script, scope: NameScope) -> list[str]:
    """The lines of statements inside of a function, whatever their stages."""
    with script.nested() as blocks:
        write_statements(steps, script, scope)
    return [line for _, block in blocks for line in block]


def method_lines(
    methods: Mapping[str, FunctionDefinition], script: Script, scope: NameScope, own: Collection[str]
) -> list[list[str]]:
    """The lines of each method of a class whose instances have the attributes in `own`."""
    inner = scope.inside((), own)
    return [method.lines(name, script, inner, method.given_first) for name, method in methods.items()]


def _expression(value: Expression, script: Script, scope: NameScope) -> str:
    return script.expression(value.text, scope.own, scope.given)


def _value(value: Any, script: Script, scope: NameScope) -> str:
    return _expression(value, script, scope) if isinstance(value, Expression) else literal(value, script)
