"""Arrays in a document: `{ones: [2, 4]}`, `{full: [2, 10], value: 128.0}`, `{random: [32, 784]}` and their like."""

from __future__ import annotations

from typing import Any, Callable

from harness.cases.documents import Place, nearest
from harness.cases.fields import Field, Items, Mapping, Number, Shape, Whole, describe
from harness.cases.literals import shape
from harness.cases.script import Script

_DTYPE = ', dtype="float32")'


class Values(Field):
    """Numbers, or lists of them to any depth."""

    wanted = "a list of numbers, or of such lists"

    def fits(self, value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(
                Number().fits(item) or (isinstance(item, list) and self.fits(item)) for item in value
            )
        return False


def _random(spec: dict[str, Any]) -> str:
    sizes = ", ".join(repr(size) for size in spec["random"])
    return 'np.random.RandomState({}).rand({}).astype("float32")'.format(spec.get("seed", 0), sizes)


def _one_hot(spec: dict[str, Any]) -> str:
    rows, classes = spec["one_hot"]
    return f'np.eye({classes}, dtype="float32")[np.arange({rows}) % {classes}]'


# What an array is made of, by its first key: the fields of its keys, and the expression it becomes.
_FORMS: dict[str, tuple[dict[str, Field], Callable[[dict[str, Any]], str]]] = {
    "ones": ({"ones": Shape()}, lambda spec: "np.ones(" + shape(spec["ones"]) + _DTYPE),
    "zeros": ({"zeros": Shape()}, lambda spec: "np.zeros(" + shape(spec["zeros"]) + _DTYPE),
    "full": (
        {"full": Shape(), "value": Number()},
        lambda spec: "np.full({}, {!r}{}".format(shape(spec["full"]), spec["value"], _DTYPE),
    ),
    "random": ({"random": Shape(), "seed": Whole()}, _random),
    "one_hot": ({"one_hot": Items(Whole(1))}, _one_hot),
    "values": ({"values": Values()}, lambda spec: "np.array({!r}{}".format(spec["values"], _DTYPE)),
}


class Array(Field):
    """An array, told apart by the key that says what it is made of."""

    def check(self, value: Any, place: Place) -> None:
        if not isinstance(value, dict) or not value:
            place.fault(f"must be an array such as {{ones: [2, 4]}}, not {describe(value)}")
            return
        form = next((key for key in value if key in _FORMS), None)
        if form is None:
            word = next(iter(value))
            place.at(word).fault(f"unknown array {word!r}{nearest(word, _FORMS)}")
            return
        required = [key for key in _FORMS[form][0] if key != "seed"]
        before = len(place.document.faults)
        Mapping(_FORMS[form][0], required).check(value, place)
        if len(place.document.faults) == before:
            self._sizes(form, value, place)

    def _sizes(self, form: str, value: Any, place: Place) -> None:
        if form == "one_hot" and len(value[form]) != 2:
            place.at(form).fault("must be [rows, classes]")
        if form != "values" and (None in value[form] or not value[form]):
            place.at(form).fault("an array has one dimension or more, and none of them open")


def array(script: Script, spec: dict[str, Any]) -> str:
    """The NumPy expression of a checked array."""
    script.plain("import numpy as np")
    form = next(key for key in spec if key in _FORMS)
    return _FORMS[form][1](spec)


def rows(spec: dict[str, Any]) -> int:
    """How many rows a checked array has."""
    form = next(key for key in spec if key in _FORMS)
    sizes: list[Any] = spec[form]
    return len(sizes) if form == "values" else int(sizes[0])
