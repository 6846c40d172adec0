"""The real matrix.yaml and the locks that are made from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from harness.controller.environments.lockfile import LockState, lock_state
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.project.matrix_reader import read_matrix
from tests.support import ROOT

MATRIX = read_matrix(str(ROOT))[0]
assert MATRIX is not None, "matrix.yaml has faults: `harness validate` tells them"
ENVIRONMENTS = list(MATRIX.environments.values())

REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.!+]+)(?: ;[^;]+?)?(?: --hash=sha256:[0-9a-f]{64})+")


def lines_of(lock: Path) -> list[str]:
    """The requirements of a lock, one a line."""
    text = re.sub(r" *\\\n +", " ", lock.read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins_of(lock: Path) -> dict[str, str]:
    found = [REQUIREMENT.fullmatch(line) for line in lines_of(lock)]
    return {canonicalize_name(match["name"]): match["version"] for match in found if match}


def test_matrix_has_the_requested_axes() -> None:
    assert MATRIX is not None
    assert len(ENVIRONMENTS) == 27
    assert len({environment.release for environment in ENVIRONMENTS}) == 25
    assert len(MATRIX.paths) == 11
    named = {"tensorflow.keras", "tf.keras", "tensorflow.python.keras", "keras", "tf_keras", "tf.compat.v1.keras"}
    assert named < set(MATRIX.paths)


def test_matrix_has_the_requested_groups() -> None:
    assert MATRIX is not None
    names = [environment.id for environment in ENVIRONMENTS]
    assert set(MATRIX.groups["quick"]) == {"tf25", "tf26", "tf215", "tf216", "tf221"}
    assert MATRIX.groups["tf1x"] == ("tf113", "tf114", "tf115")
    assert list(MATRIX.groups["tf2x"]) == names[3:]
    assert list(MATRIX.groups["all"]) == names
    assert MATRIX.default in MATRIX.groups


def test_tf2_releases_and_nightly_have_lane_environments() -> None:
    assert MATRIX is not None
    releases = [item.id for item in ENVIRONMENTS if item.version.major >= 2 and not item.is_variant]
    assert MATRIX.groups["today"] == tuple(f"{name}-today" for name in releases)
    (nightly,) = MATRIX.lanes["nightly"].environments
    assert (nightly.id, nightly.distribution, nightly.may_fail) == ("tf-nightly", "tf-nightly", True)
    assert {"keras-nightly", "tf-keras-nightly"} <= set(nightly.packages)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[item.id for item in ENVIRONMENTS])
def test_lock_pins_the_matrix_release(environment: Environment) -> None:
    lock = ROOT / "locks" / f"{environment.id}.txt"
    pins = pins_of(lock)
    assert pins[environment.distribution] == environment.release
    assert {"pytest", "pytest-xdist", "pydot", "pillow", "numpy"} <= set(pins)
    other = "tensorflow-cpu" if environment.distribution == "tensorflow" else "tensorflow"
    assert other not in pins, "TensorFlow would be installed twice"
    made_for = f"TensorFlow {environment.release} on Python {environment.python}, resolved as of {environment.as_of}."
    assert made_for in lock.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[item.id for item in ENVIRONMENTS])
def test_lock_lines_are_exact_and_hashed(environment: Environment) -> None:
    lock = ROOT / "locks" / f"{environment.id}.txt"
    assert [line for line in lines_of(lock) if not REQUIREMENT.fullmatch(line)] == []
    assert not re.search(r"https?:|index|file:|@ ", lock.read_text(encoding="utf-8"))


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[item.id for item in ENVIRONMENTS])
def test_a_lock_fits_the_matrix(environment: Environment) -> None:
    assert MATRIX is not None
    assert lock_state(environment, MATRIX.resolve, Layout(ROOT)) is LockState.CURRENT


def test_variant_lock_equals_its_environments_lock() -> None:
    variants = [item.id for item in ENVIRONMENTS if "-" in item.id]
    assert variants == ["tf216-legacy", "tf221-legacy"]
    for name in variants:
        of = name.partition("-")[0]
        assert lines_of(ROOT / "locks" / f"{name}.txt") == lines_of(ROOT / "locks" / f"{of}.txt")
