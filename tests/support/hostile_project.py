"""A project all of whose texts are hostile, with cells of every status, an environment that failed and one not run."""

from __future__ import annotations

import json
from pathlib import Path

from harness.cases.generate import digest_of, script_of
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column, EnvironmentFacts, write_column, write_details

MARKUP = "<img src=x onerror=\"document.title='broken in'\"></script><script>document.title='broken in'</script>"
CONTROL = "\x1b[31mred\x07 \u202eright to left"
HOSTILE = f"=cmd() {MARKUP} {CONTROL}"
SHOWN = HOSTILE.translate(dict.fromkeys(map(ord, "\x1b\x07\u202e"), "\ufffd"))

MATRIX = """\
schema: 1
limits: {timeout: 60, output: 65536}
resolve:
  days_after_release: 14
  packages: [pillow]
  runner: {packages: [pytest, pytest-xdist, PyYAML], dependencies: [pluggy], as_of: 2026-11-01}
paths: {tensorflow.keras: from, tf.keras: attribute, keras: from}
environments:
  tf211: {tensorflow: 2.11.1, python: "3.10", distribution: tensorflow-cpu, released: 2022-11-18}
  tf212: {tensorflow: 2.12.1, python: "3.11", distribution: tensorflow-cpu, released: 2023-03-23}
  tf213: {tensorflow: 2.13.1, python: "3.11", distribution: tensorflow-cpu, released: 2023-07-05}
  tf214: {tensorflow: 2.14.1, python: "3.11", distribution: tensorflow-cpu, released: 2023-09-26}
  tf215: {tensorflow: 2.15.1, python: "3.11", distribution: tensorflow-cpu, released: 2024-03-08}
  tf216: {tensorflow: 2.16.2, python: "3.12", distribution: tensorflow-cpu, released: 2024-06-28}
variants:
  tf216-legacy: {of: tf216, set_env: {TF_USE_LEGACY_KERAS: "1"}}
groups: {all: [tf211, tf212, tf213, tf214, tf215, tf216]}
default: all
"""
NOT_RUN, FAILED = "tf213", "tf212"
COLUMNS = ("tf211", "tf212", "tf214", "tf215", "tf216", "tf216-legacy")
ROWS = [(case, path) for case in ("hostile", "off", "plain") for path in ("tensorflow.keras", "tf.keras", "keras")]
SECONDS = {"tensorflow.keras": 0.5, "tf.keras": 0.5, "keras": 9.25}  # of `hostile` in 2.16
STATUSES = {
    ("tf215", "tensorflow.keras"): Status.UNMET,
    ("tf215", "tf.keras"): Status.TIMEOUT,
    ("tf215", "keras"): Status.CRASH,
    ("tf214", "tensorflow.keras"): Status.ERROR,
    ("tf214", "keras"): Status.ABSENT,
    ("tf216", "keras"): Status.FAIL,
    ("tf216", "tensorflow.keras"): Status.FAIL,
    ("tf216", "tf.keras"): Status.FAIL,
}


def make_project(folder: Path) -> None:
    """Write the project, its accepted results and a last run of 2.16."""
    texts = {"title": HOSTILE, "advice": HOSTILE, "source": [HOSTILE]}
    known = [{"path": "*", "tf": "==2.16.*", "match": "=cmd", "reason": HOSTILE, "issue": "keras#1"}]
    code = f"import KERAS\n# call\nassert not {HOSTILE!r}\n"
    _write_case(folder, "snippet", "hostile", {**texts, "known": known, "code": code})
    _write_case(
        folder,
        "snippet",
        "off",
        {"title": "Switched off", "skip": HOSTILE, "code": "import KERAS\n# call\nassert KERAS\n"},
    )
    symbol = {"symbol": "optimizers.Adam", "expect": {"is": "class"}}
    _write_case(folder, "symbol", "plain", {"title": "Adam is there", **symbol})
    (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    for name in COLUMNS:
        write_column(folder / "results" / f"{name}.json", _column(name))
    history = "day,environment,case,path,change,before,after\n2026-11-20,tf216,hostile,keras,changed,pass,fail\n"
    (folder / "results" / "history.csv").write_text(history, encoding="utf-8")
    _write_run(folder)


def _write_case(folder: Path, kind: str, name: str, body: dict[str, object]) -> None:
    """As JSON, which is YAML in which every character can be said."""
    file = folder / "cases" / kind / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"id": name, "kind": kind, **body}), encoding="utf-8")


def _column(name: str) -> Column:
    why = {"status": "env-fail", "reason": HOSTILE} if name == FAILED else {}
    packages = {} if why else {"keras": "3.4.1", "numpy": MARKUP}
    facts = EnvironmentFacts(name, "2.16.2", "3.12", "tensorflow-cpu", packages=packages, **why)
    return Column(facts, {key: _outcome(name, *key) for key in ROWS})


def _outcome(environment: str, case: str, path: str) -> Outcome:
    if environment == FAILED:
        return Outcome(case, path, Status.ENV_FAIL)
    if case == "off":
        return Outcome(case, path, Status.SKIP, message=HOSTILE)
    status = STATUSES.get((environment, path), Status.PASS) if case == "hostile" else Status.PASS
    if status is Status.PASS:
        return Outcome(case, path, status, warnings=(f"FutureWarning: {HOSTILE}",))
    message = f"{HOSTILE}\nthe second line"
    if status is Status.UNMET:
        return Outcome(case, path, status, message=message)
    stage = Stage.PATH if status is Status.ABSENT else Stage.CALL
    error = None if status is Status.TIMEOUT else "ValueError"
    return Outcome(case, path, status, stage, error, message, (HOSTILE,))


def _write_run(folder: Path) -> None:
    column = _column("tf216")
    write_column(folder / ".harness" / "run" / "tf216.json", column)
    project = load_project(folder)
    scripts = {
        case.id: {spec.id: digest_of(script_of(case, spec)) for spec in project.matrix.paths.values()}
        for case in project.cases
    }
    records = [
        Record(
            outcome,
            stage_seconds={"path": 0.25, "call": SECONDS[path]},
            script=scripts[case][path],
            at="2026-11-21T12:00:00Z",
        )
        for (case, path), outcome in column.cells.items()
        if case == "hostile"
    ]
    write_details(folder / ".harness" / "details" / "tf216.json", records)
