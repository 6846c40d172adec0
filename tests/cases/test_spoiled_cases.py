"""Good cases spoiled at random: each is refused with a sentence, or becomes Python under every form of path."""

from __future__ import annotations

import ast
import copy
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cases.generate import script_of
from harness.cases.loader import read_case
from harness.contract.plan import PathSpec
from tests.support.good_cases import FILES, GOOD
from tests.support.languages import KINDS, LANGUAGE

SPOILINGS = 60  # of each case
PATHS = [
    PathSpec("keras", "from", "keras"),
    PathSpec("tensorflow.python.keras", "from", "tensorflow"),
    PathSpec("tf.keras", "attribute", "tensorflow"),
    PathSpec("tf.compat.v1.keras", "attribute", "tensorflow"),
]
DEEP: Any = [[[[[[[[[[[[[[[[[[[[["x"]]]]]]]]]]]]]]]]]]]]]
PLAIN = [None, True, False, 0, 1, -1, 2.5, 10**400, float("inf"), float("nan"), [], {}, [None], [[]], [{}], DEEP]
TEXTS = ["", " ", "x", "x.y", "X", "X y", "x.y z", "class", "x.class", "tf::x", "None", "self", "inputs", "tf", "len"]
HOSTILE = [
    "'",
    '"',
    "\\",
    "a\nb",
    "a\tb",
    '"""',
    "#",
    "x # y",
    "%s{}",
    "é😀",
    "\ud800",
    "\0",
    "a::b::c",
    "(",
    "[(",
    "a(",
]
EXPRESSIONS = [
    *("x +", "lambda: 0", "lambda x, *y, z=1: x", "lambda layers: layers", "[x for x in y]", "f'{x}'", "(yield)"),
    *(
        "await x",
        "1, 2",
        "(1), (2)",
        "*x",
        "f(a=1, a=2)",
        "(x := 1)",
        "x[::-1]",
        "f().a::b",
        "_fixed0_",
        "'a::b' + \"c\"",
    ),
    *("backend.x(tf.keras::y.Z(1))", "a == b == c", "'==' == \" == \"", "layers.Dense.__name__", "lambda a, /: a"),
    *("model", "a or b, c", "not model", "x if model else y", "-" * 300 + "1", "(" * 150 + "1" + ")" * 150),
]
MAPPINGS: list[Any] = [
    {1: 2},
    {True: {}},
    {"python": "x"},
    {"python": None},
    {"python": "1, 2"},
    {"a-b": 1},
    {"class": 1},
    {"__debug__": 1},
    {"Dense": None},
    {"layers.Dense": {"units": 1}},
    {"layers.Dense": {"class": 1}},
    {"model": {}},
    {"model": {"sequential": ["layers.Flatten"]}},
    {"ones": [1]},
    {"full": [2]},
    {"values": [[1], ["x"]]},
    {"ones": [2], "zeros": [2]},
    {"x": {"ones": "x"}},
]
NASTY: list[Any] = [*PLAIN, *TEXTS, *HOSTILE, *EXPRESSIONS, *MAPPINGS]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every list and mapping in a value, with each of its keys."""
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    found = [(value, key) for key, _ in items]
    return found + [place for _, item in items if isinstance(item, (dict, list)) for place in places(item)]


def spoiled(data: Any, chance: random.Random) -> Any:
    """The data with one to three of its keys or values dropped, replaced, renamed or put somewhere else."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        around, key = chance.choice([place for place in places(data) if place[1] != "kind"] or [(data, "kind")])
        how = chance.randrange(6)
        if how == 0:
            del around[key]
        elif how == 1 and isinstance(around, dict):
            name = chance.choice([*TEXTS, *HOSTILE, 1, 2.5, True])
            around[name] = around.pop(key)
        elif how == 2:
            other, there = chance.choice(places(data))
            around[key] = copy.deepcopy(other[there])
        else:
            around[key] = copy.deepcopy(chance.choice(NASTY))
    return data


def refused_or_python(root: Path, kind: str, data: Any) -> bool:
    """Whether the case is refused; if not, its scripts are Python."""
    file = FILES[kind]
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    case, faults = read_case(str(root), file, LANGUAGE)
    assert (case is None) is bool(faults)
    assert not [fault for fault in faults if not fault.message.strip() or "\n" in fault.message]
    for path in PATHS if case else ():
        script = script_of(case, path) if case else ""
        ast.parse(script, feature_version=(3, 7))
        compile(script, file, "exec", dont_inherit=True)
        script.encode("utf-8")
    return case is None


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_case_is_refused_or_python(tmp_path: Path, kind: str) -> None:
    good = yaml.safe_load(GOOD[kind])
    assert not refused_or_python(tmp_path, kind, good)
    chance = random.Random(f"spoil {kind}")
    refused = []
    for _ in range(SPOILINGS):
        data = spoiled(good, chance)
        try:
            refused.append(refused_or_python(tmp_path, kind, data))
        except Exception as error:
            raise AssertionError(yaml.safe_dump(data, sort_keys=False)) from error
    assert set(refused) == {True, False}
