"""tox itself, on a project with the repository's own tox.ini and toxfile.py."""

from __future__ import annotations

import configparser

import pytest

from tests.support.tiny_project import TinyProject


def settings(said: str) -> dict[str, str]:
    """What `tox config -e ENV` says of one environment."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(said)
    return dict(parser[parser.sections()[0]])


def test_every_environment_is_listed_with_a_description(project: TinyProject) -> None:
    done = project.tox("list")
    assert done.returncode == 0, done.stdout
    default, _, more = done.stdout.partition("additional environments:")
    listed = dict(line.split(" -> ") for line in more.splitlines() if " -> " in line)
    described = {name.strip(): text for name, text in listed.items()}
    assert described["tf115"] == "Python 3.99: tensorflow 1.15.5, keras<2.4"
    assert described["tf216-legacy"] == "Python 3.12: tensorflow-cpu 2.16.2, TF_USE_LEGACY_KERAS=1"
    assert [line.split(" -> ")[0].strip() for line in default.splitlines() if " -> " in line] == ["tf215", "tf216"]
    assert all(text and text != "[no description]" for text in described.values())


def test_groups_are_labels(project: TinyProject) -> None:
    done = project.tox("list", "-m", "quick", "--no-desc")
    assert done.stdout.split() == ["tf215", "tf216"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("tf2x", ["tf215", "tf216", "tf216-legacy"]),
        ("quick,tf1x,tf215", ["tf215", "tf216", "tf115"]),
        ("tf216-legacy", ["tf216-legacy"]),
    ],
)
def test_group_as_environment_selects_its_members(project: TinyProject, chosen: str, expected: list[str]) -> None:
    done = project.tox("config", "-e", chosen, "-k", "env_name")
    assert done.returncode == 0, done.stdout
    assert [line.split(" = ")[1] for line in done.stdout.splitlines() if " = " in line] == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tf999", "unknown environment 'tf999'; known: quick, tf115, tf1x, tf215, tf216, tf216-legacy, tf2x"),
        ("tf215-tf216", "unknown environment 'tf215-tf216'; did you mean"),
        ("tf215-legacy", "unknown environment 'tf215-legacy'; did you mean 'tf216-legacy'?"),
        ("tf215,tf2", "unknown environment 'tf2'"),
        ("check-tf215", "unknown environment 'check-tf215'; did you mean 'tf215'?"),
        ("py311-tf215", "unknown environment 'py311-tf215'; did you mean"),
        ("check,3.11-tf216-legacy", "unknown environment '3.11-tf216-legacy'; did you mean 'tf216-legacy'?"),
        ("py311-quick", "unknown environment 'py311-quick'; did you mean 'quick'?"),
        ("quik", "quik"),
    ],
)
def test_an_unknown_name_is_refused(project: TinyProject, name: str, said: str) -> None:
    done = project.tox("run", "-e", name)
    assert done.returncode not in (0, 1)
    assert said in done.stdout
    assert "congratulations" not in done.stdout


def test_tox_ini_environment_named_after_a_release(project: TinyProject) -> None:
    with open(project.root / "tox.ini", "a", encoding="utf-8") as file:
        file.write("[testenv:lint-tf215]\n")
    done = project.tox("config", "-e", "lint-tf215,check,runner-old", "-k", "env_name")
    assert done.returncode == 0, done.stdout
    assert "env_name = lint-tf215" in done.stdout


def test_matrix_faults_reported_with_file_and_line(project: TinyProject) -> None:
    project.edit("matrix.yaml", "default: quick", "default: quik")
    project.edit("matrix.yaml", "of: tf216", "of: tf217")
    done = project.tox("list")
    assert done.returncode != 0
    assert "matrix.yaml:16: unknown environment 'tf217'; did you mean 'tf216'?" in done.stdout
    assert "matrix.yaml:21: unknown group 'quik'; did you mean 'quick'?" in done.stdout
    assert "Traceback" not in done.stdout


def test_what_follows_two_dashes_reaches_the_command(project: TinyProject) -> None:
    done = project.tox("config", "-e", "tf215", "-k", "commands", "--", "-k", "plot", "-x", "a b")
    assert done.returncode == 0, done.stdout
    assert settings(done.stdout)["commands"].endswith(" -m harness.controller.worker.main -k plot -x 'a b'")
    assert settings(project.tox("config", "-e", "tf215", "-k", "commands").stdout)["commands"].endswith(".worker.main")


def test_only_what_is_named_passes_from_outside(project: TinyProject) -> None:
    passed = settings(project.tox("config", "-e", "tf215", "-k", "pass_env").stdout)["pass_env"].split()
    assert {"PATH", "TMPDIR", "CI", "UV_*", "HOME", "LANG", "LD_LIBRARY_PATH"} <= set(passed)
    refused = {"PYTHONDONTWRITEBYTECODE", "KERAS_BACKEND", "PYTHON*", "TF_*", "HARNESS_*", "*", "PYTHONPATH"}
    assert not refused & set(passed)


def test_variables_fixed_and_variants_add_theirs(project: TinyProject) -> None:
    done = (
        project.tox("config", "-e", "tf216", "-k", "set_env"),
        project.tox("config", "-e", "tf216-legacy", "-k", "set_env"),
    )
    base, variant = (settings(one.stdout)["set_env"].split() for one in done)
    fixed = {"PYTHONHASHSEED=0", "CUDA_VISIBLE_DEVICES=-1", "TF_CPP_MIN_LOG_LEVEL=2"}
    assert fixed <= set(base)
    assert fixed | {"TF_USE_LEGACY_KERAS=1"} <= set(variant)
    assert not any(entry.startswith(("TF_USE_LEGACY_KERAS", "KERAS_BACKEND")) for entry in base)


def test_packages_installed_exactly_as_locked(project: TinyProject) -> None:
    known = settings(project.tox("config", "-e", "tf215", "-k", "deps", "install_command", "skip_install").stdout)
    assert known["deps"].startswith("-r")
    assert known["deps"].endswith("-r locks/tf215.txt")
    assert "--require-hashes" in known["install_command"]
    assert "--no-deps" in known["install_command"]
    assert known["skip_install"] == "True"
