"""Reading cases: the keys that all have, where files belong, and all the faults of all the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cases.case import case_files
from harness.cases.generate import script_of
from harness.cases.loader import read_case, read_library
from harness.contract.plan import PathSpec
from tests.support import ROOT
from tests.support.languages import LANGUAGE

GOOD = 'id: {}\nkind: snippet\ntitle: One\ncode: "import KERAS\\n# call\\nassert KERAS"\n'


def _write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")


def _faults(root: Path) -> list[str]:
    return [str(fault) for fault in read_library(str(root), LANGUAGE)[1]]


def test_case_with_every_key(tmp_path: Path) -> None:
    common = "requires: [graphviz, {package: h5py}]\npaths: ['tf.*', keras]\ntimeout: 2.5\nskip: broken\n"
    common += "source: [keras#1]\nadvice: Wait.\n"
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one") + common)
    case, faults = read_case(str(tmp_path), "cases/snippet/one.yaml", LANGUAGE)
    assert case is not None, faults
    assert (case.id, case.kind, case.title, case.file) == ("one", "snippet", "One", "cases/snippet/one.yaml")
    assert (case.requires, case.packages, case.paths, case.timeout) == (
        ("graphviz",),
        ("h5py",),
        ("tf.*", "keras"),
        2.5,
    )
    assert (case.skip, case.source, case.advice) == ("broken", ("keras#1",), "Wait.")
    assert case.body == {"code": "import KERAS\n# call\nassert KERAS"}
    assert case.lines["advice",] == 10
    assert script_of(case, PathSpec("keras", "from", "keras")) == "import keras\n# call\nassert keras\n"


def test_case_with_required_keys_only(tmp_path: Path) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one"))
    ((case,), faults) = read_library(str(tmp_path), LANGUAGE)
    assert faults == []
    assert (case.requires, case.paths, case.timeout, case.skip) == ((), ("*",), None, None)
    assert (case.source, case.advice) == ((), None)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: one", "id: One", "1: must be lower-case words joined by hyphens, not 'One'"),
        ("id: one", "id: a--b", "1: must be lower-case words joined by hyphens, not 'a--b'"),
        ("id: one", "id: 12", "1: must be lower-case words joined by hyphens, not 12"),
        ("id: one", "# no id", "2: missing key 'id'"),
        ("title: One", "title: ' '", "3: must be text, not ' '"),
        ("title: One", "title:", "3: must be text, not empty"),
        ("title: One", "tite: One", "3: unknown key 'tite'; did you mean 'title'?"),
        ("kind: snippet", "kind: snipet", "2: 'snipet' is not one of the known words; did you mean 'snippet'?"),
        ("kind: snippet", "kind: [snippet]", "2: a list is not one of the known words; did you mean 'snippet'?"),
        ("kind: snippet", "# no kind", "1: missing key 'kind'"),
    ],
)
def test_bad_required_keys_are_reported(tmp_path: Path, old: str, new: str, fault: str) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one").replace(old, new))
    assert f"cases/snippet/one.yaml:{fault}" in _faults(tmp_path)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("requires: graphviz", "must be a list with at least one item, not 'graphviz'"),
        ("requires: [{package: a b}]", "must be a package's name, not 'a b'"),
        ("requires: [1]", "must be text or a mapping, not 1"),
        ("requires: [grafviz]", "'grafviz' is not one of the known words; did you mean 'graphviz'?"),
        ("paths: []", "must be a list with at least one item, not a list"),
        ("paths: [1]", "must be text, not 1"),
        ("timeout: 0", "must be a number of seconds above 0, at most 1000000, not 0"),
        ("timeout: long", "must be a number of seconds above 0, at most 1000000, not 'long'"),
        ("skip: true", "must be text, not True"),
        ("advise: x", "unknown key 'advise'; did you mean 'advice'?"),
        ("model: x", "unknown key 'model'; did you mean 'code'?"),
    ],
)
def test_bad_optional_keys_are_reported(tmp_path: Path, line: str, fault: str) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one") + line + "\n")
    assert _faults(tmp_path) == [f"cases/snippet/one.yaml:5: {fault}"]


def test_id_must_match_file_name(tmp_path: Path) -> None:
    _write(tmp_path, "cases/snippet/two.yaml", "# a comment\n" + GOOD.format("one"))
    assert _faults(tmp_path) == ["cases/snippet/two.yaml:2: the id 'one' differs from the file's name 'two'"]


@pytest.mark.parametrize(
    "file",
    [
        "cases/one.yaml",
        "cases/model_build/one.yaml",
        "cases/old/snippet/one.yaml",
        "cases/snippet/old/one.yaml",
        "cases/snippets/one.yaml",
        "cases/Snippet/one.yaml",
    ],
)
def test_folder_must_match_kind(tmp_path: Path, file: str) -> None:
    _write(tmp_path, file, GOOD.format("one"))
    assert _faults(tmp_path) == [f"{file}:2: a case of kind 'snippet' belongs in cases/snippet/"]


def test_duplicate_id_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one"))
    _write(tmp_path, "cases/snippet/one.yml", "# again\n" + GOOD.format("one"))
    _write(tmp_path, "cases/snippet/two.yaml", GOOD.format("two"))
    assert _faults(tmp_path) == [
        "cases/snippet/one.yml:2: the id 'one' is already used in cases/snippet/one.yaml",
    ]


@pytest.mark.parametrize("folders", [[], ["cases"], ["cases", "cases/snippet"]])
def test_project_without_cases_is_refused(tmp_path: Path, folders: list[str]) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
    assert _faults(tmp_path) == ["cases/:1: no cases: add one as cases/<kind>/<id>.yaml"]


@pytest.mark.parametrize("text", ["", "---\n", "null\n", "text\n", "[1]\n"])
def test_file_without_case_is_refused(tmp_path: Path, text: str) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", GOOD.format("one"))
    _write(tmp_path, "cases/snippet/two.yaml", text)
    (fault,) = _faults(tmp_path)
    assert fault.startswith("cases/snippet/two.yaml:1: ")


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    _write(tmp_path, "cases/snippet/good.yaml", GOOD.format("good"))
    _write(tmp_path, "cases/snippet/keys.yaml", GOOD.format("keys") + "tile: 1\ntimeout: -1\n")
    _write(tmp_path, "cases/snippet/no-yaml.yaml", "id: [\n")
    _write(tmp_path, "cases/snippet/twice.yaml", "id: a\nid: b\n")
    _write(tmp_path, "cases/plot_model/moved.yaml", GOOD.format("other"))
    _write(tmp_path, "cases/model_build/kind.yaml", "id: kind\nkind: model_bild\n")
    _write(tmp_path, "cases/model_build/none.yaml", "id: nome\ntitle: One\n")
    assert _faults(tmp_path) == [
        "cases/model_build/kind.yaml:1: missing key 'title'",
        "cases/model_build/kind.yaml:2: 'model_bild' is not one of the known words; did you mean 'model_build'?",
        "cases/model_build/none.yaml:1: missing key 'kind'",
        "cases/model_build/none.yaml:1: the id 'nome' differs from the file's name 'none'",
        "cases/plot_model/moved.yaml:1: the id 'other' differs from the file's name 'moved'",
        "cases/plot_model/moved.yaml:2: a case of kind 'snippet' belongs in cases/snippet/",
        "cases/snippet/keys.yaml:5: unknown key 'tile'; did you mean 'title'?",
        "cases/snippet/keys.yaml:6: must be a number of seconds above 0, at most 1000000, not -1",
        "cases/snippet/no-yaml.yaml:2: not YAML: expected the node content, but found '<stream end>'",
        "cases/snippet/twice.yaml:2: duplicate key 'id'",
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            GOOD.format("other") + "advise: x\n",
            [
                "1: the id 'other' differs from the file's name 'one'",
                "5: unknown key 'advise'; did you mean 'advice'?",
            ],
        ),
        (
            "id: one\nkind: snipet\ntitle: 3\n",
            [
                "2: 'snipet' is not one of the known words; did you mean 'snippet'?",
                "3: must be text, not 3",
            ],
        ),
        (
            "id: other\nkind: snipet\ntimeout: 0\npaths: []\nlayer: x\n",
            [
                "1: missing key 'title'",
                "1: the id 'other' differs from the file's name 'one'",
                "2: 'snipet' is not one of the known words; did you mean 'snippet'?",
                "3: must be a number of seconds above 0, at most 1000000, not 0",
                "4: must be a list with at least one item, not a list",
            ],
        ),
        (
            "id: One\nadvice: ''\ncode: 3\n",
            [
                "1: missing key 'kind'",
                "1: missing key 'title'",
                "1: must be lower-case words joined by hyphens, not 'One'",
                "1: the id 'One' differs from the file's name 'one'",
                "2: must be text, not ''",
            ],
        ),
        (
            "id: one\nkind: plot_model\ntitle: One\nmodel: x\n",
            [
                "1: missing key 'expect'",
                "1: missing key 'plot'",
                "2: a case of kind 'plot_model' belongs in cases/plot_model/",
                "4: must be a mapping, not 'x'",
            ],
        ),
        (
            "kind: snippet\ntitle: One\ncode: x = 1\n",
            [
                "1: missing key 'id'",
            ],
        ),
    ],
)
def test_one_fault_hides_no_other(tmp_path: Path, text: str, faults: list[str]) -> None:
    _write(tmp_path, "cases/snippet/one.yaml", text)
    assert _faults(tmp_path) == [f"cases/snippet/one.yaml:{fault}" for fault in faults]


def test_case_files_are_sorted_with_slashes(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "notes.md", "c.yaml~"):
        _write(tmp_path, f"cases/snippet/{name}", "x")
    _write(tmp_path, "cases/model_build/z.yaml", "x")
    _write(tmp_path, "elsewhere/y.yaml", "x")
    assert case_files(str(tmp_path)) == ["cases/model_build/z.yaml", "cases/snippet/a.yml", "cases/snippet/b.yaml"]


@pytest.mark.parametrize(
    "path",
    [
        PathSpec("tensorflow.python.keras", "from", "tensorflow"),
        PathSpec("tf.compat.v1.keras", "attribute", "tensorflow"),
    ],
)
def test_own_cases_become_python(path: PathSpec) -> None:
    cases, faults = read_library(str(ROOT), LANGUAGE)
    assert faults == []
    assert cases
    for case in cases:
        script = script_of(case, path)
        compile(script, case.file, "exec")
        assert script_of(case, path) == script
