"""`--diff` and `--fix`: only another name of the identical object, and no other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.controller.scan.fixes import diff_of, fixes_by_file
from tests.controller.scan.conftest import Scan


def fixed(scan_files: Scan, text: str) -> str:
    """The text after its fixes."""
    report = scan_files({"a.py": text})
    found = fixes_by_file(report.findings)
    for file, (_, after) in found.items():
        file.write_bytes(after)
    return Path("a.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from keras.layers.normalization import BatchNormalization as BN  # ü",
            "from keras.layers import BatchNormalization as BN  # ü",
        ),
        (
            "x = 'ü'; from  keras.utils.np_utils  import to_categorical",
            "x = 'ü'; from  keras.utils  import to_categorical",
        ),
        (
            "import keras as k\nk.utils.np_utils.to_categorical(k.utils.np_utils.to_categorical)",
            "import keras as k\nk.utils.to_categorical(k.utils.to_categorical)",
        ),
    ],
)
def test_the_name_alone_is_replaced(scan_files: Scan, before: str, after: str) -> None:
    assert fixed(scan_files, before) == after + "\n"
    assert scan_files({"a.py": after}).findings == ()  # and a second time there is nothing to fix


@pytest.mark.parametrize(
    "text",
    [
        "from keras.layers.normalization import BatchNormalization, nothing",  # of two modules
        "from keras.utils import np_utils",  # which has no other name
        "from keras.engine.functional import Functional",  # whose other name does not work everywhere
        "import tensorflow as tf\ntf.keras.layers.experimental.Rescaling",  # nor does the other one in 2.4
        'import importlib\nimportlib.import_module("keras.layers.normalization").BatchNormalization',
    ],
)
def test_anything_else_is_left_alone(scan_files: Scan, text: str) -> None:
    assert fixed(scan_files, text) == text + "\n"


def test_line_ends_stay(scan_files: Scan) -> None:
    scan_files({"a.py": ""})
    Path("a.py").write_bytes(b"from keras.utils.np_utils import to_categorical\r\nx = 1\r\n")
    [(_, after)] = fixes_by_file(scan_files({}).findings).values()
    assert after == b"from keras.utils import to_categorical\r\nx = 1\r\n"


def test_a_place_that_may_be_two_names_needs_a_fix_that_is_right_for_both(scan_files: Scan) -> None:
    begin = "import sys\nimport keras\nimport tensorflow as tf\nutils = keras.utils if sys.argv else "
    chain = "\nutils.np_utils.to_categorical"
    assert fixed(scan_files, f"{begin}tf.keras.layers{chain}") == f"{begin}tf.keras.layers{chain}\n"
    assert fixed(scan_files, f"{begin}keras.utils{chain}") == f"{begin}keras.utils\nutils.to_categorical\n"


def test_a_patch_says_where_no_line_ends(scan_files: Scan) -> None:
    before, after = b"x = '\x0c'\nfrom a import b", b"x = '\x0c'\nfrom c import b"
    assert diff_of(Path("a.py"), before, after).split("\n")[3:] == [
        " x = '\x0c'",
        "-from a import b",
        "\\ No newline at end of file",
        "+from c import b",
        "\\ No newline at end of file",
        "",
    ]


def test_a_mark_of_the_byte_order_stays(scan_files: Scan) -> None:
    scan_files({"a.py": ""})
    Path("a.py").write_bytes(b"\xef\xbb\xbffrom keras.utils.np_utils import to_categorical\n")
    (before, after) = next(iter(fixes_by_file(scan_files({}).findings).values()))
    assert after == before.replace(b".np_utils", b"")
