from __future__ import annotations

from xml.etree import ElementTree

from harness.controller.api.document import ApiDocument, ApiRow
from harness.controller.api.environments import ApiEnvironment, Environments, Measured
from harness.controller.site.embed import module_svg
from harness.controller.site.machine_readable import api_ranges
from harness.controller.site.module_page import ModulePage, module_pages

OLD = ApiEnvironment("tf215", "2.15", False, Measured.YES, "2.15.0")
NEW = ApiEnvironment("tf216", "2.16", False, Measured.YES, "3.4.1")
ALL = Environments((OLD, NEW))
MODULE = {"kind": {"module": 3}}
ROWS = {
    "": ApiRow(3, 3),
    "layers": ApiRow(3, 3, facts=MODULE | {"home": {"keras.layers": 3}}),
    "layers.Dense": ApiRow(3, 3, facts={"kind": {"class": 3}, "signature": {"(units)": 1, "(units, lora)": 2}}),
    "layers.Old": ApiRow(1, 0, facts={"kind": {"class": 1}}),
    "layers._own": ApiRow(3, 3, visibility="private"),
    "layers.backend": ApiRow(3, 3, facts=MODULE | {"home": {"keras.backend": 3}}),
}


def pages(*documents: ApiDocument) -> dict[str, ModulePage]:
    return {page.full: page for page in module_pages({document.root: document for document in documents})}


def test_public_modules_have_a_page() -> None:
    assert set(pages(ApiDocument("keras", ALL, ROWS))) == {"keras", "keras.layers"}  # backend is elsewhere


def test_names_have_their_releases() -> None:
    names = {name.last: name for name in pages(ApiDocument("keras", ALL, ROWS))["keras.layers"].names}
    assert set(names) == {"Dense", "Old", "backend"}
    assert (names["Old"].imports, names["Old"].attributes) == ("2.15", "")
    assert names["Dense"].signature == "(units, lora)"


def test_same_module_of_other_roots_is_linked() -> None:
    found = pages(ApiDocument("keras", ALL, ROWS), ApiDocument("tf_keras", ALL, {"layers.New": ApiRow(2, 2)}))
    assert found["tf_keras.layers"].elsewhere == ("keras.layers",)
    assert found["keras"].elsewhere == ()


def test_picture_of_module_shows_each_name_alone() -> None:
    page = pages(ApiDocument("keras", ALL, ROWS))["keras.layers"]
    picture = ElementTree.fromstring(module_svg(page))
    views = {view.get("id") for view in picture.iter("{http://www.w3.org/2000/svg}view")}
    assert views == {"Dense", "Old", "backend"}


def test_ranges_of_names_are_numbered_sets() -> None:
    text = api_ranges({"keras": ApiDocument("keras", ALL, {"Old": ApiRow(1, 3)})})
    assert text == (
        '{"schema":1,"sets":[{"ranges":[["2.15","2.15"]],"variants":[]},{"ranges":[["2.15","2.16"]],"variants":[]}],'
        '"roots":{"keras":{"Old":[0,1]}}}\n'
    )
