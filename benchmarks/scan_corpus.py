"""How right `harness scan` is: every name that it finds in packages of the index, reached alone in real releases.

    python3 bootstrap.py python benchmarks/scan_corpus.py -e tf24 -e tf215 -e tf221

The packages of benchmarks/scan_corpus.txt are installed into a temporary folder, with their hashes and without what
they depend on, and scanned. Each distinct name, in the form in which it is written there, is then asked for in a forked
process of the environment's own Python, in which nothing but the top-level package was imported. Precision and recall
are those of "fails", by release; every disagreement is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from uv import find_uv_bin

from benchmarks.measuring import ROOT, row, say
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.sources import find_sources, parse_source
from harness.controller.scan.uses import Form, Target
from harness.controller.scan.walk import find_uses

Question = tuple[str, Form]

# Runs in the environment: statements in, `ok` or the error of each out. Each is forked: none sees another's imports.
_ASK = """
import json, os, signal, sys
package, statements = json.load(sys.stdin)
__import__(package)
for statement in statements:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(60)  # a forked process may hang by chance
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            exec(statement, {})
            said = "ok"
        except BaseException as error:
            said = type(error).__name__ + ": " + str(error).split("\\n")[0]
        os.write(writing, said.encode()[:300])
        os._exit(0)
    os.close(writing)
    said = b""
    while True:
        part = os.read(reading, 300)
        if not part:
            break
        said += part
    os.close(reading)
    os.waitpid(child, 0)
    sys.__stdout__.write(json.dumps(said.decode() or "died") + "\\n")
"""


def install_corpus(folder: Path) -> None:
    """The packages with their hashes, as files: nothing of them is run."""
    listed = ROOT / "benchmarks" / "scan_corpus.txt"
    only = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", "3.10"]
    command = [find_uv_bin(), "pip", "install", "-q", *only, "--target", str(folder), "-r", str(listed)]
    subprocess.run(command, check=True)


def questions_of(folder: Path, answers: ApiAnswers) -> list[Question]:
    """The distinct imports and chains of attributes in all files."""
    every = sum(answers.environments.bits.values())
    found = set()
    for file in find_sources([folder]):
        for use in find_uses(parse_source(file, answers.packages), answers, every):
            if use.form is not Form.ARGUMENT:
                found.add((use.name, use.form))
    return sorted(found, key=lambda item: (item[0], item[1].value))


def statement_of(name: str, form: Form) -> str:
    """Python that reaches a name in a form."""
    module, _, last = name.rpartition(".")
    if form is Form.FROM and module:
        return f"from {module} import {last}"
    return f"import {name}" if form is Form.IMPORT else f"import {name.partition('.')[0]}; {name}"


def ask(python: Path, questions: Iterable[Question]) -> dict[Question, str]:
    """What really happens. The questions about a package share a process that has imported it."""
    said: dict[Question, str] = {}
    by_package: dict[str, list[Question]] = {}
    for question in questions:
        by_package.setdefault(question[0].partition(".")[0], []).append(question)
    for package, asked in by_package.items():
        given = json.dumps([package, [statement_of(*question) for question in asked]])
        done = subprocess.run([str(python), "-c", _ASK], input=given, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        said |= dict(zip(asked, lines, strict=False))  # none where the package itself is not there
    return said


def compare(answers: ApiAnswers, environment: str, said: dict[Question, str]) -> str:
    """The line of a release, and each disagreement."""
    bit = answers.environments.bits[environment]
    right = missed = wrong = works = unknown = 0
    for (name, form), text in said.items():
        answer = answers.ask(Target(name, 1), form)
        fails = text != "ok"
        if answer is None or not (answer.works | answer.fails) & bit:
            unknown += 1
            continue
        expected = bool(answer.fails & bit)
        right += fails and expected
        works += not fails and not expected
        if fails != expected:
            missed += fails
            wrong += expected
            say(f"{environment}: {'missed' if fails else 'wrong'}: {statement_of(name, form)}: {text}")
    precision, recall = (f"{right / (right + other):.2%}" if right + other else "-" for other in (wrong, missed))
    return row(environment, str(len(said)), str(right), str(works), str(unknown), precision, recall)


def main() -> int:
    """Print a table with a line for each release. The exit code is 1 if an answer is wrong or missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("-e", "--env", action="append", required=True, metavar="ENV")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project with the inventory")
    parser.add_argument("--environments", type=Path, default=ROOT / ".tox", help="the folder of the environments")
    parser.add_argument("--corpus", type=Path, help="scan this folder instead of the packages")
    options = parser.parse_args()
    layout = Layout(options.root)
    answers = ApiAnswers(layout.results, load_matrix(options.root))
    with tempfile.TemporaryDirectory() as folder:
        if options.corpus is None:
            install_corpus(Path(folder))
        questions = questions_of(options.corpus or Path(folder), answers)
    lines = []
    for name in options.env:
        said = ask(options.environments / name / "bin" / "python", questions)
        lines.append(compare(answers, name, said))
    say(f"{len(questions)} distinct names")
    say(row("environment", "asked", "fail", "work", "not known", "precision", "recall"))
    for line in lines:
        say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
