"""results/remedies.json: for each release that does not work with today's packages, the bounds with which it does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from harness.cases.schema import DRAFT
from harness.controller.errors import HarnessError
from harness.controller.files import read_text

REMEDIES_SCHEMA = 1


@dataclass(frozen=True)
class RemedyCulprit:
    """A package that breaks the release: the last version that works, and the first that does not.

    Both are empty for a package that is missing today. `error` is what a user sees.
    """

    package: str
    last_good: str
    first_bad: str
    error: str

    @property
    def sentence(self) -> str:
        """`numpy 2.0.0 and later break it; numpy 1.26.4 works`."""
        if not self.first_bad:
            return f"it needs {self.package}, which nothing installs today"
        return f"{self.package} {self.first_bad} and later break it; {self.package} {self.last_good} works"


@dataclass(frozen=True)
class Remedy:
    """What makes the release of a lane's environment work.

    `requirement` is the release, `bounds` what must stand next to it, `packages` the exact set that was verified on
    that day. Without bounds there is no remedy, for the `reason`.
    """

    requirement: str
    python: str
    bounds: tuple[str, ...]
    culprits: tuple[RemedyCulprit, ...]
    verified: str
    packages: Mapping[str, str]
    reason: str = ""

    @property
    def install(self) -> str:
        """What follows `pip install` or `uv pip install`."""
        return " ".join(f'"{item}"' for item in (self.requirement, *self.bounds))

    @property
    def line(self) -> str:
        """`on Python 3.10: pip install "tensorflow-cpu==2.10.1" "numpy<2"`."""
        return f"on Python {self.python}: pip install {self.install}"

    @property
    def constraints(self) -> str:
        """The text of a constraints file, with the line that uses it."""
        use = f"pip install -c constraints.txt {self.requirement}"
        head = f"# {use}  (on Python {self.python}, verified on {self.verified})\n"
        return head + "".join(f"{name}=={version}\n" for name, version in sorted(self.packages.items()))

    @property
    def cause(self) -> str:
        """The culprits in words; without a remedy the reason for that."""
        return self.reason or "; ".join(culprit.sentence for culprit in self.culprits)


def remedies_file(results: Path) -> Path:
    """The file in a folder of results."""
    return results / "remedies.json"


def read_remedies(file: Path) -> dict[str, Remedy]:
    """The remedies by the lane's environment; empty where the file is missing. Raises HarnessError for a wrong one."""
    if not file.exists():
        return {}
    try:
        data = json.loads(read_text(file))
        if data["schema"] != REMEDIES_SCHEMA:
            raise HarnessError(f"{file}: schema {data['schema']}, and this harness reads {REMEDIES_SCHEMA}")
        return {name: _remedy(entry) for name, entry in data["remedies"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HarnessError(f"{file}: not a document of remedies: {error!r}") from None


def _remedy(entry: Mapping[str, Any]) -> Remedy:
    culprits = tuple(RemedyCulprit(**culprit) for culprit in entry["culprits"])
    return Remedy(**{**entry, "bounds": tuple(entry["bounds"]), "culprits": culprits})


def remedies_text(remedies: Mapping[str, Remedy], order: Iterable[str]) -> str:
    """The text of the document, with the environments in this order."""
    entries = {name: asdict(remedies[name]) for name in order if name in remedies}
    return json.dumps({"schema": REMEDIES_SCHEMA, "remedies": entries}, indent=1, ensure_ascii=False) + "\n"


def remedies_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    culprit = _closed({item.name: text for item in fields(RemedyCulprit)})
    packages = {"type": "object", "additionalProperties": text}
    special = {"bounds": texts, "culprits": {"type": "array", "items": culprit}, "packages": packages}
    remedy = _closed({item.name: special.get(item.name, text) for item in fields(Remedy)})
    remedies = {"type": "object", "additionalProperties": remedy}
    document = _closed({"schema": {"const": REMEDIES_SCHEMA}, "remedies": remedies})
    return {"$schema": DRAFT, "title": "What makes releases work that do not with today's packages", **document}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
