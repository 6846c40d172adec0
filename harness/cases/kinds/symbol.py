"""`symbol`: a name is imported, and its type and arguments are checked."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import keywords
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, Named, Value, fallback
from harness.cases.document.fields import Choice, Field, Matching
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.expectations import OF_ALL, check_expectations, write_of_all
from harness.contract.statuses import Stage

_IS = {
    "class": "inspect.isclass({})",
    "function": "callable({0}) and not inspect.isclass({0})",
    "module": "inspect.ismodule({})",
    "text": "isinstance({}, str)",
}
# The function whose arguments `takes` names. Of a class it is `__init__`: on older Pythons signature(cls) shows those
# of an inherited `__new__(cls, *args, **kwargs)`.
_SIGNED = {"class": "{}.__init__", None: "{0}.__init__ if inspect.isclass({0}) else {0}"}
_PARAMETER = Matching(r"[A-Za-z_]\w*", "an argument's name")

FIELDS: dict[str, Field] = {
    "symbol": fallback(),
    "call": Named(Value()),
    "expect": Mapping(
        {"is": Choice(*_IS), "takes": Items(_PARAMETER), "same_as": fallback(), "subclass_of": fallback(), **OF_ALL}
    ),
}
_MADE = "made"  # the result of the call, for expressions

_STARTER = """\
symbol: __version__
expect:
  is: text
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Expressions know the result only if there is a call."""
    check_expectations(body, place, [_MADE])


def write(body: dict[str, Any], script: Script) -> None:
    """Write the import, the call if there is one, and the checks."""
    script.define(_MADE)
    expect = body["expect"]
    name = script.use(body["symbol"])
    if "call" in body:
        script.add(Stage.CALL, f"{_MADE} = {name}({keywords(body['call'], script)})")
    if "is" in expect:
        test = _IS[expect["is"]].format(name)
        if "inspect." in test:
            script.plain("import inspect")
        script.add(Stage.CHECK, f"assert {test}, {name}")
    if "takes" in expect:
        script.plain("import inspect")
        function = _SIGNED.get(expect.get("is"), "{}").format(name)
        script.add(Stage.CHECK, f"parameters = list(inspect.signature({function}).parameters)")
        script.add(Stage.CHECK, *(f'assert "{item}" in parameters, parameters' for item in expect["takes"]))
    if "same_as" in expect:
        other = script.use(expect["same_as"])
        script.add(Stage.CHECK, f"assert {name} is {other}, ({name}, {other})")
    if "subclass_of" in expect:
        script.add(Stage.CHECK, f"assert issubclass({name}, {script.use(expect['subclass_of'])}), {name}.__mro__")
    write_of_all(expect, script, [_MADE])


KIND = Kind(
    "symbol",
    FIELDS,
    ("symbol", "expect"),
    write,
    _STARTER,
    check,
    summary="import a name and check its type and arguments",
)
"""The kind."""
