"""`plot_model`: a model is drawn to a file by pydot and Graphviz, and the file is checked as a picture."""

from __future__ import annotations

from typing import Any

from harness.cases.documents import Place
from harness.cases.fields import Choice, Field, Flag, Items, Mapping, Matching, OneOf, Reference, Whole
from harness.cases.kinds.base import Kind
from harness.cases.literals import keywords
from harness.cases.models import MODEL, write_model
from harness.cases.script import Script
from harness.contract.statuses import Stage

OPTIONS: dict[str, Field] = {
    "show_shapes": Flag(),
    "show_layer_names": Flag(),
    "rankdir": Choice("TB", "LR"),
    "expand_nested": Flag(),
    "dpi": Whole(1),
}

FIELDS: dict[str, Field] = {
    "model": MODEL,
    "plot": Mapping(
        {
            "function": OneOf((str, Reference()), (list, Items(Reference()))),
            "file": Matching(r"[\w-]+\.png", "a file name that ends in .png"),
            "options": Mapping(OPTIONS),
        },
        required=["function", "file"],
    ),
    "expect": Mapping({"width": Items(Whole(1)), "height": Items(Whole(1))}, required=["width", "height"]),
}


def check(body: dict[str, Any], place: Place) -> None:
    """The sizes are bounds."""
    for side in ("width", "height"):
        bounds = body["expect"][side]
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            place.at("expect").at(side).fault("must be [least, most] pixels")


def write(body: dict[str, Any], script: Script) -> None:
    """Write the model, the drawing of it, and the checks of the picture."""
    write_model(script, body["model"])
    plot = body["plot"]
    function = plot["function"]
    name = script.use(function) if isinstance(function, str) else script.use_first(function)
    arguments = keywords(dict({"to_file": plot["file"]}, **plot.get("options", {})), script.use)
    script.plain("from PIL import Image")
    script.add(Stage.PLOT, f"{name}(model, {arguments})")
    script.add(
        Stage.CHECK,
        'picture = Image.open("{}")'.format(plot["file"]),
        'assert picture.format == "PNG", f"a {picture.format} file"',
        'darkest, lightest = picture.convert("RGB").convert("L").getextrema()',
        'assert darkest < lightest, "the picture is blank"',
        "width, height = picture.size",
        'assert {} <= width <= {}, f"{{width}} pixels wide"'.format(*body["expect"]["width"]),
        'assert {} <= height <= {}, f"{{height}} pixels high"'.format(*body["expect"]["height"]),
    )


KIND = Kind("plot_model", FIELDS, ("model", "plot", "expect"), write, check)
