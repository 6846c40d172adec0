"""A small results/api of six releases, as a table that people can read: what `harness scan` is tested with."""

from __future__ import annotations

import ast
from pathlib import Path

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import ApiEnvironment, Environments, Measured
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.results.sources import API
from harness.controller.scan.lookups import MeasuredTexts, lookups_text

RELEASES = {"2.4": "2.4.4", "2.5": "2.5.3", "2.12": "2.12.1", "2.13": "2.13.1", "2.15": "2.15.1", "2.16": "2.16.2"}
MATRIX = """\
schema: 1
limits: {timeout: 60, output: 65536}
resolve:
  days_after_release: 14
  packages: [pillow]
  runner: {packages: [pytest], dependencies: [pluggy], as_of: 2026-11-01}
paths: {tensorflow.keras: from, tf.keras: attribute, tensorflow.python.keras: from, keras: from, tf_keras: from}
environments:
"""
SETTINGS = """\
groups: {all: {tensorflow: ">=1"}}
default: all
inventory:
  private: [tensorflow.python, keras.engine, keras.src]
  methods: [fit, predict_classes]
"""

# What cases show: `pass` or an error. The last is a failure whose control fails too.
RULES = """\
roles: {layer: [layers.*], model: [Sequential]}
mixed:
  - {case: layer-in-tf-keras, layer: "*", model: tensorflow.keras}
arguments:
  - {case: adam-lr, control: adam, name: optimizers.Adam, argument: lr}
lookups:
  - {ask: optimizers.get(TEXT), texts: optimizers}
  - {ask: Sequential().compile(optimizer=TEXT), names: ["*Sequential.compile"], position: 0, texts: optimizers}
  - {ask: 'layers.deserialize({"class_name": TEXT, "config": {}})', texts: layers}
registering: [custom_object]
"""

# A function of `lookups`, a text and an import path; the releases that know the text, and those that do not.
LOOKUPS = """\
optimizers.get(TEXT)                                     adamw  keras            2.12-2.16  2.4-2.5
optimizers.get(TEXT)                                     adam   keras            2.4-2.16   -
Sequential().compile(optimizer=TEXT)                     adamw  tensorflow.keras 2.12-2.16  2.4-2.5
layers.deserialize({"class_name":TEXT,"config":{}})      Dense  keras            2.4-2.15   2.16
layers.deserialize({"class_name":TEXT,"config":{}})      Old    keras            2.12       -
"""
OUTCOMES = """\
environment,case,path,status,error,message
tf24,layer-in-tf-keras,keras,fail,TypeError,another copy
tf24,layer-in-tf-keras,tensorflow.keras,pass,,
tf216,layer-in-tf-keras,keras,pass,,
tf212,adam-lr,keras,pass,,
tf213,adam-lr,keras,fail,OSError,disk
tf213,adam,keras,fail,OSError,disk
tf216,adam-lr,keras,fail,ValueError,unknown lr
tf216,adam,keras,pass,,
"""

# A name, its kind, where it can be imported, where it is an attribute, and what is behind it.
NAMES = """\
tensorflow.keras                               module  2.4-2.16  2.4-2.16  keras
tensorflow.keras.__version__                   value   2.4-2.12,2.16  2.4-2.16  -
tensorflow.keras.backend                       module  2.4-2.16  2.4-2.16  tfb
tensorflow.keras.backend.learning_phase        function 2.4-2.15 2.4-2.15  k.learning_phase
tensorflow.keras.layers                        module  2.4-2.16  2.4-2.16  tfl
tensorflow.keras.layers.Dense                  class   2.4-2.16  2.4-2.16  k.Dense
tensorflow.keras.layers.BatchNormalization     class   2.4-2.16  2.4-2.16  k.BatchNormalization
tensorflow.keras.layers.Old                    class   2.4-2.15  2.4-2.15  k.Old
tensorflow.keras.layers.Rescaling              class   2.5-2.16  2.5-2.16  k.Rescaling
tensorflow.keras.layers.experimental           module  2.4-2.15  2.4-2.15  -
tensorflow.keras.layers.experimental.Rescaling class   2.4-2.15  2.4-2.15  k.Rescaling
tensorflow.keras.saving                        module  2.12-2.16 2.12-2.15 -
tensorflow.keras.saving.load                   function 2.12-2.16 2.12-2.15 k.load
tensorflow.keras.Sequential                    class   2.4-2.16  2.4-2.16  k.Sequential
tensorflow.python.keras                        module  2.4-2.16  -         tpk
tensorflow.python.keras.layers                 module  2.4-2.16  -         tpkl
tensorflow.python.keras.layers.Dense           class   2.4-2.16  -         tpkl.Dense
tensorflow.python.keras.applications           module  2.4-2.5   -         -
keras                                          module  2.4-2.16  2.4-2.16  keras
keras.layers                                   module  2.4-2.16  2.4-2.16  tfl
keras.layers.Dense                             class   2.4-2.16  2.4-2.16  k.Dense
keras.layers.BatchNormalization                class   2.4-2.16  2.4-2.16  k.BatchNormalization
keras.layers.normalization                     module  2.4-2.12  2.4-2.12  -
keras.layers.normalization.BatchNormalization  class   2.4-2.5   2.4-2.5   k.BatchNormalization
keras.layers.tensor                            module  2.4-2.16  2.4-2.16  other
keras.engine                                   module  2.4-2.12  2.4-2.12  -
keras.engine.topology                          module  2.4       2.4       -
keras.engine.topology.Layer                    class   2.4       2.4       k.Layer
keras.engine.functional                        module  2.5-2.12  2.5-2.12  -
keras.engine.functional.Functional             class   2.5-2.12  2.5-2.12  k.Functional
keras.src                                      module  2.13-2.16 2.13-2.16 -
keras.src.engine                               module  2.13-2.15 2.13-2.15 -
keras.src.engine.functional                    module  2.13-2.15 2.13-2.15 -
keras.src.engine.functional.Functional         class   2.13-2.15 2.13-2.15 k.Functional
keras.utils                                    module  2.4-2.16  2.4-2.16  -
keras.utils.to_categorical                     function 2.4-2.16 2.4-2.16  k.to_categorical
keras.utils.np_utils                           module  2.4-2.12  2.5-2.12  -
keras.utils.np_utils.to_categorical            function 2.4-2.12 2.5-2.12  k.to_categorical
keras.optimizers                               module  2.4-2.16  2.4-2.16  -
keras.optimizers.get                           function 2.4-2.16 2.4-2.16  k.get
keras.layers.deserialize                       function 2.4-2.16 2.4-2.16  k.deserialize
keras.optimizers.Adam                          class   2.4,2.12-2.16 2.4,2.12-2.16 k.Adam
tf_keras                                       module  2.15-2.16 2.15-2.16 -
tf_keras.layers                                module  2.15-2.16 2.15-2.16 -
tf_keras.layers.Dense                          class   2.15-2.16 2.15-2.16 tk.Dense
"""
_DENSE = {"(units, activation=None)": "2.4-2.15", "(units, activation=None, lora_rank=None)": "2.16-2.16"}
_ADAM = {"(lr=0.1, decay=0.0, **kwargs)": "2.4", "(learning_rate=0.1, **kwargs)": "2.12-2.16"}
_METHODS = {"fit(x, workers=1)\npredict_classes(x)": "2.4-2.5", "fit(x, workers=1)": "2.12-2.15", "fit(x)": "2.16-2.16"}


def write_measured_names(root: Path) -> Layout:
    """A project below `root`, with the names above as its accepted inventory."""
    lines = [
        f'  tf{label.replace(".", "")}: {{tensorflow: {release}, python: "3.11", distribution: tensorflow, '
        "released: 2024-01-01}\n"
        for label, release in RELEASES.items()
    ]
    root.mkdir(parents=True)
    (root / "matrix.yaml").write_text(MATRIX + "".join(lines) + SETTINGS, encoding="utf-8")
    matrix = load_matrix(root)
    layout = Layout(root)
    (layout.results / API).mkdir(parents=True)
    (root / "scan.yaml").write_text(RULES, encoding="utf-8")
    (layout.results / "grid.csv").write_text(OUTCOMES, encoding="utf-8")
    lookups_file = layout.results / "lookups.json"
    lookups_file.write_text(lookups_text(_environments("keras"), _lookups()), encoding="utf-8")
    for document in _documents([matrix.full_name(name) for name in matrix.roots]):
        file = layout.results / API / f"{document.root}.json"
        file.write_text(document.text(), encoding="utf-8")
    return layout


def _documents(roots: list[str]) -> list[ApiDocument]:
    documents = {root: ApiDocument(root, _environments(root)) for root in dict.fromkeys(roots)}
    for line in NAMES.splitlines():
        full, kind, imports, attributes, home = line.split()
        root = max((root for root in documents if (full + ".").startswith(root + ".")), key=len)
        document = documents[root]
        row = ApiRow(_bits(imports), _bits(attributes))
        is_private = full.startswith(("tensorflow.python", "keras.engine", "keras.src"))
        row.visibility = "private" if is_private else "public"
        row.add("kind", kind, row.reached)
        if home != "-":
            row.add("home", home, row.reached)
        for fact, values in _signatures(full).items():
            for value, where in values.items():
                row.add(fact, value, _bits(where))
        document.rows[full[len(root) + 1 :]] = row
    return list(documents.values())


def _signatures(full: str) -> dict[str, dict[str, str]]:
    if full == "tensorflow.keras.layers.Dense":
        return {"signature": _DENSE}
    if full == "keras.optimizers.Adam":
        return {"signature": _ADAM}
    return {"methods": _METHODS} if full == "tensorflow.keras.Sequential" else {}


def _environments(root: str) -> Environments:
    def measured(label: str) -> Measured:
        has = root != "tf_keras" or label in ("2.15", "2.16")
        return Measured.YES if has else Measured.NOT_INSTALLED

    return Environments(
        tuple(
            ApiEnvironment(f"tf{label.replace('.', '')}", label, False, measured(label), release)
            for label, release in RELEASES.items()
        )
    )


def _lookups() -> MeasuredTexts:
    found: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for line in LOOKUPS.splitlines():
        ask, text, path, known, unknown = line.split()
        ask = ast.unparse(ast.parse(ask)).replace("'", '"')
        found.setdefault(ask, {}).setdefault(text, {})[path] = (_bits(known), _bits(unknown))
    return found


def _bits(text: str) -> int:
    """The bits of `2.4,2.12-2.16`."""
    if text == "-":
        return 0
    pairs = [part.partition("-") for part in text.split(",")]
    ranges = [[first, last or first] for first, _, last in pairs]
    return _environments("keras").from_json({"ranges": ranges, "variants": []})
