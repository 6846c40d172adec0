"""`harness bisect` with packages of a few lines, real environments and real runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.controller.bisect.culprits import Culprit
from harness.controller.bisect.finding_text import culprit_in_words
from harness.controller.bisect.search import Border
from tests.controller.bisect.conftest import HERE
from tests.support.tiny_project import TinyProject
from tests.support.wheel_index import WheelIndex

NAMES = ["alpha", "beta", "gamma", "delta"]
ALL = "import alpha, beta, delta, gamma\n"
Case = dict[str, Any]


def subject(index: WheelIndex, code: str, version: str = "2.15.1") -> None:
    """TensorFlow, which does this when it is imported; and the other packages, from 1.0 to 1.9 and 2.0 to 2.3."""
    index.add("tensorflow-cpu", version, ALL + code, NAMES, module="tensorflow")
    for name in NAMES:
        for number in ("1.0", "1.5", "1.9", "2.0", "2.1", "2.3"):
            index.add(name, number)


def breaks(condition: str, error: str = "ImportError") -> str:
    return f"if {condition}:\n    raise {error}('broken by ' + {condition!r})\n"


def ask(project: TinyProject, good: str, bad: str, *arguments: str, code: int = 0) -> Case:
    ends = ["--good", good, "--bad", bad, "--python", HERE]
    done = project.run("bisect", *ends, *arguments, "--json")
    assert (done.returncode, done.stderr) == (code, ""), done.stdout + done.stderr
    found: Case = json.loads(done.stdout)
    return found


@pytest.fixture
def ends(tmp_path: Path) -> tuple[str, str]:
    """Two requirements files, with everything old and everything new."""
    for end, number in (("good", "1.0"), ("bad", "2.3")):
        lines = ["tensorflow-cpu==2.15.1", *(f"{name}=={number}" for name in NAMES)]
        (tmp_path / f"{end}.txt").write_text("\n".join(lines), encoding="utf-8")
    return str(tmp_path / "good.txt"), str(tmp_path / "bad.txt")


def borders(found: Case) -> dict[str, tuple[str, str]]:
    return {one["package"]: (one["last_good"], one["first_bad"]) for one in found["culprits"]}


def test_what_newer_versions_mend_is_said_so() -> None:
    culprits = [
        Culprit("keras", "3.9.0", "3.6.0", Border("3.7.0", "3.6.0"), "broken"),
        Culprit("numpy", "1.26.4", "2.2.0", Border("1.26.4", "2.0.0", ("2.0.0rc1",)), "broken"),
    ]
    assert [culprit_in_words(culprit) for culprit in culprits] == [
        "keras: good from 3.7.0 on, bad up to 3.6.0",
        "numpy: good up to 1.26.4, bad from 2.0.0 (not installable between: 2.0.0rc1)",
    ]


def test_the_package_and_the_version_are_found(
    here: TinyProject, index: WheelIndex, ends: tuple[str, str], tmp_path: Path
) -> None:
    subject(index, breaks("gamma.VERSION >= (2, 1)"))
    found = ask(here, *ends)
    assert borders(found) == {"gamma": ("2.0", "2.1")}
    (culprit,) = found["culprits"]
    assert (culprit["bound"], culprit["partners"]) == ("gamma<2.1", [])
    assert culprit["outcome"].startswith("ImportError: broken by gamma")
    assert found["packages"] == len(NAMES)
    assert not (here.root / ".harness/bisect/environment").exists()

    again = ask(here, *ends)
    assert (again["runs"], again["environments"]["made"]) == (0, 0), "all of it is known"
    assert borders(again) == borders(found)

    said = here.run("bisect", "--good", ends[0], "--bad", ends[1], "--python", HERE).stdout
    assert "gamma: good up to 2.0, bad from 2.1" in said
    assert 'write "gamma<2.1"' in said


def test_culprits_that_hide_one_another(here: TinyProject, index: WheelIndex, ends: tuple[str, str]) -> None:
    subject(index, breaks("alpha.VERSION > (1, 5)") + breaks("delta.VERSION >= (2, 3)", "TypeError"))
    found = ask(here, *ends)
    assert borders(found) == {"alpha": ("1.5", "1.9"), "delta": ("2.1", "2.3")}
    assert [one["outcome"].partition(":")[0] for one in found["culprits"]] == ["ImportError", "TypeError"]


def test_two_that_break_only_together(here: TinyProject, index: WheelIndex, ends: tuple[str, str]) -> None:
    subject(index, breaks("alpha.VERSION >= (2, 0) and gamma.VERSION >= (2, 1)"))
    (culprit,) = ask(here, *ends)["culprits"]
    assert {culprit["package"], *culprit["partners"]} == {"alpha", "gamma"}
    assert culprit["bound"] in ("alpha<2", "gamma<2.1")


def test_versions_that_do_not_install_are_skipped(here: TinyProject, index: WheelIndex, ends: tuple[str, str]) -> None:
    subject(index, breaks("beta.VERSION >= (2, 0)"))
    index.spoil("beta", "1.9")
    index.spoil("beta", "2.0")
    (culprit,) = ask(here, *ends)["culprits"]
    assert (culprit["last_good"], culprit["first_bad"], culprit["skipped"]) == ("1.5", "2.1", ["1.9", "2.0"])


def test_flaky_outcomes_give_no_answer(
    here: TinyProject, index: WheelIndex, ends: tuple[str, str], tmp_path: Path
) -> None:
    count = tmp_path / "count"
    flaky = f"open({str(count)!r}, 'a').write('x')\nodd = len(open({str(count)!r}).read()) % 2\n"
    subject(index, flaky + breaks("odd == 0 and beta.VERSION >= (2, 0)"))
    found = ask(here, *ends, code=1)
    assert (found["culprits"], len(found["flaky"])) == ([], 2)
    assert "pass" in found["flaky"]


def test_ends_without_a_difference(here: TinyProject, index: WheelIndex, ends: tuple[str, str]) -> None:
    subject(index, "")
    found = ask(here, *ends, code=1)
    assert (found["culprits"], found["flaky"]) == ([], [])


def test_a_package_that_only_one_end_has(here: TinyProject, index: WheelIndex, ends: tuple[str, str]) -> None:
    subject(index, "import epsilon\n")
    index.add("epsilon", "1.0")
    Path(ends[0]).write_text(Path(ends[0]).read_text() + "\nepsilon==1.0\n")
    (culprit,) = ask(here, *ends)["culprits"]
    assert (culprit["package"], culprit["bad"], culprit["bound"]) == ("epsilon", None, "epsilon")


def test_between_releases_a_pre_release_is_found(here: TinyProject, index: WheelIndex) -> None:
    for month, version in enumerate(("2.15.1", "2.16.0rc0", "2.16.0rc1", "2.16.0", "2.16.2"), start=1):
        code = "" if month < 3 else breaks("True")
        index.add("tensorflow-cpu", version, code, ["pillow"], f"2024-0{month}-01", "tensorflow")
    index.add("pillow", "9.0")
    found = ask(here, "tensorflow-cpu==2.15.1", "tensorflow-cpu==2.16.2")
    assert found["releases"] == ["2.16.0rc0", "2.16.0rc1"]
    assert borders(found) == {"tensorflow-cpu": ("2.16.0rc0", "2.16.0rc1")}


@pytest.mark.parametrize(
    ("broken_from", "said"),
    [
        ((3, 0), "every keras that this release allows is bad, from 3.0 to 3.2"),
        ((3, 1), "with this release keras is good up to 3.0, bad from 3.1"),
    ],
)
def test_companions_that_only_the_new_release_allows(
    here: TinyProject, index: WheelIndex, broken_from: tuple[int, int], said: str
) -> None:
    use = f"import keras\nassert keras.VERSION < {broken_from}, 'another keras'\n"
    # The old release does not run with the new keras, nor the new one with the old.
    fits = {"2.15.1": ("keras<3", "keras.VERSION < (3,)"), "2.16.0": ("keras>=3", "keras.VERSION >= (3,)")}
    for day, (version, (need, condition)) in enumerate(fits.items(), start=1):
        code = f"{use}assert {condition}, 'unfit'\n"
        index.add("tensorflow-cpu", version, code, [need, "pillow"], f"2024-01-0{day}", "tensorflow")
    for version in ("2.15", "3.0", "3.1", "3.2"):
        index.add("keras", version)
    index.add("pillow", "9.0")
    found = ask(here, "tensorflow-cpu==2.15.1", "tensorflow-cpu==2.16.0")
    assert found["companions"] == [said]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--good", "tf251", "--bad", "tf216"], "'tf251' is not an environment"),
        (["--good", "numpy<2", "--bad", "numpy<3"], "no end is an environment: name the Python with --python"),
        (["dense", "--good", "tf215", "--bad", "tf216"], "a case needs its import path: -p PATH"),
        (["--good", "tf215", "--bad", "tf216-legacy"], "differ in their variables"),
    ],
)
def test_wrong_ends_are_one_sentence(project: TinyProject, arguments: list[str], said: str) -> None:
    (project.root / "locks").mkdir()
    for name in ("tf215", "tf216-legacy"):
        (project.root / "locks" / f"{name}.txt").write_text("x==1\n", encoding="utf-8")
    done = project.run("bisect", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
