"""`harness api`, `accept` and `diff` on the names of two small environments."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from tests.support.tiny_project import TinyProject, make_column


def ask(project: TinyProject, *arguments: str) -> Any:
    return json.loads(project.run("api", *arguments, "--json").stdout)


def test_json_answer_has_the_documented_fields(measured: TinyProject) -> None:
    done = measured.run("api", "tf.keras.layers.Dense", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    both = [["2.15", "2.16"]]
    expected = {
        "name": "tensorflow.keras.layers.Dense",
        "known": True,
        "kind": "class",
        "import": both,
        "attribute": both,
        "signatures": [
            {"text": "(units, activation=None)", "ranges": [["2.15", "2.15"]]},
            {"text": "(units, activation=None, lora_rank=None)", "ranges": [["2.16", "2.16"]]},
        ],
        "same_as": [{"name": "keras.layers.Dense", "ranges": both}],
        "cases": ["dense"],
        "not_measured": [["1.15", "1.15"]],
        "variants": {"not_measured": ["tf216-legacy"]},
    }
    assert {key: found[key] for key in expected} == expected


def test_unknown_names_come_with_the_nearest(measured: TinyProject) -> None:
    done = measured.run("api", "tf.keras.layers.Dens", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["name"], found["known"]) == ("tf.keras.layers.Dens", False)
    assert "tensorflow.keras.layers.Dense" in found["nearest"]
    text = measured.run("api", "tf.keras.layers.Dens").stdout
    assert text.startswith("tf.keras.layers.Dens: never seen in any measured release; nearest names: ")


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("New", ["keras.layers.New", "tensorflow.keras.layers.New"]),
        ("tf.keras.*.N*", ["tensorflow.keras.layers.New"]),
        ("layers.Old", ["keras.layers.Old", "tensorflow.keras.layers.Old"]),
    ],
)
def test_patterns_and_last_parts_find_names(measured: TinyProject, word: str, names: list[str]) -> None:
    found = ask(measured, word)
    assert [item["name"] for item in found.get("names", [found])] == names


def test_methods_answer_with_their_signatures(measured: TinyProject) -> None:
    found = ask(measured, "tf.keras.Model.fit")
    assert (found["kind"], found["import"]) == ("method", [["2.15", "2.16"]])
    assert [item["text"] for item in found["signatures"]] == ["(x, workers=1)", "(x)"]


def test_methods_are_found_without_their_package(measured: TinyProject) -> None:
    assert ask(measured, "Model.fit") == ask(measured, "tf.keras.Model.fit")
    assert measured.run("api", "Model.nothing").returncode == 1


def test_visibility_follows_the_written_rule(measured: TinyProject) -> None:
    visible = {name: ask(measured, name)["visibility"] for name in ("keras.layers.numbers", "keras.models.Model")}
    assert visible == {"keras.layers.numbers": "leaked", "keras.models.Model": "private"}
    assert ask(measured, "tensorflow.keras.Model")["visibility"] == "public"


def test_text_names_the_measured_keras(measured: TinyProject) -> None:
    lines = measured.run("api", "keras.layers.New").stdout.splitlines()
    assert lines[0] == "keras.layers.New: class, public"
    assert "  measured:   keras 3.4.1 with 2.16; another version may differ" in lines


def test_changes_between_releases_are_listed(measured: TinyProject) -> None:
    done = measured.run("api", "--since", "tf215", "--until", "tf216", "-p", "tf.keras")
    assert done.stdout.splitlines() == [
        "signature: tensorflow.keras.layers.Dense: (units, activation=None) -> "
        "(units, activation=None, lora_rank=None)",
        "new: tensorflow.keras.layers.New",
        "gone: tensorflow.keras.layers.Old",
        "1 gone, 1 new, 1 signature",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name at least one NAME"),
        (["--since", "tf215"], "--since and --until go together"),
        (["--since", "tf2*", "--until", "tf216"], "take one environment each"),
        (["--since", "tf2155", "--until", "tf216"], "no environment matches 'tf2155'; did you mean"),
    ],
)
def test_wrong_arguments_are_usage_errors(measured: TinyProject, arguments: list[str], message: str) -> None:
    done = measured.run("api", *arguments)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_asking_needs_an_inventory(project: TinyProject) -> None:
    done = project.run("api", "keras.Model")
    assert done.returncode == 2
    assert "run `harness inventory`, then `harness accept`" in done.stderr


def test_other_schemas_are_refused(measured: TinyProject) -> None:
    measured.edit("results/api/keras.json", '"schema": 1', '"schema": 7')
    done = measured.run("api", "keras.Model")
    assert done.returncode == 3
    assert "schema 7: this harness reads schema 1" in done.stderr


def test_accepting_again_changes_nothing(measured: TinyProject) -> None:
    before = {file: file.read_bytes() for file in (measured.root / "results" / "api").iterdir()}
    assert measured.run("accept").stdout == "the measured names are those that are accepted\n"
    assert {file: file.read_bytes() for file in before} == before


def test_accept_prints_what_changed(measured: TinyProject) -> None:
    file = measured.root / ".harness" / "inventory" / "tf216.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    data["names"]["keras.layers"]["New"] = {"import": False, "attribute": False}
    file.write_text(json.dumps(data), encoding="utf-8")
    done = measured.run("accept", "--dry-run")
    assert done.stdout.splitlines() == [
        "tf216: 1 name gone: keras.layers.New",
        "nothing was written; without --dry-run this writes results/api/keras.json",
    ]
    assert measured.run("accept").returncode == 0
    assert measured.run("api", "keras.layers.New").returncode == 1


def test_counts_tell_zero_from_not_measured(measured: TinyProject) -> None:
    rows = [line.strip("| ").split(" | ") for line in measured.run("api", "--counts").stdout.splitlines()]
    assert rows[0] == ["`keras`", "`tensorflow.keras`"]
    counts = {row[0]: row[1:] for row in rows[2:]}
    assert list(counts) == ["1.15", "2.15", "2.16", "tf216-legacy"]
    assert (counts["1.15"], counts["2.15"], counts["tf216-legacy"]) == (["?", "?"], ["7", "5"], ["?", "?"])


def test_unmeasured_releases_end_a_range(measured: TinyProject) -> None:
    later = '  tf217: {tensorflow: 2.17.1, python: "3.12", distribution: tensorflow-cpu, released: 2024-10-24}\n'
    measured.edit("matrix.yaml", "  tf115: {", f"{later}  tf115: {{")
    file = measured.root / ".harness" / "inventory" / "tf215.json"
    measured_as = file.read_text(encoding="utf-8").replace('"environment": "tf215"', '"environment": "tf217"')
    (file.parent / "tf217.json").write_text(measured_as, encoding="utf-8")
    (file.parent / "tf216.json").unlink()
    for document in (measured.root / "results" / "api").iterdir():
        document.unlink()
    assert measured.run("accept").returncode == 0
    found = ask(measured, "keras.layers.Dense")
    assert found["import"] == [["2.15", "2.15"], ["2.17", "2.17"]]
    assert found["not_measured"] == [["1.15", "1.15"], ["2.16", "2.16"]]


@pytest.mark.parametrize(("asked", "not_asked"), [(True, []), (False, [["2.15", "2.15"]])])
def test_missing_modules_answer_for_their_names(measured: TinyProject, asked: bool, not_asked: list[list[str]]) -> None:
    yes = {"import": True, "attribute": True}
    add_names(measured, "tf216", {"keras": {"fresh": yes}, "keras.fresh": {"X": yes}})
    if asked:
        add_names(measured, "tf215", {"keras": {"fresh": {"import": False, "attribute": False}}})
    assert measured.run("accept").returncode == 0
    found = ask(measured, "keras.fresh.X")
    assert (found["import"], found["not_asked"]) == ([["2.16", "2.16"]], not_asked)


def test_report_lists_changed_names(measured: TinyProject) -> None:
    for folder in ("results", ".harness/run"):
        measured.keep(folder, make_column(Outcome("version", "keras", Status.PASS)))
    done = measured.run("report")
    assert (done.returncode, "## Names\n\nno difference\n" in done.stdout) == (0, True)
    add_names(measured, "tf215", {"keras": {"fresh": {"import": True, "attribute": False}}})
    add_names(measured, "tf216", {"keras": {"other": {"import": True, "attribute": False}}})
    done = measured.run("report")
    assert (done.returncode, "## Names\n\n- tf215: 1 name new: keras.fresh\n" in done.stdout) == (1, True)
    assert "keras.other" not in done.stdout  # tf216 was not run


def add_names(project: TinyProject, environment: str, names: dict[str, dict[str, dict[str, bool]]]) -> None:
    file = project.root / ".harness" / "inventory" / f"{environment}.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    for module, rows in names.items():
        data["names"].setdefault(module, {}).update(rows)
    file.write_text(json.dumps(data), encoding="utf-8")
