"""The fields of statements: steps in the order written, `with` and `for` blocks, functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.cases.codegen.nodes import Expression
from harness.cases.document import expressions
from harness.cases.document.containers import (
    CallField,
    ExpressionField,
    Items,
    Named,
    OneOf,
    Value,
    fallback,
)
from harness.cases.document.containers import Mapping as MappingField
from harness.cases.document.fields import Field, Matching, Schema, describe_value, is_name
from harness.cases.document.reader import Place
from harness.cases.parts.arrays import data, is_array
from harness.cases.subject import Subject
from harness.keras.parts.statement_nodes import (
    Built,
    ClassDefinition,
    CompoundStatement,
    FunctionDefinition,
    Import,
    SimpleStatement,
    Statement,
    target_names,
)

_WORDS = ("with", "for")  # the keys of blocks
_MODULE = MappingField({"import": Matching(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", "a module")}, ["import"])
_MANY = r"\*{0,2}[A-Za-z_]\w*"


class Steps(Field):
    """Statements in order; `value` reads what is neither an expression nor an array nor a definition."""

    def __init__(self, value: Field) -> None:
        self.value = value
        self.function = _FunctionField(self)
        self.definitions = _ClassField(self.function, self)

    def read(self, value: Any, place: Place) -> list[Statement]:
        if not isinstance(value, list) or not value:
            place.fault(f"must be a list with at least one item, not {describe_value(value)}")
            return []
        return [self._step(item, place.at(index)) for index, item in enumerate(value)]

    def _step(self, step: Any, place: Place) -> Statement:
        if isinstance(step, str):
            return SimpleStatement(ExpressionField().read(step, place))
        if not isinstance(step, dict):
            place.fault(f"must be text or a mapping, not {describe_value(step)}")
        elif word := next((word for word in _WORDS if word in step), None):
            return self._block(word, step, place)
        elif len(step) != 1:
            place.fault("must be one name with its value")
        else:
            ((target, value),) = step.items()
            self._check_target(target, place.at(target))
            return SimpleStatement(self.read_value(value, place.at(target)), str(target).strip())
        return SimpleStatement(Expression("None"))

    def _block(self, word: str, step: dict[str, Any], place: Place) -> CompoundStatement:
        of_block = MappingField({word: Field(), "steps": self}, [word, "steps"]).read(step, place)
        value, target, at = step[word], "", place.at(word)
        if isinstance(value, dict) and len(value) == 1:
            ((target, value),) = value.items()
            at = at.at(target)
            if not target_names(str(target)) or not all(map(is_name, target_names(str(target)))):
                at.fault(f"{target!r} is not a Python name")
        elif word == "for":
            at.fault("must be one name with the values that it takes")
        return CompoundStatement(word, ExpressionField().read(value, at), str(target), of_block.get("steps", []))

    def _check_target(self, target: Any, place: Place) -> None:
        """A Python name, several with commas between them, or an attribute or an item of something."""
        names = target_names(target) if isinstance(target, str) else []
        for name in names:
            if not is_name(name):
                place.fault(f"{name!r} is not a Python name")
        if names:
            return
        fault = expressions.expression_fault(target) if isinstance(target, str) else "no text"
        node = None if fault else expressions.parse_python(target.replace("::", "."), "eval").body
        if not isinstance(node, (ast.Attribute, ast.Subscript)):
            place.fault(f"{target!r} is not a Python name")

    def read_value(self, value: Any, place: Place) -> Any:
        """The value of a step."""
        if isinstance(value, str):
            return ExpressionField().read(value, place)
        if isinstance(value, (bool, int, float)):
            return Value().read(value, place)
        if is_array(value) or _holds_arrays(value):
            return data().read(value, place)
        if isinstance(value, dict) and "import" in value:
            return Import(_MODULE.read(value, place).get("import", ""))
        if isinstance(value, dict) and "base" in value:
            return self.definitions.read(value, place)
        if isinstance(value, dict) and value and set(value) <= set(self.function.fields.fields):
            return self.function.read(value, place)
        return self.value.read(value, place)

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/step"}}

    def definition(self) -> Schema:
        """The schema of a statement, which the others refer to."""
        values = [ExpressionField(), data(), _MODULE, self.definitions, self.function, self.value]
        plain: Schema = {"type": ["number", "boolean"]}
        pair = {"type": "object", "minProperties": 1, "maxProperties": 1}
        pair |= {"additionalProperties": {"anyOf": [plain, *(field.schema() for field in values)]}}
        one_text = {"type": "object", "minProperties": 1, "maxProperties": 1}
        one_text |= {"additionalProperties": ExpressionField().schema()}
        blocks = [
            {
                "type": "object",
                "properties": {word: {"anyOf": [one_text, ExpressionField().schema()]}, "steps": self.schema()},
                "required": [word, "steps"],
                "additionalProperties": False,
            }
            for word in _WORDS
        ]
        return {"anyOf": [ExpressionField().schema(), pair, *blocks]}


class _FunctionField(Field):
    """A function: `{arguments: [x, {y: null}], steps: [...], returns: x}`. Gives a `FunctionDefinition`."""

    def __init__(self, steps: Steps) -> None:
        argument = OneOf((str, Matching(_MANY, "an argument's name")), (dict, Named(Value())))
        self.fields = MappingField(
            {"arguments": Items(argument), "steps": steps, "returns": ExpressionField(), "decorator": ExpressionField()}
        )

    def read(self, value: Any, place: Place) -> FunctionDefinition:
        read = self.fields.read(value, place) or {}
        arguments: dict[str, Any] = {}
        for item in read.get("arguments") or []:
            arguments.update({item: ...} if isinstance(item, str) else item or {})
        for name in arguments:
            if not is_name(name.lstrip("*")):
                place.at("arguments").fault(f"{name!r} is not a Python name")
        return FunctionDefinition(arguments, read.get("steps", []), read.get("returns"), read.get("decorator"))

    def schema(self) -> Schema:
        return self.fields.schema()


class _ClassField(Field):
    """A subclass: `{base: callbacks.Callback, attributes: {...}, methods: {...}}`. Gives a `ClassDefinition`."""

    def __init__(self, function: _FunctionField, steps: Steps) -> None:
        self.steps = steps
        self.fields = MappingField(
            {
                "base": fallback(),
                "register": CallField(),
                "arguments": Named(Value()),
                "attributes": Named(_StepValue(steps)),
                "methods": Named(function),
            },
            ["base"],
        )

    def read(self, value: Any, place: Place) -> ClassDefinition:
        read = self.fields.read(value, place) or {}
        arguments, attributes, methods = (read.get(key) or {} for key in ("arguments", "attributes", "methods"))
        return ClassDefinition(read.get("base", ""), arguments, attributes, methods, read.get("register"))

    def schema(self) -> Schema:
        return self.fields.schema()


class _StepValue(Field):
    """The value of a step, in another place."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def read(self, value: Any, place: Place) -> Any:
        return self.steps.read_value(value, place)


def _holds_arrays(value: Any) -> bool:
    """Whether a list or a mapping has arrays and nothing else."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(items) and all(map(is_array, items))


class Checker:
    """Checks the names of statements: each is bound above its use, and none has another meaning already."""

    def __init__(self, subject: Subject, taken: Collection[str]) -> None:
        self.subject = subject
        self.taken = taken

    def steps(self, steps: Sequence[Statement], place: Place, known: Collection[str]) -> list[str]:
        """The names that are known after these statements."""
        names = list(known)
        for index, step in enumerate(steps):
            at = place.at(index)
            if isinstance(step, CompoundStatement):
                self.expression(step.value, at.at(step.word), names)
                names += self.bound(target_names(step.target), at.at(step.word))
                names = self.steps(step.steps, at.at("steps"), names)
            else:
                names += self._bind(step, at, names)
        return names

    def _bind(self, step: SimpleStatement, place: Place, known: Collection[str]) -> list[str]:
        at = place.at(step.target) if step.target else place
        if step.target and not step.names:
            self.expression(Expression(step.target), at, known)
        if isinstance(step.value, (FunctionDefinition, ClassDefinition)) and len(step.names) != 1:
            at.fault("a function or a class needs one name")
        if isinstance(step.value, Expression):
            self.expression(step.value, at, known)
        elif isinstance(step.value, FunctionDefinition):
            self.function(step.value, at, known)
        elif isinstance(step.value, ClassDefinition):
            own = self.bound([*step.value.arguments, *step.value.attributes], at)
            self.methods(step.value.methods, at.at("methods"), [*known, *step.names], own)
            for name, value in step.value.attributes.items():
                if isinstance(value, Expression):
                    self.expression(value, at.at("attributes").at(name), [*known, "self", *step.value.arguments])
        for inner in step.value.variables if isinstance(step.value, Built) else ():
            if inner in known:
                place.fault(f"the name {inner!r} is taken: call it something else in the model")
        return self.bound(step.names, at)

    def methods(
        self, methods: Mapping[str, FunctionDefinition], place: Place, known: Collection[str], own: Sequence[str]
    ) -> None:
        """Check methods of a class whose instances have the attributes in `own`."""
        for name, method in methods.items():
            for variable in method.variables:
                if variable in own:
                    place.at(name).fault(f"the name {variable!r} is taken: call it something else")
            self.function(method, place.at(name), [*known, *own, *method.given_first])

    def function(self, function: FunctionDefinition, place: Place, known: Collection[str]) -> None:
        """Check a function."""
        if function.decorator:
            self.expression(function.decorator, place.at("decorator"), known)
        arguments = [name.lstrip("*") for name in function.arguments]
        inner = [*known, *self.bound(arguments, place.at("arguments"))]
        inner = self.steps(function.steps, place.at("steps"), inner)
        if function.returns:
            self.expression(function.returns, place.at("returns"), inner)

    def expression(self, value: Expression, place: Place, known: Collection[str]) -> None:
        """Report unknown names."""
        for sentence in expressions.unknown_names(value.text, known, self.subject):
            place.fault(sentence)

    def bound(self, names: Sequence[str], place: Place) -> list[str]:
        """Report names that have another meaning."""
        for name in names:
            if name in self.taken:
                place.fault(f"the name {name!r} is taken: call it something else")
        return list(names)
