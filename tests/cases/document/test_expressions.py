"""One-line expressions: what is refused, which names they read, and how those are written."""

from __future__ import annotations

import pytest

from harness.cases.codegen.script import Script
from harness.cases.document import expressions
from harness.contract.plan import PathSpec
from tests.support.languages import LANGUAGE

ONE_LINE = "must be one line of ASCII"
BINDS = "must not contain an f-string"
NO = "is not a Python expression: "
FIXED = "must not contain '::' anywhere but in the name of a fixed path"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tf.matmul(inputs, w) + b", None),
        ("f(w=inputs)[0:1, ...] if units > 1 else {'w': -w}['w']", None),
        (" inputs ", None),
        ("(" * 30 + "w" + ")" * 30, None),
        ("(" * 31 + "w" + ")" * 31, NO + "nested too deeply"),
        ("'" + "(" * 99 + "'", None),
        ("f(lambda w: w * b, inputs)", None),
        ("f(lambda: 1)", None),
        ("a, b", None),
        ("x[::-1]", None),
        ("tf.keras::backend.dot(x, w)", None),
        ("'[w for w in inputs], lambda, a::b, # x'", None),
        ("[w[0] for _ in inputs]", None),
        ("{w for w in inputs}", None),
        ("{w: b for w in inputs}", None),
        ("sum(w for w in inputs)", None),
        ("f'{inputs}'", BINDS),
        ("inputs  # all", "must not contain a comment"),
        ("inputs\n", ONE_LINE),
        ("inputs\0", ONE_LINE),
        ("inputs\tw", ONE_LINE),
        ("inputs\x7f", ONE_LINE),
        ("inputs # \ud800", ONE_LINE),
        ("(inputs +\r w)", ONE_LINE),
        ("inputs × w", ONE_LINE),
        ("w = = inputs", NO + "invalid syntax"),
        ("in puts", NO + "invalid syntax"),
        ("return inputs", NO + "invalid syntax"),
        ('total: f({"w": w})', NO + "quote what follows 'total:' alone"),
        ("lambda: w b", NO + "invalid syntax"),
        ("(yield w)", NO + "'yield' outside function"),
        ("await w", NO + "'await' outside function"),
        ("f(w=1, w=2)", NO + "keyword argument repeated: w"),
        ("lambda w, w: 1", NO + "duplicate argument 'w' in function definition"),
        ("f(__debug__=1)", NO + "cannot assign to __debug__"),
        ("f().keras::dot", FIXED),
        ("f(keras::dot=1)", FIXED),
        ("_fixed0_", FIXED),
    ],
)
def test_bad_expression_has_a_fault(text: str, fault: str | None) -> None:
    assert expressions.expression_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# w",
        "-" * 9000 + "inputs",
        "(" * 900 + "w" + ")" * 900,
        "w" + "+w" * 9000,
        "(w := 1)",
        "lambda w, /: w",
        "*w",
    ],
    ids=["empty", "comment", "deep", "nested", "long", "walrus", "slash", "star"],
)
def test_expression_too_deep_for_parser(text: str) -> None:
    said = expressions.expression_fault(text)
    assert said is not None
    assert said.startswith(NO)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tf.matmul(inputs, w) + b", ["tf", "inputs", "w", "b"]),
        ("inputs.w", ["inputs"]),
        ("f(units=units)[w]", ["f", "units", "w"]),
        ("'w' + \"b\"", []),
        ("keras::backend.dot(x, tf.keras::layers.Dense)", ["x"]),
        ("lambda x, *y, z=w, **k: x + y[0] + z + k['a'] + b", ["w", "b"]),
        ("w + f(lambda w: w)", ["w", "f"]),
        ("lambda x: lambda y: x + y + z", ["z"]),
        ("lambda x=x: x", ["x"]),
        ("[x for x in x]", ["x"]),
        ("{k: v + w for k, (v, *r) in b.items() if k}", ["w", "b"]),
        ("sum(x * y for x in a for y in x if y) + y", ["sum", "a", "y"]),
        ("[lambda x: x + y for y in {z for z in z}]", ["z"]),
    ],
)
def test_names_come_in_order(text: str, names: list[str]) -> None:
    assert expressions.names_read(text) == names


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("len(model.layers) == 2 and isinstance(model, Model)", []),
        ("layers.Dense is keras::Dense", []),
        ("os.path, sys, np.pi, tf", []),
        ("(lambda x, *y: x + y)(model)", []),
        ("modle.layers", ["unknown name 'modle'; did you mean 'model'?"]),
        ("layer.Dense", ["unknown name 'layer'; known: copy, json, model, np, os, pickle, sys, tf"]),
        (
            "a + b + a",
            [
                "unknown name 'a'; known: copy, json, model, np, os, pickle, sys, tf",
                "unknown name 'b'; known: copy, json, model, np, os, pickle, sys, tf",
            ],
        ),
        ("open('x')", ["unknown name 'open'; known: copy, json, model, np, os, pickle, sys, tf"]),
    ],
)
def test_unknown_names_with_the_nearest_one(text: str, sentences: list[str]) -> None:
    assert expressions.unknown_names(text, ["model"], LANGUAGE.subject) == sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tf.matmul(inputs, w) + b", "tf.matmul(inputs, self.w) + self.b"),
        ("w*w*b", "self.w*self.w*self.b"),
        ("ww + w.b + b_", "ww + self.w.b + b_"),
        ("f(w=w)[b]", "f(w=self.w)[self.b]"),
        ("'w' + w", "'w' + self.w"),
        ("inputs", "inputs"),
        ("f(lambda w: w * b, w)", "f(lambda w: w * self.b, self.w)"),
        ("[w * b for w in w]", "[w * self.b for w in self.w]"),
        ("lambda x=w: x", "lambda x=self.w: x"),
        ("w, b", "(self.w, self.b)"),
        ("(w), (b)", "((self.w), (self.b))"),
        ("(w, b)", "(self.w, self.b)"),
    ],
)
def test_own_names_become_attributes_of_self(text: str, expected: str) -> None:
    script = Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)
    assert script.expression(text, own=["w", "b"], given=["inputs"]) == expected


@pytest.mark.parametrize(
    ("text", "expected", "imports"),
    [
        ("backend.dot(x, w)", "dot(x, w)", ["dot = tf.keras.backend.dot"]),
        ("layers.Dense(2)(x).layers", "Dense(2)(x).layers", ["Dense = tf.keras.layers.Dense"]),
        ("layers.Dense.from_config(x)", "Dense.from_config(x)", ["Dense = tf.keras.layers.Dense"]),
        ("utils.plot_model.__name__", "plot_model.__name__", ["plot_model = tf.keras.utils.plot_model"]),
        ("layers.__name__", "layers.__name__", ["layers = tf.keras.layers"]),
        ("__version__ > 'layers.Dense'", "__version__ > 'layers.Dense'", ["__version__ = tf.keras.__version__"]),
        ("f(layers=x, Model=Model)", "f(layers=x, Model=Model)", ["Model = tf.keras.Model"]),
        ("lambda layers: layers.Dense", "lambda layers: layers.Dense", []),
        ("given.Dense + metrics", "given.Dense + metrics", []),
        ("backend . dot", "backend . dot", ["backend = tf.keras.backend"]),
    ],
)
def test_names_of_keras_are_imported(text: str, expected: str, imports: list[str]) -> None:
    script = Script(PathSpec("tf.keras", "attribute", "tensorflow"), LANGUAGE.subject)
    assert script.expression(text, given=["x", "w", "given", "metrics"]) == expected
    assert script.text().partition("# import\n")[2].splitlines() == imports


@pytest.mark.parametrize(
    ("text", "expected", "imports"),
    [
        (
            "tensorflow.python.keras::backend.square(x)",
            "square(x)",
            ["from tensorflow.python.keras.backend import square"],
        ),
        ("tf.keras::backend.square(x)", "square(x)", ["square = tf.keras.backend.square"]),
        ("tf.compat.v1.keras::backend.square(x)", "tf.compat.v1.keras.backend.square(x)", []),
        ("keras::layers.Dense.x(keras::layers.Dense)", "Dense.x(Dense)", ["from keras.layers import Dense"]),
        (
            "layers.Dense is keras::layers.Dense",
            "Dense is KerasDense",
            ["from keras.layers import Dense as KerasDense", "Dense = tf.keras.layers.Dense"],
        ),
        ("x == 'keras::layers.Dense'", "x == 'keras::layers.Dense'", []),
        (r"x == 'it\'s keras::a' + keras::a", r"x == 'it\'s keras::a' + a", ["from keras import a"]),
        ('x == """keras::a "b" """', 'x == """keras::a "b" """', []),
        ("x[::2], '_fixed0_', keras::a", "(x[::2], '_fixed0_', a)", ["from keras import a"]),
    ],
)
def test_names_of_fixed_paths_are_imported(text: str, expected: str, imports: list[str]) -> None:
    script = Script(PathSpec("tf.keras", "attribute", "tensorflow"), LANGUAGE.subject)
    assert expressions.expression_fault(text) is None
    assert script.expression(text, given=["x"]) == expected
    assert script.text().partition("# import\n")[2].splitlines() == imports


def test_library_is_imported_unless_name_given() -> None:
    script = Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)
    assert script.expression("np.pi + os + sys", given=["os"], own=["sys"]) == "np.pi + os + self.sys"
    assert script.text() == "import numpy as np\n\n# import\n"


def test_copy_is_of_python_where_subject_lists_its_names() -> None:
    script = Script(PathSpec("keras", "from", "keras"), LANGUAGE.subject)
    assert script.expression("pickle.loads(json.x), copy.copy(utils.copy)") == (
        "(pickle.loads(json.x), copy.copy(Kerascopy))"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("model.fit(x)", "fit"),
        ("models.load_model(x)", "load_model"),
        ("tf.keras::models.load_model(x)", "load_model"),
        ("keras::clone(x)", "clone"),
        ("f(x)[::-1]", ""),
        ("f(model.fit(x))", "f"),
        ("f(x)(y)", ""),
        ("x", ""),
    ],
)
def test_called_name_is_outermost_function(text: str, name: str) -> None:
    assert expressions.called_name(text) == name


@pytest.mark.parametrize(("text", "expected"), [("a, b", True), ("(a, b)", True), ("()", True), ("(a)", False)])
def test_tuple_expressions_are_recognised(text: str, expected: bool) -> None:
    assert expressions.is_tuple(text) is expected
