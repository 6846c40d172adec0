"""Which texts the functions of scan.yaml know, such as `optimizers.get("adam")`: writes results/lookups.json.

    python3 bootstrap.py python benchmarks/scan_lookups.py

Each environment of `.tox` is asked for all names that a module has in any release, as they are and, but for keys of
configurations, in lower case and in snake case. What it says is compared with what it says of a text that it cannot
know. Answers are kept by content, so that only environments that changed are asked again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, say
from harness.controller.digests import file_digest
from harness.controller.environments.fingerprint import content
from harness.controller.environments.variables import fixed_env
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.lookups import LookupRule, lookups_text

_SCRIPT = Path(__file__).with_name("ask_lookups.py")
_LOOKED_UP = {"class", "function"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
Answered = Mapping[str, Mapping[str, Mapping[str, list[str]]]]  # by path, expression, and `known` or `unknown`


def candidates(answers: ApiAnswers, rule: LookupRule) -> list[str]:
    """The names of a module below any path, as people write them."""
    found = set(rule.also)
    for document in answers.documents.values():
        for name, row in document.rows.items():
            around, _, last = name.rpartition(".")
            if around == rule.texts and _LOOKED_UP & set(row.values("kind")):
                found |= {last} if rule.key else {last, last.lower(), _HUMP.sub("_", last).lower()}
    return sorted(found)


def asked_texts(answers: ApiAnswers) -> dict[str, list[str]]:
    """The texts by expression."""
    return {rule.ask: candidates(answers, rule) for rule in answers.cases.lookups.rules}


def answers_of(environment: Environment, prefix: Path, request: Mapping[str, Any], kept: Path) -> Answered:
    """What an environment says, from the file of the last time where nothing has changed since."""
    key = {"environment": content(prefix), "code": file_digest(_SCRIPT), "request": request}
    file = kept / f"{environment.id}.json"
    if file.exists() and (last := json.loads(file.read_text(encoding="utf-8")))["key"] == key:
        return dict(last["answers"])
    command = [str(prefix / "bin" / "python"), str(_SCRIPT)]
    variables = {**os.environ, **fixed_env(environment)}
    done = subprocess.run(
        command, input=json.dumps(request), stdout=subprocess.PIPE, text=True, env=variables, check=True
    )
    answered = dict(json.loads(line) for line in done.stdout.splitlines())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"key": key, "answers": answered}), encoding="utf-8")
    return answered


def joined(
    bits: Mapping[str, int], answered: Mapping[str, Answered]
) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """All answers by expression, text and path."""
    found: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for environment, of_environment in answered.items():
        for path, ask, is_known, text in _each(of_environment):
            paths = found.setdefault(ask, {}).setdefault(text, {})
            known, unknown = paths.get(path, (0, 0))
            bit = bits[environment]
            paths[path] = (known | bit, unknown) if is_known else (known, unknown | bit)
    return found


def _each(answered: Answered) -> Iterator[tuple[str, str, bool, str]]:
    for path, by_ask in answered.items():
        for ask, texts in by_ask.items():
            for word in texts:
                yield from ((path, ask, word == "known", text) for text in texts[word])


def main() -> int:
    """Ask every environment, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=Path, default=ROOT / ".tox", help="the folder of the environments")
    parser.add_argument("--kept", type=Path, default=ROOT / ".harness" / "lookups", help="where answers are kept")
    options = parser.parse_args()
    matrix = load_matrix(ROOT)
    answers = ApiAnswers(Layout(ROOT).results, matrix)
    subject = matrix.subject.package
    request = {"subject": subject, "paths": list(answers.cases.lookups.paths), "asked": asked_texts(answers)}
    answered = {}
    for environment in matrix.environments.values():
        prefix = options.environments / environment.id
        answered[environment.id] = of_environment = answers_of(environment, prefix, request, options.kept)
        say(f"{environment.id}: {sum(1 for each in _each(of_environment) if each[2])} texts known")
    measured = joined(answers.environments.bits, answered)
    answers.cases.lookups.file.write_text(lookups_text(answers.environments, measured), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
