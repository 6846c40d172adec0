"""Who may import whom, held by reading every module: docs/architecture.md has the same order as a picture."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support import ROOT

HARNESS = ROOT / "harness"
LONGEST = 300  # lines
MOST_MODULES = 20
GROWING = {"harness/controller/commands", "harness/cases/kinds"}  # a module a subcommand, a module a kind

# From the top: a package imports from lines below its own, and from no other package of its line.
ORDER = [
    ["__main__", "controller.toxenvs"],
    ["controller.cli", "tox", "kinds"],
    ["controller.commands"],
    ["controller.bisect"],
    ["controller.audit"],
    ["controller.run", "controller.inventory", "controller.scan"],
    ["controller.engine"],
    ["controller.site", "controller.worker"],
    ["controller.api"],
    ["controller.grid", "controller.environments", "controller.ci", "controller.discovery"],
    ["controller.results"],
    ["controller.project"],
    ["controller.files"],
    ["controller.errors", "controller.text", "controller.console", "controller.digests"],
    ["keras"],
    ["cases", "runner"],
    ["contract"],
]

IN_ENVIRONMENTS = ["contract", "runner"]  # what is copied into an environment and runs there
IN_CELLS = ["forkserver", "cell_process", "cell", "path_probe", "origins"]  # no pytest there
IN_CELLS += ["import_order", "supervisor", "report", "channel", "hooks", "large_pages"]
NEWER = {"graphlib", "tomllib", "zoneinfo", "compression", "annotationlib"}  # not in the library of Python 3.7
STDLIB = sys.stdlib_module_names - NEWER
ALLOWED = {
    "contract": ["harness.contract"],
    "runner": ["harness.contract", "harness.runner", "pytest"],
}


def modules(package: str = "") -> dict[str, Path]:
    """Every module of a package with its file, but for what `harness init` copies."""
    files = [file for file in sorted((HARNESS / package).rglob("*.py")) if "template" not in file.parts]
    assert len(files) > 1
    return {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}


def imports(file: Path) -> set[str]:
    """The full dotted names that a file imports, wherever in it."""
    package = [*file.relative_to(ROOT).parent.parts]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def own_imports() -> dict[str, set[str]]:
    """For each of our modules those that it imports."""
    ours = modules()
    packages = {name.removesuffix(".__init__"): name for name in ours if name.endswith(".__init__")}
    graph: dict[str, set[str]] = {}
    for name, file in ours.items():
        found = set()
        for imported in imports(file):
            parent = imported.rpartition(".")[0]
            target = next((one for one in (imported, parent) if one in ours or one in packages), None)
            if target:
                found.add(packages.get(target, target))
        graph[name] = found - {name}
    return graph


def place_of(module: str) -> str | None:
    """The entry of ORDER that a module belongs to; None for the packages that hold them all."""
    name = module.removeprefix("harness.").removesuffix(".__init__")
    if name in ("harness", "__init__", "controller"):
        return None
    parts = name.split(".")
    return ".".join(parts[:2] if parts[0] == "controller" else parts[:1])


def imports_between_packages() -> Iterator[tuple[str, str]]:
    for module, found in own_imports().items():
        for imported in found:
            ends = place_of(module), place_of(imported)
            if None not in ends and ends[0] != ends[1]:
                yield module, imported


def outside(file: Path, allowed: list[str]) -> set[str]:
    """The imports of a file beyond the standard library of Python 3.7 and the allowed packages."""
    return {
        name
        for name in imports(file)
        if name.split(".")[0] not in STDLIB and not any((name + ".").startswith(root + ".") for root in allowed)
    }


def test_imports_are_found_wherever_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    file = tmp_path / "harness" / "runner" / "x.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import os, yaml\n"
        "from harness import controller\n"
        "def f():\n"
        "    from . import y\n"
        "    from ..controller.cli import main\n"
        "    import harness.controller.grid as g\n"
        "import zoneinfo\n"
    )
    controller = {"harness.controller", "harness.controller.cli.main", "harness.controller.grid"}
    assert imports(file) == {"os", "yaml", "zoneinfo", "harness.runner.y", *controller}
    assert outside(file, ["harness.runner"]) == {"yaml", "zoneinfo", *controller}


def test_every_module_is_in_the_order() -> None:
    known = [place for line in ORDER for place in line]
    assert len(known) == len(set(known))
    assert {place_of(module) for module in modules()} - {None} == set(known)


def test_packages_import_only_from_below() -> None:
    line_of = {place: number for number, line in enumerate(ORDER) for place in line}
    found = list(imports_between_packages())
    wrong = [
        f"{one} -> {other}" for one, other in found if line_of[str(place_of(one))] >= line_of[str(place_of(other))]
    ]
    assert len(found) > 200
    assert sorted(wrong) == []


def test_no_modules_import_in_a_circle() -> None:
    ordered = list(TopologicalSorter(own_imports()).static_order())  # raises CycleError with the circle
    assert set(ordered) == set(modules())


@pytest.mark.parametrize("package", IN_ENVIRONMENTS)
def test_environments_need_nothing_but_pytest(package: str) -> None:
    found = {module: outside(file, ALLOWED[package]) for module, file in modules(package).items()}
    assert {module: names for module, names in found.items() if names} == {}


def test_controller_and_runner_never_meet() -> None:
    crossing = [
        (one, other)
        for one, other in imports_between_packages()
        if "runner" in (place_of(one), place_of(other)) and place_of(other) != "contract"
    ]
    assert crossing == []


@pytest.mark.parametrize("name", IN_CELLS)
def test_cells_load_neither_pytest_nor_yaml(name: str) -> None:
    lean = ["harness.contract", *(f"harness.runner.{other}" for other in IN_CELLS)]
    assert outside(HARNESS / "runner" / f"{name}.py", lean) == set()
    loaded = "import sys, harness.runner.{}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    found = subprocess.run(
        [sys.executable, "-c", loaded.format(name)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "harness" in found
    assert not {"pytest", "_pytest", "yaml", "xdist"} & set(found)


@pytest.mark.parametrize("package", IN_ENVIRONMENTS)
def test_environments_get_the_grammar_of_python_37(package: str) -> None:
    for file in [HARNESS / "__init__.py", *modules(package).values()]:
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text, str(file), feature_version=(3, 7))
        annotated = [node for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation]
        assert not annotated or "from __future__ import annotations\n" in text, file


@pytest.mark.parametrize("name", ["autograph.py", "wrappers.py"])
def test_hooks_of_plugins_fit_into_environments(name: str) -> None:
    file = HARNESS / "keras" / name
    ast.parse(file.read_text(encoding="utf-8"), str(file), feature_version=(3, 7))
    assert outside(file, []) == set()


@pytest.mark.parametrize("statement", ["(x := 1)", "def f(a, /): pass", "match x:\n    case 1: pass"])
def test_python_37_grammar_refuses_later_syntax(statement: str) -> None:
    compile(statement, "later", "exec")
    with pytest.raises(SyntaxError):
        ast.parse(statement, feature_version=(3, 7))


def identifiers(file: Path) -> Iterator[str]:
    """The names of a module: its own, and those that it defines, imports and uses."""
    yield file.stem
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        fields = (getattr(node, name, None) for name in ("id", "attr", "name", "arg", "asname", "module"))
        yield from (value for value in fields if isinstance(value, str))


@pytest.mark.parametrize("package", ["controller", "runner"])
def test_no_identifier_names_a_subject(package: str) -> None:
    subject = re.compile(r"tensorflow|keras|(?<![a-z])tf(?![a-z])", re.IGNORECASE)
    found = {module: {*filter(subject.search, identifiers(file))} for module, file in modules(package).items()}
    assert len(found) > 10
    assert {module: names for module, names in found.items() if names} == {}


def test_modules_are_short_and_have_docstrings() -> None:
    texts = {module: file.read_text(encoding="utf-8") for module, file in modules().items()}
    assert len(texts) > 100
    assert [module for module, text in texts.items() if not ast.get_docstring(ast.parse(text))] == []
    assert {module: text.count("\n") for module, text in texts.items() if text.count("\n") > LONGEST} == {}


def test_no_package_has_too_many_modules() -> None:
    files = [file.relative_to(ROOT) for file in modules().values() if file.name != "__init__.py"]
    folders = [file.parent.as_posix() for file in files]
    assert set(folders) >= GROWING
    crowded = {folder: folders.count(folder) for folder in folders if folders.count(folder) > MOST_MODULES}
    assert crowded.keys() <= GROWING, crowded
