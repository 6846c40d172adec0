"""A model of a checked case, which writes the statements that build it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.cases.codegen.literals import Node, bracketed, further, literal, shape
from harness.cases.codegen.nodes import Call, Expression
from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.contract.statuses import Stage
from harness.keras.parts.statement_nodes import Built, FunctionDefinition, NameScope, method_lines, names_inside

_CLASS = "CustomModel"


@dataclass(frozen=True)
class Sequential:
    """Layers one after another."""

    layers: list[Node]
    container: ClassVar[str] = "models.Sequential"
    variables: ClassVar[list[str]] = []

    def build(self, script: Script, variable: str, container: str, named: list[str]) -> None:
        layers = [layer.write(script) for layer in self.layers]
        after = f"], {named[0]})" if named else "])"
        script.add(Stage.BUILD, *bracketed(f"{variable} = {container}([", layers, after))


@dataclass(frozen=True)
class Step:
    """A tensor that a layer makes from others. The layer is one of the model's own, by its name, or a node."""

    layer: str | Node
    to: str | list[str]
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Functional:
    """A graph of tensors: inputs, layers that several steps may share, and the tensors that they make."""

    inputs: dict[str, Call | list[int | None]]
    layers: dict[str, Node]
    tensors: dict[str, Expression | Step]
    outputs: str | list[str]
    container: ClassVar[str] = "models.Model"

    @property
    def variables(self) -> list[str]:
        """The names that building the model binds."""
        return [*self.inputs, *self.layers, *self.tensors]

    def build(self, script: Script, variable: str, container: str, named: list[str]) -> None:
        for name in self.variables:
            script.define(name)

        # A nested model is written where its layer is, so all layers come before the first tensor.
        steps = [(name, step) for name, step in self.tensors.items() if isinstance(step, Step)]
        own = {name: step.layer.write(script) for name, step in steps if isinstance(step.layer, Node)}
        shared = {name: layer.write(script) for name, layer in self.layers.items()}
        for name, size in self.inputs.items():
            script.add(Stage.BUILD, f"{name} = {_input(script, size)}")
        script.add(Stage.BUILD, *(f"{name} = {layer}" for name, layer in shared.items()))

        for name, step in self.tensors.items():
            if isinstance(step, Expression):
                tensor = script.expression(step.text, given=self.variables)
            else:
                tensor = f"{own.get(name, step.layer)}({_names(step.to)}{further(step.arguments, script)})"
            script.add(Stage.BUILD, f"{name} = {tensor}")
        ends = [f"inputs={_names(self.inputs)}", f"outputs={_names(self.outputs)}"]
        script.add(Stage.BUILD, *bracketed(f"{variable} = {container}(", ends + named, ")"))


@dataclass(frozen=True)
class Subclass:
    """A subclass of Model: its layers, the expression that its call returns, and further methods."""

    layers: dict[str, Node]
    call: Expression
    methods: dict[str, FunctionDefinition] = field(default_factory=dict)
    container: ClassVar[str] = "models.Model"
    variables: ClassVar[list[str]] = []

    def build(self, script: Script, variable: str, container: str, named: list[str]) -> None:
        script.add(Stage.BUILD, *self._class(script, container), "", "")
        script.add(Stage.BUILD, f"{variable} = {_CLASS}({', '.join(named)})")

    def _class(self, script: Script, base: str) -> list[str]:
        for name in (_CLASS, *names_inside(self.methods.values())):
            script.define(name)
        layers = {name: layer.write(script) for name, layer in self.layers.items()}
        read = expressions.names_read(self.call.text)
        more = "".join(f", {word}=None" for word in ("training", "mask") if word in read)
        returned = script.expression(self.call.text, own=list(layers), given=["inputs", "training", "mask"])
        methods = method_lines(self.methods, script, NameScope(), list(layers))
        return [
            f"class {_CLASS}({base}):",
            "    def __init__(self, **kwargs):",
            "        super().__init__(**kwargs)",
            *(f"        self.{name} = {layer}" for name, layer in layers.items()),
            "",
            f"    def call(self, inputs{more}):",
            f"        return {returned}",
            *(f"    {line}" if line else "" for method in methods for line in ["", *method]),
        ]


@dataclass(frozen=True)
class Model(Built):
    """A model in one of its three forms; `container` is the class to build it with, if the case names one."""

    form: Sequential | Functional | Subclass
    container: str | list[str] | None = None
    name: str | None = None

    @property
    def variables(self) -> list[str]:
        """The names that building the model binds, in addition to its own."""
        return self.form.variables

    def bind(self, script: Script, variable: str = "model") -> None:
        """Write the statements that build the model and bind it to the variable."""
        container = script.use(self.container or self.form.container)
        named = [] if self.name is None else [f"name={literal(self.name, script)}"]
        self.form.build(script, variable, container, named)

    def write(self, script: Script) -> str:
        """A nested model is built first, under a name of its own."""
        variable = script.fresh("inner")
        self.bind(script, variable)
        return variable


def _input(script: Script, size: Call | list[int | None]) -> str:
    return size.write(script) if isinstance(size, Call) else f"{script.use('layers.Input')}(shape={shape(size)})"


def _names(names: str | Iterable[str]) -> str:
    words = [names] if isinstance(names, str) else list(names)
    return words[0] if len(words) == 1 else "[{}]".format(", ".join(words))
