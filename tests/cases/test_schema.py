"""The schema that an editor reads and the checks that the harness makes agree: the same files are fed to both."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from harness.cases.case import case_files
from harness.cases.loader import read_case
from harness.cases.schema import case_schema
from harness.controller.project.editor_schemas import editor_schemas
from harness.controller.project.matrix_reader import matrix_schema, read_matrix
from tests.support import ROOT
from tests.support.languages import KINDS, LANGUAGE

VALIDATOR = jsonschema.Draft7Validator(case_schema(LANGUAGE))


class _Dates(yaml.SafeLoader):
    """Dates stay text, as an editor sees them."""


_Dates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _starter(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(f"id: a-case\nkind: {kind}\ntitle: A case\n{KINDS[kind].starter}")
    return data


def _good() -> list[Any]:
    files = [(ROOT / file).read_text(encoding="utf-8") for file in case_files(str(ROOT))]
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/case-format.md").read_text(encoding="utf-8"), re.DOTALL)
    return [yaml.safe_load(text) for text in [*files, *examples]] + [_starter(kind) for kind in KINDS]


# A kind, the way to a value in its starter, and what is put there. `...` takes the key away.
BAD: list[tuple[str, tuple[Any, ...], Any]] = [
    *((kind, (key,), ...) for kind in KINDS for key in ("id", "kind", "title")),
    *((kind, ("unheard_of",), 1) for kind in KINDS),
    *((kind, ("expect",), ...) for kind in KINDS if kind != "snippet"),
    *((kind, ("expect",), None) for kind in KINDS if kind != "snippet"),
    *((kind, ("timeout",), value) for kind in ("symbol", "snippet") for value in (0, -1, "1", True)),
    ("snippet", ("code",), ...),
    ("snippet", ("code",), 1),
    ("snippet", ("code",), " "),
    ("snippet", ("id",), "Not An Id"),
    ("snippet", ("id",), 1),
    ("snippet", ("title",), []),
    ("snippet", ("kind",), "snipet"),
    ("snippet", ("requires",), ["graphvis"]),
    ("snippet", ("requires",), []),
    ("snippet", ("paths",), "keras"),
    ("snippet", ("source",), [1]),
    ("snippet", ("known",), [{"path": "keras", "tf": ">=2", "match": "x"}]),
    ("snippet", ("known",), [{"path": "keras", "tf": ">=2", "match": "x", "reason": "y", "why": "z"}]),
    ("symbol", ("symbol",), "no name"),
    ("symbol", ("symbol",), ["layers.Dense", "a b"]),
    ("symbol", ("symbol",), []),
    ("symbol", ("call",), ["x"]),
    ("symbol", ("call",), {"not a name": 1}),
    ("symbol", ("expect", "is"), "classes"),
    ("symbol", ("expect", "takes"), "rate"),
    ("symbol", ("expect", "takes"), ["a.b"]),
    ("symbol", ("expect", "raises"), {"at": "call", "type": "ValueError"}),
    ("symbol", ("expect", "raises"), {"at": "import", "type": "ImportError", "match": "x"}),
    ("model_build", ("model",), []),
    ("model_build", ("model",), {}),
    ("model_build", ("model",), {"sequential": ["layers.Flatten"], "subclass": {"layers": {}, "call": "inputs"}}),
    ("model_build", ("model", "sequential"), []),
    ("model_build", ("model", "sequential"), [{"layers.Dense": {}, "layers.Flatten": {}}]),
    ("model_build", ("model", "sequential"), [{"layers.Dense": ["x"]}]),
    ("model_build", ("model", "sequential"), [{"model": {"sequential": []}}]),
    ("model_build", ("model",), {"functional": {"inputs": {"x": [4]}}}),
    ("model_build", ("model",), {"functional": {"inputs": {"x": 4}, "outputs": "x"}}),
    ("model_build", ("model",), {"functional": {"inputs": {"x y": [4]}, "outputs": "x"}}),
    ("model_build", ("compile",), {"optimizer": "sgd"}),
    ("model_build", ("compile",), {"optimizer": "sgd", "loss": 1}),
    ("model_build", ("fit",), {"inputs": {"ones": [1]}}),
    ("model_build", ("predict",), {"once": [1, 2]}),
    ("model_build", ("predict",), {"ones": "x"}),
    ("model_build", ("predict",), {"ones": [-1]}),
    ("model_build", ("predict",), {"full": [1, 2]}),
    ("model_build", ("predict",), {"values": [[1, "x"]]}),
    ("model_build", ("predict",), {"ones": [1, 2], "dtype": "float"}),
    ("model_build", ("predict",), []),
    ("model_build", ("copy",), "pickle"),
    ("model_build", ("expect", "parameters"), -1),
    ("model_build", ("expect", "parameters"), "23"),
    ("model_build", ("expect", "output_shape"), 3),
    ("model_build", ("expect", "output_shape"), [None, "x"]),
    ("model_build", ("expect", "tolerance"), 0),
    ("model_build", ("expect", "evaluation"), "x"),
    ("model_build", ("expect", "silent"), "model"),
    ("model_build", ("expect", "silent"), [1]),
    ("custom_layer", ("layer",), ...),
    ("custom_layer", ("layer", "base"), ...),
    ("custom_layer", ("layer", "call"), 1),
    ("custom_layer", ("layer", "weights", "w", "shape"), 3),
    ("custom_layer", ("layer", "weights", "w", "shape"), [0]),
    ("custom_layer", ("layer", "weights", "w", "initializer"), ...),
    ("custom_layer", ("followed_by",), "layers.Dense"),
    ("custom_layer", ("input",), 1),
    ("plot_model", ("plot", "file"), "model.gif"),
    ("plot_model", ("plot", "options", "dpi"), 0),
    ("plot_model", ("plot", "options", "rankdir"), "UP"),
    ("plot_model", ("hide",), ["graphviz"]),
    ("plot_model", ("expect", "width"), 100),
    ("save_load", ("save", "with"), "write"),
    ("save_load", ("save",), {"with": "save"}),
    ("save_load", ("save", "file"), "a b"),
    ("save_load", ("load",), {}),
    ("save_load", ("expect", "files"), []),
    ("training", ("train", "by"), "guessing"),
    ("training", ("train", "by"), ...),
    ("training", ("compile",), ...),
    ("preprocessing", ("arguments",), 1),
    ("preprocessing", ("options",), [1]),
    ("preprocessing", ("expect", "shape"), "x"),
    ("interop", ("steps",), []),
    ("interop", ("steps",), [1]),
    ("interop", ("steps",), [{"x": {"layers.Dense": {}}, "y": "x"}]),
    ("interop", ("steps",), ["caf\u00e9"]),
]


def _changed(data: dict[str, Any], keys: tuple[Any, ...], value: Any) -> dict[str, Any]:
    data = copy.deepcopy(data)
    inner = data
    for key in keys[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[keys[-1]]
    else:
        inner[keys[-1]] = value
    return data


def _faults(data: dict[str, Any], root: Path) -> list[str]:
    file = root / "cases" / str(data.get("kind")) / f"{data.get('id')}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return [str(fault) for fault in read_case(str(root), str(file.relative_to(root)), LANGUAGE)[1]]


@pytest.mark.parametrize("data", _good(), ids=lambda data: data["id"])
def test_schema_and_harness_accept_good_cases(data: dict[str, Any], tmp_path: Path) -> None:
    assert _faults(data, tmp_path) == []
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize(("kind", "keys", "value"), BAD)
def test_schema_and_harness_refuse_bad_cases(kind: str, keys: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    data = _changed(_starter(kind), keys, value)
    assert _faults(data, tmp_path)
    assert list(VALIDATOR.iter_errors(data))


MATRIX_BAD: list[tuple[tuple[Any, ...], Any]] = [
    (("schema",), ...),
    (("schema",), 0),
    (("limits", "timeout"), 0),
    (("limits",), {"timeout": 1}),
    (("resolve", "days_after_release"), 5000),
    (("paths", "tf.keras"), "atribute"),
    (("paths", "tf keras"), "from"),
    (("environments", "tf215", "python"), 3.11),
    (("environments", "tf215", "released"), "yesterday"),
    (("environments", "tf215", "distribution"), "no distribution!"),
    (("environments", "tf215", "colour"), "red"),
    (("environments", "2.15"), {}),
    (("variants", "tf216-legacy", "set_env"), {"lower": "1"}),
    (("groups", "quick"), []),
    (("groups", "quick"), {"keras": ">2"}),
    (("default",), ...),
]


def _matrix() -> dict[str, Any]:
    data: dict[str, Any] = yaml.load((ROOT / "matrix.yaml").read_text(encoding="utf-8"), Loader=_Dates)
    return data


def test_schema_and_harness_accept_matrix() -> None:
    assert read_matrix(str(ROOT))[1] == []
    jsonschema.Draft7Validator(matrix_schema()).validate(_matrix())


@pytest.mark.parametrize(("keys", "value"), MATRIX_BAD)
def test_schema_and_harness_refuse_bad_matrix(keys: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    data = _changed(_matrix(), keys, value)
    assert list(jsonschema.Draft7Validator(matrix_schema()).iter_errors(data))
    dates = re.compile(r"'(\d{4}-\d{2}-\d{2})'")
    (tmp_path / "matrix.yaml").write_text(dates.sub(r"\1", yaml.safe_dump(data)), encoding="utf-8")
    assert read_matrix(str(tmp_path))[1]


def test_published_schemas_match_fields() -> None:
    for name, text in editor_schemas(LANGUAGE).items():
        assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == text
        jsonschema.Draft7Validator.check_schema(yaml.safe_load(text))


def test_every_file_names_its_schema() -> None:
    for file in case_files(str(ROOT)):
        first = (ROOT / file).read_text(encoding="utf-8").split("\n", 1)[0]
        assert first == "# yaml-language-server: $schema=../../schemas/case.json"
        assert (ROOT / file).parent.joinpath(first.partition("=")[2]).resolve() == ROOT / "schemas/case.json"
    assert (
        (ROOT / "matrix.yaml")
        .read_text(encoding="utf-8")
        .startswith("# yaml-language-server: $schema=schemas/matrix.json\n")
    )
