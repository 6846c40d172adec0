"""The interface of a kind of case: its keys, its checks and its script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.cases.codegen.script import Script
from harness.cases.document.fields import Field
from harness.cases.document.reader import Place
from harness.cases.parts.expectations import check_stages
from harness.cases.subject import Subject
from harness.contract.plan import PathSpec


@dataclass(frozen=True)
class Writing:
    """What writes the file that the scripts of a case get: a script under an import path, and the file's name."""

    path: str
    file: str
    script: str


def no_more(body: dict[str, Any], place: Place) -> None:
    """Nothing to check beyond the fields."""


@dataclass(frozen=True)
class Kind:
    """A kind of case.

    `fields` are its keys in addition to the common ones. `check` reports faults that single fields cannot find; it
    gets only bodies whose fields are good. `write` fills a script; a kind that writes its whole text itself sets
    `text` instead. `starter` is the body of the small case that `harness new` writes, `summary` the kind's line in
    that command's help. `writing` is of a kind whose scripts get a file that another environment wrote.
    """

    name: str
    fields: dict[str, Field]
    required: tuple[str, ...]
    write: Callable[[dict[str, Any], Script], None]
    starter: str
    check: Callable[[dict[str, Any], Place], None] = no_more
    text: Callable[[dict[str, Any], PathSpec, Subject], str] | None = None
    summary: str = ""
    writing: Callable[[dict[str, Any], Subject], Writing] | None = None

    def check_whole(self, body: dict[str, Any], place: Place) -> None:
        """Report the faults that fields alone cannot find, in a body that was read."""
        before = len(place.document.faults)
        self.check(body, place)
        expect = body.get("expect", {})
        if len(place.document.faults) == before and ("raises" in expect or "warns" in expect):
            steps = {**body, "expect": {key: value for key, value in expect.items() if key not in ("raises", "warns")}}
            script = Script(place.subject.path("path"), place.subject)
            self.write(steps, script)
            check_stages(expect, script, place.at("expect"))

    def script(self, body: dict[str, Any], path: PathSpec, subject: Subject) -> str:
        """The script of a body that was read without fault, under an import path."""
        if self.text is not None:
            return self.text(body, path, subject)
        script = Script(path, subject)
        self.write(body, script)
        return script.text()
