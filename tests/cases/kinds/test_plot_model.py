"""The kind `plot_model`: one import or a fallback between several, the options, and the faults of bad bodies."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.plan import PathSpec
from tests.support.written_cases import refused, replaced, written_script

FILE = "cases/plot_model/plot.yaml"
FROM = PathSpec("tensorflow.keras", "from", "tensorflow")
ATTRIBUTE = PathSpec("tf.keras", "attribute", "tensorflow")
GOOD = """\
id: plot
kind: plot_model
title: A picture
requires: [graphviz]
model: {sequential: [layers.Flatten]}
plot:
  function: utils.plot_model
  file: my-model_1.png
  options: {show_shapes: true, rankdir: LR, dpi: 48}
expect:
  width: [100, 1500]
  height: [20, 20]
"""
STEPS = """
# build
model = Sequential([Flatten()])

# plot
plot_model(model, to_file="my-model_1.png", show_shapes=True, rankdir="LR", dpi=48)

# check
picture = Image.open("my-model_1.png")
assert picture.format == "PNG", f"a {picture.format} file"
darkest, lightest = picture.convert("RGB").convert("L").getextrema()
assert darkest < lightest, "the picture is blank"
width, height = picture.size
assert 100 <= width <= 1500, f"{width} pixels wide"
assert 20 <= height <= 20, f"{height} pixels high"
"""


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        (FROM, "from tensorflow.keras.utils import plot_model\n"),
        (ATTRIBUTE, "\nplot_model = tf.keras.utils.plot_model\n"),
    ],
)
def test_picture_is_drawn_and_checked(tmp_path: Path, path: PathSpec, imported: str) -> None:
    imports, steps = written_script(tmp_path, FILE, GOOD, path).split("\n# build", 1)
    assert "\n# build" + steps == STEPS
    assert imported in imports
    assert "from PIL import Image\n" in imports.split("# import")[0]


@pytest.mark.parametrize(
    ("path", "last"),
    [
        (FROM, "    from tensorflow.keras.utils import plot_model"),
        (ATTRIBUTE, "    plot_model = tf.keras.utils.plot_model"),
    ],
)
def test_plot_function_falls_back_between_paths(tmp_path: Path, path: PathSpec, last: str) -> None:
    text = GOOD.replace("function: utils.plot_model", "function: [keras::utils.plot_model, utils.plot_model]")
    script = written_script(tmp_path, FILE, text, path)
    lines = ["try:", "    from keras.utils import plot_model", "except ImportError:", last]
    assert "\n".join(lines) + "\n\n# build\n" in script
    assert '\nplot_model(model, to_file="my-model_1.png", show_shapes=True' in script


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ("{}", ""),
        ("{show_shapes: false}", ", show_shapes=False"),
        ("{show_layer_names: false, expand_nested: true}", ", show_layer_names=False, expand_nested=True"),
        ("{rankdir: TB, dpi: 1}", ', rankdir="TB", dpi=1'),
    ],
)
def test_plot_options_become_keywords(tmp_path: Path, options: str, arguments: str) -> None:
    text = GOOD.replace("{show_shapes: true, rankdir: LR, dpi: 48}", options)
    assert f'\nplot_model(model, to_file="my-model_1.png"{arguments})\n' in written_script(tmp_path, FILE, text, FROM)


def test_plot_options_are_optional(tmp_path: Path) -> None:
    text = GOOD.replace("  options:", "#")
    assert '\nplot_model(model, to_file="my-model_1.png")\n' in written_script(tmp_path, FILE, text, FROM)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[100, 1500]", "[100]", "11: must be [least, most] pixels"),
        ("[100, 1500]", "[1500, 100]", "11: must be [least, most] pixels"),
        ("[20, 20]", "[1, 2, 3]", "12: must be [least, most] pixels"),
        ("[20, 20]", "[0, 20]", "12: must be a whole number of at least 1, not 0"),
        ("[20, 20]", "20", "12: must be a list with at least one item, not 20"),
        ("my-model_1.png", "model.jpg", "8: must be a file name that ends in .png, .svg or .pdf, not 'model.jpg'"),
        (
            "my-model_1.png",
            "../model.png",
            "8: must be a file name that ends in .png, .svg or .pdf, not '../model.png'",
        ),
        ("rankdir: LR", "rankdir: UP", "9: 'UP' is not one of the known words; known: BT, LR, RL, TB"),
        ("dpi: 48", "dip: 48", "9: unknown key 'dip'; did you mean 'dpi'?"),
        ("dpi: 48", "dpi: 48.0", "9: must be a whole number of at least 1, not 48.0"),
        ("utils.plot_model", "7", "7: must be text or a list, not 7"),
        ("utils.plot_model", "[]", "7: must be a list with at least one item, not a list"),
        ("graphviz", "grafviz", "4: 'grafviz' is not one of the known words; did you mean 'graphviz'?"),
        ("  height: [20, 20]\n", "", "10: width and height go together"),
    ],
)
def test_bad_plot_case_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert refused(tmp_path, FILE, replaced(GOOD, old, new)) == [fault]
