"""`plot_model`: a model is drawn to a file by pydot and Graphviz, and the file is checked as a picture."""

from __future__ import annotations

from typing import Any

from harness.cases.codegen.literals import keywords, literal
from harness.cases.codegen.script import Script
from harness.cases.document.containers import Items, Mapping, fallback
from harness.cases.document.fields import Choice, Field, Flag, Matching, Text, Whole
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.parts.expectations import OF_ALL, check_expectations, write_of_all
from harness.contract.statuses import Stage
from harness.keras.parts.models import MODEL

OPTIONS: dict[str, Field] = {
    "show_shapes": Flag(),
    "show_dtype": Flag(),
    "show_layer_names": Flag(),
    "rankdir": Choice("TB", "LR", "BT", "RL"),
    "expand_nested": Flag(),
    "dpi": Whole(1),
    "layer_range": Items(Text()),
    "show_layer_activations": Flag(),
    "show_trainable": Flag(),
}
_HIDDEN = {  # lines that hide a program or package
    "dot": ("import os", 'os.environ["PATH"] = ""'),
    "pydot": ("import sys", 'sys.modules["pydot"] = None'),
    "pydotplus": ("import sys", 'sys.modules["pydotplus"] = None'),
}

FIELDS: dict[str, Field] = {
    "model": MODEL,
    "plot": Mapping(
        {
            "function": fallback(),
            "file": Matching(r"[\w-]+\.(png|svg|pdf)", "a file name that ends in .png, .svg or .pdf"),
            "options": Mapping(OPTIONS),
        },
        required=["function", "file"],
    ),
    "hide": Items(Choice(*_HIDDEN)),
    "expect": Mapping(
        {"width": Items(Whole(1)), "height": Items(Whole(1)), "shows": Items(Text()), "no_file": Flag(), **OF_ALL}
    ),
}

_STARTER = """\
requires: [graphviz]
model:
  sequential:
    - layers.Dense: {units: 2, input_shape: [4]}
plot:
  function: utils.plot_model
  file: model.png
  options: {show_shapes: true}
expect:
  width: [100, 1500]
  height: [50, 1500]
"""


def check(body: dict[str, Any], place: Place) -> None:
    """Sizes are bounds, and the file format supports what is expected."""
    expect, at = body["expect"], place.at("expect")
    for side in ("width", "height"):
        if side not in expect:
            continue
        bounds = expect[side]
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            at.at(side).fault("must be [least, most] pixels")
    kind = body["plot"]["file"].rpartition(".")[2]
    if kind == "pdf" and ("width" in expect or "shows" in expect):
        at.fault("width, height and shows cannot be checked in a PDF file")
    if kind == "png" and "shows" in expect:
        at.at("shows").fault("shows cannot be checked in a PNG file: draw an SVG file")
    if ("width" in expect) != ("height" in expect):
        at.fault("width and height go together")
    check_expectations(body, place, ["model"])


def write(body: dict[str, Any], script: Script) -> None:
    """Write the model, its drawing, and the checks of the picture."""
    for name in body.get("hide", []):
        statement, line = _HIDDEN[name]
        script.plain(statement)
        script.before_imports(line)
    body["model"].bind(script)
    plot, expect = body["plot"], body["expect"]
    arguments = keywords(dict({"to_file": plot["file"]}, **plot.get("options", {})), script)
    script.add(Stage.PLOT, f"{script.use(plot['function'])}(model, {arguments})")
    if expect.get("no_file"):
        script.plain("import os")
        script.add(Stage.CHECK, f'assert not os.path.exists("{plot["file"]}"), "a file was written"')
    elif "raises" not in expect:
        _CHECKS[plot["file"].rpartition(".")[2]](plot["file"], expect, script)
    write_of_all(expect, script, ["model"])


def _check_png(file: str, expect: dict[str, Any], script: Script) -> None:
    script.plain("from PIL import Image")
    script.add(
        Stage.CHECK,
        f'picture = Image.open("{file}")',
        'assert picture.format == "PNG", f"a {picture.format} file"',
        'darkest, lightest = picture.convert("RGB").convert("L").getextrema()',
        'assert darkest < lightest, "the picture is blank"',
        *(["width, height = picture.size"] if "width" in expect else []),
    )
    _check_size(expect, script)


def _check_svg(file: str, expect: dict[str, Any], script: Script) -> None:
    script.plain("from xml.etree import ElementTree")
    script.add(
        Stage.CHECK,
        f'picture = ElementTree.parse("{file}").getroot()',
        'assert picture.tag.endswith("svg"), picture.tag',
        'texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]',
        'assert texts, "the picture shows no text"',
    )
    if "width" in expect:
        script.add(
            Stage.CHECK, 'width, height = [float(picture.get(side).rstrip("pt")) for side in ("width", "height")]'
        )
    _check_size(expect, script)
    for text in expect.get("shows", []):
        script.add(Stage.CHECK, f"assert any({literal(text, script)} in line for line in texts), texts")


def _check_pdf(file: str, expect: dict[str, Any], script: Script) -> None:
    script.add(
        Stage.CHECK,
        f'with open("{file}", "rb") as picture:',
        "    data = picture.read()",
        'assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"), data[:20]',
        'assert b"/Page" in data, "the file has no page"',
    )


def _check_size(expect: dict[str, Any], script: Script) -> None:
    for side, what in (("width", "wide"), ("height", "high")):
        if side in expect:
            least, most = expect[side]
            script.add(Stage.CHECK, f'assert {least} <= {side} <= {most}, f"{{{side}}} pixels {what}"')


_CHECKS = {"png": _check_png, "svg": _check_svg, "pdf": _check_pdf}

KIND = Kind(
    "plot_model",
    FIELDS,
    ("model", "plot", "expect"),
    write,
    _STARTER,
    check,
    summary="draw a model to a file with pydot and Graphviz",
)
"""The kind."""
