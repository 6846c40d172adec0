"""The inventory of two small packages, measured as in an environment."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.contract.inventory import InventoryRequest, read_json
from tests.support import ROOT
from tests.support.named_packages import write_packages

ROOTS = ["flow.keras", "flow.python.keras", "real", "missing.keras"]
ASKED = {"flow.keras": ["hidden"], "real": ["hidden", "nowhere", "refused", "old"], "real.layers.gone": ["Dense"]}
TIMEOUT = 6.0  # seconds; one module waits for ever


def measure(folder: Path, request: InventoryRequest, seed: int = 0) -> Any:
    """The document of a request, with the packages in the folder."""
    request.write(str(folder / "request"))
    files = [str(folder / "request"), str(folder / "result")]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]), "PYTHONHASHSEED": str(seed)}
    subprocess.check_call([sys.executable, "-m", "harness.runner.inventory", *files], env=variables, cwd=str(folder))
    return read_json(files[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("inventory")
    write_packages(path)
    return path


@pytest.fixture(scope="module")
def inventory(folder: Path) -> Any:
    return measure(folder, InventoryRequest(ROOTS, ASKED, methods=["fit", "compile"], timeout=TIMEOUT))


def facts(inventory: Any, module: str, name: str) -> Any:
    row = inventory["names"][module][name]
    return row["import"], row["attribute"]


def thing(inventory: Any, module: str, name: str, key: str = "object") -> Any:
    return inventory["objects"][inventory["names"][module][name][key]]


@pytest.mark.parametrize(
    ("module", "name", "imported", "attribute"),
    [
        ("real", "Dense", True, True),
        ("real", "layers", True, True),
        ("real", "extra", True, False),  # a package that nothing has imported yet
        ("real.extra", "saving", True, False),
        ("real.layers", "inner", True, False),
        ("real", "nowhere", False, False),
        ("real", "hidden", True, True),  # found by being asked for alone
        ("real.layers.gone", "Dense", False, False),
        ("flow.keras", "saving", True, False),  # the module has it, and what is lazily loaded has not
        ("flow.keras", "Dense", True, True),
        ("flow.keras", "core", True, True),
        ("flow.keras", "hidden", False, True),  # what is lazily loaded has it, and the module has not
        ("flow.python.keras.layers", "x", None, None),
    ],
)
def test_import_and_attribute_are_two_facts(
    inventory: Any, module: str, name: str, imported: bool | None, attribute: bool | None
) -> None:
    if imported is None:
        assert module not in inventory["names"]
    else:
        assert facts(inventory, module, name) == (imported, attribute)


def test_errors_and_warnings_keep_their_first_line(inventory: Any) -> None:
    warned = {"warning": ["DeprecationWarning", "old is deprecated at 0x…"]}
    assert facts(inventory, "real", "old") == (warned, warned)
    refused = {"error": ["RuntimeError", "refused for a reason"]}
    assert facts(inventory, "real", "refused") == (refused, refused)
    needs = {"error": ["ModuleNotFoundError", "No module named 'nosuchdependency'"]}
    assert facts(inventory, "real", "broken") == (needs, False)
    assert facts(inventory, "flow.python.keras", "") == ({"error": ["RuntimeError", "use another one"]}, False)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("leaving", ["crash", "ended with exit code 3"]),
        ("killed", ["crash", "ended by signal 9"]),
        ("hanging", ["timeout", "no answer in 6 s"]),
    ],
)
def test_modules_that_die_are_recorded(inventory: Any, name: str, ending: list[str]) -> None:
    assert facts(inventory, "real", name) == ({"error": ending}, False)


def test_leaving_by_exit_is_no_success(inventory: Any) -> None:
    assert facts(inventory, "real", "exiting") == ({"error": ["SystemExit", "0"]}, False)


def test_aliases_are_recorded_and_not_entered(inventory: Any) -> None:
    assert facts(inventory, "real", "again") == (True, True)
    assert thing(inventory, "real", "again") == ["module", "real.layers", None, None]
    assert thing(inventory, "real.layers", "utilities") == ["module", "real.tools", None, None]
    assert not {"real.again", "real.layers.utilities", "real.json"} & set(inventory["names"])
    assert "__main__" not in inventory["names"]["real"]


def test_one_object_has_one_home(inventory: Any) -> None:
    dense = thing(inventory, "real", "Dense")
    assert dense[:2] == ["class", "real.core.Dense"]
    assert thing(inventory, "flow.keras", "Dense") == thing(inventory, "real.layers", "Dense") == dense
    assert "attribute_object" not in inventory["names"]["flow.keras"]["Dense"]
    assert thing(inventory, "flow.keras", "")[1] == "flow.keras"
    assert thing(inventory, "flow.keras", "", "attribute_object")[1] != "flow.keras"


def test_signatures_are_those_below_decorators(inventory: Any) -> None:
    dense = thing(inventory, "real", "Dense")
    assert dense[2] == "(units, activation=None, start=named, kinds=(1, 2), **kwargs)"
    assert dense[3] == {"fit": "(x, epochs=1, *, verbose='auto')"}
    assert thing(inventory, "real", "extra") == ["module", "real.extra", None, None]  # only there once it is imported
    assert thing(inventory, "real", "assist") == ["function", "real.other.helper", "(value=<object>)", None]
    assert thing(inventory, "real", "EPSILON") == ["value", "builtins.float", None, None]


def test_versions_and_missing_packages_are_noted(inventory: Any) -> None:
    assert inventory["packages"] == {
        "flow": {"version": "2.15.1"},
        "real": {"version": "3.4.1"},
        "missing": {"error": ["ModuleNotFoundError", "No module named 'missing'"]},
    }
    assert facts(inventory, "missing.keras", "") == (False, False)


def test_hash_seeds_do_not_matter(folder: Path) -> None:
    request = InventoryRequest(["flow.keras", "real.layers"], timeout=60)
    texts = {json.dumps(measure(folder, request, seed)) for seed in (1, 2)}
    assert len(texts) == 1


def test_only_asked_names_are_asked(folder: Path) -> None:
    request = InventoryRequest(["real"], {"real": ["hidden", "nowhere"], "real.extra": ["saving"]}, discover=False)
    found = measure(folder, request)["names"]
    assert {module: sorted(rows) for module, rows in found.items()} == {
        "real": ["", "extra", "hidden", "nowhere"],
        "real.extra": ["saving"],
    }
    assert found["real.extra"]["saving"]["import"] is True


DIES_ONCE = {
    "__init__.py": """
        import os

        def die_once(name):
            try:
                os.mkdir(os.path.join(os.path.dirname(__file__), name + ".once"))
            except FileExistsError:
                return
            os._exit(3)

        def __getattr__(name):
            if name == "value":
                die_once(name)
                return 1
            raise AttributeError(name)
    """,
    "child.py": "from odd import die_once\ndie_once('child')\nINSIDE = 1",
}


def test_deaths_by_chance_are_no_answers(tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    for name, text in DIES_ONCE.items():
        (tmp_path / "odd" / name).write_text(inspect.cleandoc(text) + "\n", encoding="utf-8")
    found = measure(tmp_path, InventoryRequest(["odd"], {"odd": ["value"]}))
    assert len(list((tmp_path / "odd").glob("*.once"))) == 2
    assert (facts(found, "odd", "value"), facts(found, "odd", "child")) == ((True, True), (True, False))
    assert facts(found, "odd.child", "INSIDE") == (True, False)


def test_names_in_what_is_no_module_are_asked(tmp_path: Path) -> None:
    """Another release has a module where this one has a class: its attributes are asked for, and not guessed."""
    (tmp_path / "odd.py").write_text("class saving:\n    def save(self): ...\n", encoding="utf-8")
    found = measure(tmp_path, InventoryRequest(["odd"], {"odd.saving": ["load", "save"]}))
    assert facts(found, "odd.saving", "save") == (False, True)
    assert facts(found, "odd.saving", "load") == (False, False)
