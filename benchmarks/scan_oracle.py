"""Whether `harness scan` sees every name that LibCST does: its QualifiedNameProvider on the corpus of scan_corpus.py.

    python3 bootstrap.py python benchmarks/scan_oracle.py

Of each import and each whole chain of attributes that LibCST traces to an import below the measured roots, the scan
must have a use in that line, of that name or of the part of it that the API knows. What it lacks is printed with its
reason.
LibCST joins all bindings of a name in a scope; the scan follows the code as it runs, and joins what may reach a line.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst
from libcst import helpers, metadata

from benchmarks.measuring import ROOT, say
from benchmarks.scan_corpus import install_corpus
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.sources import Source, UnreadableSource, find_sources, parse_source
from harness.controller.scan.reading.syntax import (
    all_statements,
    has_lazy_annotations,
    names_of_import,
    replaced_modules,
)
from harness.controller.scan.reading.uses import Form, Target
from harness.controller.scan.reading.walk import find_uses

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class TracedName:
    """A name with its line, as LibCST traces it to an import; `first` is what the chain begins with in the code."""

    line: int
    name: str
    first: str = ""


def traced_names(text: str, is_about: Callable[[str], bool]) -> Iterator[TracedName]:
    """The imports and the whole chains of attributes that are about the measured roots."""
    wrapper = metadata.MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True)
    names = wrapper.resolve(metadata.QualifiedNameProvider)
    places = wrapper.resolve(metadata.PositionProvider)
    parents = wrapper.resolve(metadata.ParentNodeProvider)
    for node in places:
        found: Iterable[str] = ()
        first = ""
        if isinstance(node, (libcst.ImportAlias, libcst.ImportStar)):
            found = _imported(node, parents[node])
        elif isinstance(node, libcst.Attribute) and _is_whole(node, parents[node]):
            given = names.get(node, set())
            sets = given() if callable(given) else given
            found = [one.name for one in sets if one.source is metadata.QualifiedNameSource.IMPORT]
            first = helpers.get_full_name_for_node_or_raise(node).partition(".")[0]
        yield from (TracedName(places[node].start.line, name, first) for name in found if is_about(name))


def _imported(node: libcst.ImportAlias | libcst.ImportStar, statement: libcst.CSTNode) -> list[str]:
    """The full name that a part of a statement imports; of `*` the module."""
    if isinstance(statement, libcst.ImportFrom):
        if statement.module is None or statement.relative:
            return []
        module = helpers.get_full_name_for_node_or_raise(statement.module)
        return [f"{module}.{node.evaluated_name}" if isinstance(node, libcst.ImportAlias) else module]
    return [node.evaluated_name] if isinstance(node, libcst.ImportAlias) else []


def _is_whole(node: libcst.Attribute, around: libcst.CSTNode) -> bool:
    """Whether a chain that is read is one of names alone, and not of a longer one: LibCST names `a().b` `a.b`."""
    base: libcst.BaseExpression = node
    while isinstance(base, libcst.Attribute):
        base = base.value
    outer = (libcst.Attribute, libcst.ImportAlias, libcst.AssignTarget)
    return isinstance(base, libcst.Name) and not isinstance(around, outer)


def unseen_names(source: Source, traced: Iterable[TracedName], answers: ApiAnswers) -> Iterator[tuple[TracedName, str]]:
    """The names of LibCST that are no use of the scan, each with the reason; empty where there is none."""
    every = sum(answers.environments.bits.values())
    used: dict[int, list[str]] = {}
    for use in find_uses(source, answers, every):
        for line in range(use.place.line, use.place.end_line + 1):
            used.setdefault(line, []).append(use.name)
    for one in traced:
        if not any(f"{one.name}.".startswith(f"{name}.") for name in used.get(one.line, ())):
            yield one, _reason(source, one, answers)


def _reason(source: Source, traced: TracedName, answers: ApiAnswers) -> str:
    tree = source.blocks[0].tree
    package = traced.name.partition(".")[0]
    if package in source.own | replaced_modules(all_statements(tree.body)):
        return "a module of the code base itself"
    inner = [node for function in ast.walk(tree) if isinstance(function, _FUNCTIONS) for node in ast.walk(function)]
    unread = (
        ast.walk(tree) if has_lazy_annotations(tree) else (node for node in inner if isinstance(node, ast.AnnAssign))
    )
    if traced.line in _annotation_lines(unread):
        return "an annotation that Python does not evaluate"
    if answers.find(traced.name)[0] is None:
        return "no measured module"
    if traced.first and not f"{traced.name}.".startswith(f"{_last_import(tree, traced)}."):
        return "an import in between binds the name to something else"
    return "behind an import that works in no release" if _is_never_imported(traced.name, answers) else ""


def _last_import(tree: ast.Module, traced: TracedName) -> str:
    """What the last import of the module itself before a line, under no condition, binds the name to."""
    imports = [
        node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)) and node.lineno < traced.line
    ]
    found = [full for node in imports for name, full in names_of_import(node) if name == traced.first]
    return found[-1] if found else traced.name


def _is_never_imported(name: str, answers: ApiAnswers) -> bool:
    """Whether what a chain begins with cannot be imported in any release: it is reported where it is imported."""
    parts = name.split(".")
    asked = [answers.ask(Target(".".join(parts[:count]), 1), Form.FROM) for count in range(2, len(parts))]
    return any(answer is not None and answer.fails and not answer.works for answer in asked)


def _annotation_lines(nodes: Iterable[ast.AST]) -> set[int]:
    found = [getattr(node, name, None) for node in nodes for name in ("annotation", "returns")]
    return {line for node in found if node for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _sources(folder: Path, answers: ApiAnswers) -> Iterator[tuple[Path, Source, str]]:
    """The files of Python in which a name of a measured root may be: each part of the root is in their text."""
    parts = {tuple(root.split(".")) for root in answers.documents}
    for file in find_sources([folder]):
        try:
            source = parse_source(file, answers.packages)
        except UnreadableSource:
            continue
        text = "\n".join(source.blocks[0].lines) if file.suffix == ".py" else ""
        if any(all(part in text for part in root) for root in parts):
            yield file, source, text


def main() -> int:
    """Print what is not seen, by reason. The exit code is 1 if one has none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, default=ROOT / ".harness" / "scan-corpus", help="that of scan_corpus.py")
    parser.add_argument("--corpus", type=Path, nargs="+", help="scan these folders instead of the packages")
    options = parser.parse_args()
    answers = ApiAnswers(Layout(ROOT).results, load_matrix(ROOT))
    folders = options.corpus or install_corpus(options.kept / "packages")
    files, names, reasons = 0, 0, Counter[str]()
    for folder in folders:
        for file, source, text in _sources(folder, answers):
            files += 1
            traced = list(traced_names(text, answers.is_about))
            names += len(traced)
            for name, reason in unseen_names(source, traced, answers):
                reasons[reason] += 1
                if not reason:
                    say(f"{file}:{name.line}: {name.name}")
        say(f"{folder.name}: {files} files and {names} names so far")
    say(f"{files} files, {names} names of LibCST, {sum(reasons.values())} no use of the scan")
    for reason, count in reasons.most_common():
        say(f"{count}: {reason or 'no reason'}")
    return 1 if reasons[""] else 0


if __name__ == "__main__":
    sys.exit(main())
