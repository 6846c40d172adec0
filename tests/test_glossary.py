"""docs/glossary.md: its terms are in use, the words they replaced are gone, and a public name has one meaning."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

TERM = re.compile(r"^\| \*\*(.+?)\*\* \| (.+) \|$", re.MULTILINE)

# Words that the glossary replaced. They name no function or class any more, with or without an underscore ...
REPLACED_NAMES = {
    *("settled", "settle", "taking", "take", "taken_columns", "kept", "still_true", "remembered", "recall"),
    *("concluding", "conclude", "shipping", "ship", "unconfirmed", "evidence", "agrees", "drawing", "drawn", "draw"),
    *("picture", "story", "stories", "span", "spans", "tell", "told", "share", "said", "folding", "fold", "folds"),
    *("founding", "telling", "gathering", "gather", "collecting", "safe", "harmless", "only_one", "look"),
    *("terminated_as_interrupted", "nearest", "broken", "note", "beside", "attempt", "prepared", "job"),
}
# ... and these name no module either.
REPLACED_MODULES = {
    *("work", "jobs", "rounds", "session", "code", "texts", "words", "custom", "changes", "known", "order"),
    *(
        "plain",
        "reuse",
        "locate",
        "supervise",
        "descendants",
        "attempts",
        "machine",
        "marks",
        "store",
        "toxlog",
        "content",
    ),
    *("merging", "planning", "preparing", "listing", "showing", "reporting", "running", "publishing", "discovering"),
    *("choosing", "editing", "locking", "writing", "starting", "settling", "auditing"),
}
# Command names stay: `harness tell` is a module of controller/commands/.
COMMANDS = "harness.controller.commands."

# Names of a protocol: each module that takes part in it has one, with the same meaning.
PROTOCOLS = {
    "main": "the entry point of a program",
    "run": "the body of a subcommand",
    "add_arguments": "the arguments of a subcommand",
    "SUMMARY": "the line of a subcommand in --help",
    "OPENER": "what a subcommand gets from the dispatcher: a project, a matrix, a root or nothing",
    "KIND": "a kind of case, by which the registry finds it",
    "FIELDS": "the keys of a kind",
    "STARTER": "the case that `harness new` writes for a kind",
    "check": "what a kind checks beyond its fields",
    "write": "how a kind writes a case's script",
    "starter": "the case that `harness new` writes for a kind",
}


def python_files() -> list[Path]:
    return [file for file in sorted((ROOT / "harness").rglob("*.py")) if "template" not in file.parts]


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def definitions(file: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node


def public_names(file: Path) -> Iterator[str]:
    """The names that a module defines for others; what it only imports is no definition."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def terms() -> dict[str, str]:
    return dict(TERM.findall((ROOT / "docs/glossary.md").read_text(encoding="utf-8")))


def test_terms_are_sorted_and_explained() -> None:
    found = terms()
    assert 25 <= len(found) <= 50
    assert list(found) == sorted(found)
    assert all(meaning.endswith(".") and len(meaning) > 20 for meaning in found.values())


@pytest.mark.parametrize("term", terms())
def test_a_term_is_in_use(term: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in python_files()]
    texts += [file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md") if file.name != "glossary.md"]
    # In code a term of two words may be one name, and a hyphen may be written or not.
    words = map(re.escape, re.split("[ -]", term))
    pattern = re.compile(f"(?<![a-z]){'[ _-]?'.join(words)}s?(?![a-z])", re.IGNORECASE)
    assert any(pattern.search(text) for text in texts)


def test_replaced_words_name_no_module() -> None:
    modules = [module_of(file) for file in python_files()]
    words = REPLACED_NAMES | REPLACED_MODULES
    assert [name for name in modules if name.rpartition(".")[2] in words and not name.startswith(COMMANDS)] == []


def test_replaced_words_name_no_function_or_class() -> None:
    found = [
        f"{module_of(file)}.{node.name}"
        for file in python_files()
        for node in definitions(file)
        if node.name.strip("_").lower() in REPLACED_NAMES
    ]
    assert found == []


def test_a_public_name_has_one_meaning() -> None:
    modules = defaultdict(list)
    for file in python_files():
        for name in public_names(file):
            if not name.startswith("_"):
                modules[name].append(module_of(file))
    shared = {name: found for name, found in modules.items() if len(found) > 1 and name not in PROTOCOLS}
    assert len(modules) > 500
    assert shared == {}
