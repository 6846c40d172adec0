"""Environments of one's own: several of one minor, and variants with another Python, packages or release."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pytest

from harness.controller.environments.lockfile import inputs_digest, requirements
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment
from harness.controller.project.matrix_reader import read_matrix
from tests.support.tiny_project import TinyProject

LEGACY = '  tf216-legacy: {of: tf216, set_env: {TF_USE_LEGACY_KERAS: "1"}}'
FIRST = "  tf216: {tensorflow: 2.16.2,"


def environments_with(project: TinyProject, *variants: str) -> Mapping[str, Environment]:
    project.edit("matrix.yaml", LEGACY, "\n".join(f"  {variant}" for variant in variants))
    return load_matrix(project.root).environments


def test_variant_of_a_range_is_an_axis(project: TinyProject) -> None:
    found = environments_with(project, 'python310: {of: ">=2", python: "3.10"}')
    assert list(found) == ["tf115", "tf215", "tf215-python310", "tf216", "tf216-python310"]
    assert [(item.python, item.label, item.base) for item in found.values() if item.is_variant] == [
        ("3.10", "2.15 python310", "tf215"),
        ("3.10", "2.16 python310", "tf216"),
    ]


def test_variants_of_variants_are_a_product(project: TinyProject) -> None:
    found = environments_with(
        project,
        'python310: {of: ">=2.16", python: "3.10"}',
        'python311: {of: ">=2.16", python: "3.11"}',
        'tuner: {of: ["*-python31?"], packages: [keras-tuner]}',
        'eager: {of: ["*-tuner", tf215], set_env: {EAGER: "1"}}',
    )
    assert [(name, item.python, item.packages, dict(item.set_env)) for name, item in found.items() if item.base] == [
        ("tf215-eager", "3.11", (), {"EAGER": "1"}),
        ("tf216-python310", "3.10", (), {}),
        ("tf216-python310-tuner", "3.10", ("keras-tuner",), {}),
        ("tf216-python310-tuner-eager", "3.10", ("keras-tuner",), {"EAGER": "1"}),
        ("tf216-python311", "3.11", (), {}),
        ("tf216-python311-tuner", "3.11", ("keras-tuner",), {}),
        ("tf216-python311-tuner-eager", "3.11", ("keras-tuner",), {"EAGER": "1"}),
    ]
    assert found["tf216-python310-tuner"].label == "2.16 python310 tuner"
    resolve = load_matrix(project.root).resolve
    same = [inputs_digest(found[name], resolve) for name in ("tf216-python310-tuner", "tf216-python310-tuner-eager")]
    assert same[0] == same[1]


def test_group_lists_variants_by_pattern(project: TinyProject) -> None:
    project.edit("matrix.yaml", "quick: [tf215, tf216]", 'quick: [tf215, "*-legacy", tf215]')
    assert load_matrix(project.root).groups["quick"] == ("tf215", "tf216-legacy")


def test_variant_adds_packages_and_variables(project: TinyProject) -> None:
    project.edit("matrix.yaml", "packages: [keras<2.4]}", "packages: [keras<2.4], set_env: {A: '1', B: '1'}}")
    found = environments_with(project, "tf115-tuner: {of: tf115, packages: [keras-tuner], set_env: {B: '2', C: '2'}}")
    variant = found["tf115-tuner"]
    assert variant.packages == ("keras<2.4", "keras-tuner")
    assert variant.set_env == (("A", "1"), ("B", "2"), ("C", "2"))


def test_variant_has_a_release_of_its_own(project: TinyProject) -> None:
    found = environments_with(
        project, "tf216-first: {of: tf216, tensorflow: 2.16.1, released: 2024-03-08, distribution: tensorflow}"
    )
    variant = found["tf216-first"]
    assert (variant.release, variant.label, variant.distribution) == ("2.16.1", "2.16 first", "tensorflow")
    assert variant.as_of == datetime.date(2024, 3, 22)
    assert list(found) == ["tf115", "tf215", "tf216-first", "tf216"]


def test_variant_with_packages_of_its_own_has_its_own_lock(project: TinyProject) -> None:
    found = environments_with(project, "more: {of: '==2.16.*', packages: [keras-tuner]}", LEGACY.strip())
    resolve = load_matrix(project.root).resolve
    assert "keras-tuner" in requirements(found["tf216-more"], resolve)
    digests = {name: inputs_digest(item, resolve) for name, item in found.items()}
    assert digests["tf216"] == digests["tf216-legacy"] != digests["tf216-more"]


def test_environments_of_one_minor_have_labels(project: TinyProject) -> None:
    more = [
        'tf2161: {tensorflow: 2.16.1, python: "3.12", distribution: tensorflow-cpu, released: 2024-03-08}',
        'tf216old: {tensorflow: 2.16.2, python: "3.9", distribution: tensorflow-cpu, released: 2024-06-28, label: old}',
    ]
    project.edit("matrix.yaml", FIRST, "".join(f"  {line}\n" for line in more) + FIRST)
    found = load_matrix(project.root).environments
    assert {name: item.label for name, item in found.items()} == {
        "tf115": "1.15",
        "tf215": "2.15",
        "tf2161": "2.16.1",
        "tf216": "2.16",
        "tf216-legacy": "2.16 legacy",
        "tf216old": "old",
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            FIRST,
            '  tf216old: {tensorflow: 2.16.2, python: "3.9", distribution: tensorflow-cpu, released: 2024-06-28}\n'
            + FIRST,
            "12: tf216old and tf216 are both '2.16': give one of them a `label`",
        ),
        (LEGACY, "  tf216-legacy: {of: tf216}", "16: differs in nothing: add set_env, packages, python or a release"),
        (LEGACY, '  new: {of: ">3", python: "3.9"}', "16: no environment has a release in '>3'"),
        (
            LEGACY,
            "  tf216-new: {of: tf216, tensorflow: 2.16.1}",
            "16: a tensorflow of its own needs the date on which it was released",
        ),
        (
            LEGACY,
            f'{LEGACY}\n  legacy: {{of: ">2.15.9", python: "3.9"}}',
            "17: duplicate environment 'tf216-legacy'",
        ),
        (
            LEGACY,
            f'  eager: {{of: ["*-legacy"], set_env: {{EAGER: "1"}}}}\n{LEGACY}',
            "16: unknown environment '*-legacy'; known: tf115, tf215, tf216",
        ),
        (
            LEGACY,
            '  py310: {of: ">=2", python: "3.10"}',
            "16: tox takes 'py310' in an id for a Python of its own: choose another word, such as python310",
        ),
        (
            LEGACY,
            f"{LEGACY}\n  legacy: {{of: [tf216], packages: [keras-tuner]}}",
            "17: duplicate environment 'tf216-legacy'",
        ),
    ],
)
def test_faulty_environment_is_one_sentence(project: TinyProject, old: str, new: str, said: str) -> None:
    project.edit("matrix.yaml", old, new)
    _, faults = read_matrix(str(project.root))
    assert [str(fault) for fault in faults] == [f"matrix.yaml:{said}"]
