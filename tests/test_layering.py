"""Who may import whom, and in which grammar: section 7 of the design, held by reading every module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

HARNESS = ROOT / "harness"
LONGEST = 300  # lines
SHIPPED = ["contract", "runner"]  # what runs inside the environments
LEAN = [
    "forkserver",
    "cell",
    "path_probe",
    "import_order",
    "supervisor",
    "process_tree",
]  # what runs in the processes of the cells
NEWER = {"graphlib", "tomllib", "zoneinfo", "compression", "annotationlib"}  # not in the library of Python 3.7
STDLIB = sys.stdlib_module_names - NEWER
ALLOWED = {
    "contract": ["harness.contract"],
    "cases": ["harness.contract", "harness.cases", "yaml"],
    "runner": ["harness.contract", "harness.runner", "pytest"],
}


def _modules(layer: str) -> list[Path]:
    found = sorted((HARNESS / layer).rglob("*.py"))
    assert HARNESS / layer / "__init__.py" in found
    assert len(found) > 1
    return found


def _imports(file: Path) -> set[str]:
    """Every module that a file imports, wherever in it: the full dotted names."""
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


def _outside(file: Path, allowed: list[str]) -> set[str]:
    """What a file imports beyond the standard library and what is allowed."""
    return {
        name
        for name in _imports(file)
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
    assert _imports(file) == {"os", "yaml", "zoneinfo", "harness.runner.y", *controller}
    assert _outside(file, ["harness.runner"]) == {"yaml", "zoneinfo", *controller}


@pytest.mark.parametrize("layer", list(ALLOWED))
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    outside = {str(file): _outside(file, ALLOWED[layer]) for file in _modules(layer)}
    assert {file: names for file, names in outside.items() if names} == {}


def test_the_controller_never_imports_the_runner() -> None:
    files = [*_modules("controller"), HARNESS / "__main__.py"]
    found = {name for file in files for name in _imports(file) if (name + ".").startswith("harness.runner.")}
    assert found == set()


@pytest.mark.parametrize("name", LEAN)
def test_what_runs_in_a_cell_imports_neither_pytest_nor_yaml(name: str) -> None:
    lean = ["harness.contract", *(f"harness.runner.{other}" for other in LEAN)]
    assert _outside(HARNESS / "runner" / f"{name}.py", lean) == set()
    loaded = "import sys, harness.runner.{}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    modules = subprocess.run(
        [sys.executable, "-c", loaded.format(name)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "harness" in modules
    assert not {"pytest", "_pytest", "yaml", "xdist"} & set(modules)


@pytest.mark.parametrize("layer", SHIPPED)
def test_what_runs_in_the_environments_is_in_the_grammar_of_python_37(layer: str) -> None:
    for file in [HARNESS / "__init__.py", *_modules(layer)]:
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text, str(file), feature_version=(3, 7))
        annotated = [node for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation]
        assert not annotated or "from __future__ import annotations\n" in text, file


@pytest.mark.parametrize("statement", ["(x := 1)", "def f(a, /): pass", "match x:\n    case 1: pass"])
def test_the_grammar_of_python_37_refuses_what_came_later(statement: str) -> None:
    compile(statement, "later", "exec")
    with pytest.raises(SyntaxError):
        ast.parse(statement, feature_version=(3, 7))


def test_every_module_says_what_it_is_for_and_is_short() -> None:
    files = sorted(HARNESS.rglob("*.py"))
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    assert len(files) > 30
    assert [str(file) for file, tree in trees.items() if not ast.get_docstring(tree)] == []
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}
