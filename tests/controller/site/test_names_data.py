from __future__ import annotations

import json
from typing import Any

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import ApiEnvironment, Environments, Measured
from harness.controller.site.search.names_data import method_rows, names_script, where_in_words

OLD = ApiEnvironment("tf215", "2.15", False, Measured.YES, "2.15.0")
NEW = ApiEnvironment("tf216", "2.16", False, Measured.YES, "3.4.1")
LEGACY = ApiEnvironment("tf216-legacy", "2.16", True, Measured.YES, "3.4.1")
ALL = Environments((OLD, NEW, LEGACY))


def names(*documents: ApiDocument, visible: str = "public") -> dict[str, Any]:
    text = names_script("NAMES", {document.root: document for document in documents}, {visible})
    found: dict[str, Any] = json.loads(text.removeprefix("const NAMES = ").removesuffix(";\n"))
    return found


def test_names_stand_by_module_and_place() -> None:
    rows = {"layers": ApiRow(3, 3), "layers.Dense": ApiRow(3, 3), "layers.Old": ApiRow(1, 0)}
    found = names(ApiDocument("keras", ALL, rows))
    assert found["names"].split("\n") == [":", "0 layers", ":layers", "0 Dense", "1 Old"]
    words = [[found["words"][number] for number in pair] for place in found["places"] for pair in place]
    assert words == [["in all measured releases"] * 2, ["2.15", ""]]


def test_each_root_has_its_own_place() -> None:
    first = ApiDocument("keras", ALL, {"Model": ApiRow(3, 3)})
    second = ApiDocument("tf_keras", ALL, {"Model": ApiRow(2, 2)})
    (place,) = names(first, second)["places"]
    assert len(place) == 2
    assert place[0] != place[1]


def test_only_names_of_a_visibility_are_listed() -> None:
    document = ApiDocument("keras", ALL, {"Model": ApiRow(3, 3), "_lost": ApiRow(3, 3, visibility="private")})
    assert "_lost" not in names(document)["names"]
    assert names(document, visible="private")["names"] == ":\n0 _lost"


def test_names_no_release_has_are_left_out() -> None:
    assert names(ApiDocument("keras", ALL, {"Lost": ApiRow()}))["names"] == ""


def test_releases_of_variants_alone_are_their_ids() -> None:
    assert where_in_words(ALL, 4) == "tf216-legacy"
    assert where_in_words(ALL, 2) == "2.16"
    assert where_in_words(ALL, 0) == ""


def test_methods_of_public_classes_are_names() -> None:
    lines = {"fit(x, workers=1)\nsave(path)": 1, "fit(x)": 6}
    rows = {"Model": ApiRow(7, 7, facts={"methods": lines}), "_Own": ApiRow(7, 7, visibility="private")}
    found = method_rows({"keras": ApiDocument("keras", ALL, rows)})["keras"].rows
    assert {name: row.imports for name, row in found.items()} == {"Model.fit": 7, "Model.save": 1}
