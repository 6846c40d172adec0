"""How right `harness scan` is: every name that it finds in packages of the index, reached alone in real releases.

    python3 bootstrap.py python benchmarks/scan_corpus.py -e 'tf*' --fresh 500

The releases of benchmarks/scan_corpus.txt are installed with their hashes, each into a folder of its own below
`--kept`, without what they depend on: nothing of them is run. Each distinct import and chain of attributes that the
scan finds in them is then reached in each environment, in a forked process in which nothing else was imported.
Precision and recall are those of "fails", by release; every disagreement is printed. Answers are kept by content: a
run resumes, and `--minutes` ends one early (exit code 3).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from uv import find_uv_bin

from benchmarks.measuring import ROOT, head, row, say
from benchmarks.names_asked import KeptAnswers, Question, Said, draw
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.sources import UnreadableSource, find_sources, parse_source
from harness.controller.scan.reading.uses import Form, Target
from harness.controller.scan.reading.walk import find_uses

PINS = Path(__file__).with_suffix(".txt")
_PIN = re.compile(r"^# Python (?P<python>[\d.]+)\n(?P<pin>(?P<name>\S+==\S+) .*(?:\n .*)*)", re.MULTILINE)


def install_corpus(folder: Path) -> list[Path]:
    """A folder for each pinned release, installed if it is not there. Wheels alone: nothing is built."""
    folders = []
    for found in _PIN.finditer(PINS.read_text(encoding="utf-8")):
        target = folder / found["name"]
        folders.append(target)
        if target.exists():
            continue
        partial = target.with_suffix(".part")
        partial.mkdir(parents=True, exist_ok=True)
        (partial / "pin.txt").write_text(found["pin"], encoding="utf-8")
        only = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", found["python"]]
        command = [find_uv_bin(), "pip", "install", "-q", "--python", sys.executable, *only, "--target", str(partial)]
        subprocess.run([*command, "-r", str(partial / "pin.txt")], check=True)
        partial.rename(target)
    return folders


def questions_of(folders: Iterable[Path], answers: ApiAnswers) -> list[Question]:
    """The distinct imports and chains of attributes in all files."""
    every = sum(answers.environments.bits.values())
    found = set()
    words = [package.encode() for package in answers.packages]
    for file in find_sources(folders):
        content = file.read_bytes()
        if not any(word in content for word in words):
            continue  # before it is parsed: most files
        try:
            source = parse_source(file, answers.packages)
        except UnreadableSource:  # Python 2, and templates
            continue
        for use in find_uses(source, answers, every):
            if not use.argument:  # which no chain of names reaches
                is_import = use.name.count(".") < use.imported  # of a class, whose attribute is not known
                form = Form.FROM if is_import and use.form is Form.ATTRIBUTE else use.form
                found.add(Question(use.name, 1 if is_import else use.imported, form))
    return sorted(found, key=lambda item: (item.name, item.imported, item.form.value))


@dataclass
class Comparison:
    """The answers of the scan against what happened in one environment."""

    environment: str
    asked: int = 0
    failed: int = 0  # and the scan says so
    worked: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)  # they work, and the scan says that they fail
    missed: list[str] = field(default_factory=list)

    @property
    def cells(self) -> tuple[str, ...]:
        precision, recall = (_share(self.failed, len(others)) for others in (self.wrong, self.missed))
        return self.environment, *map(str, (self.asked, self.failed, self.worked, self.unknown)), precision, recall


def _share(right: int, others: int) -> str:
    return f"{right / (right + others):.2%}" if right + others else "-"


def compare(answers: ApiAnswers, environment: str, questions: Iterable[Question], said: Said) -> Comparison:
    """Each question with an answer, by what the scan says. A package that is not installed is no question."""
    bit = answers.environments.bits[environment]
    result = Comparison(environment)
    for question in questions:
        text = said[question.statement]
        if not answers.installed(question.name) & bit:
            continue
        result.asked += 1
        answer = answers.ask(Target(question.name, question.imported), question.form)
        if answer is None or not (answer.works | answer.fails) & bit:
            result.unknown += 1
        elif answer.fails & bit and text != "ok":
            result.failed += 1
        elif answer.fails & bit:
            result.wrong.append(question.statement)
        elif text != "ok":
            result.missed.append(f"{question.statement}: {text}")
        else:
            result.worked += 1
    return result


def ask_again(
    options: argparse.Namespace,
    environments: Mapping[str, Environment],
    kept: dict[str, KeptAnswers],
    questions: list[Question],
) -> bool:
    """Print which answers of forks a fresh interpreter does not give. False if the time is over."""
    differing = []
    drawn = draw(questions, list(kept), options.fresh)
    for name, asked in drawn.items():
        alone = KeptAnswers(options.kept / "alone", environments[name], options.environments / name)
        if not alone.ask(asked, options.deadline, alone=True):
            return False
        for statement in (question.statement for question in asked):
            texts = [answers.said[statement] for answers in (alone, kept[name])]
            if len({text == "ok" for text in texts}) > 1:
                differing.append(f"{name}: {statement}: {texts[0]} in a fresh interpreter, {texts[1]} in a fork")
    say(f"{sum(map(len, drawn.values()))} drawn again in fresh interpreters: {len(differing)} differ")
    for line in differing:
        say(line)
    return True


def main() -> int:
    """Print a table with a line for each release. The exit code is 3 if the time was over before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-e", "--env", action="append", required=True, metavar="PATTERN")
    parser.add_argument("--fresh", type=int, default=0, metavar="N", help="ask so many again in fresh interpreters")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after so many, to be resumed")
    parser.add_argument("--kept", type=Path, default=ROOT / ".harness" / "scan-corpus", help="where answers are kept")
    parser.add_argument("--environments", type=Path, default=ROOT / ".tox", help="the folder of the environments")
    parser.add_argument("--corpus", type=Path, help="scan this folder instead of the packages")
    options = parser.parse_args()
    options.deadline = time.monotonic() + options.minutes * 60
    layout = Layout(ROOT)
    matrix = load_matrix(ROOT)
    answers = ApiAnswers(layout.results, matrix)
    folders = [options.corpus] if options.corpus else install_corpus(options.kept / "packages")
    questions = questions_of(folders, answers)
    say(f"{len(folders)} releases, {len(questions)} distinct names")
    kept = {}
    for name in answers.environments.bits:
        if not any(fnmatchcase(name, pattern) for pattern in options.env):
            continue
        kept[name] = KeptAnswers(options.kept, matrix.environments[name], options.environments / name)
        if not kept[name].ask(questions, options.deadline):
            return _unfinished(name)
    compared = [compare(answers, name, questions, one.said) for name, one in kept.items()]
    say(head("environment", "asked", "fail", "work", "not known", "precision", "recall"))
    for item in compared:
        say(row(*item.cells))
    for item in compared:
        for statement in item.wrong:
            say(f"{item.environment}: wrong: {statement}")
        for statement in item.missed:
            say(f"{item.environment}: missed: {statement}")
    return 0 if ask_again(options, matrix.environments, kept, questions) else _unfinished("fresh interpreters")


def _unfinished(where: str) -> int:
    say(f"not finished ({where}): the same command goes on")
    return 3


if __name__ == "__main__":
    sys.exit(main())
