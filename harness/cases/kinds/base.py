"""What a kind of case is: its keys, and how its script is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from harness.cases.documents import Place
from harness.cases.fields import Field
from harness.cases.script import Script
from harness.contract.plan import PathSpec


def no_more(body: dict[str, Any], place: Place) -> None:
    """Nothing to check beyond the fields."""


@dataclass(frozen=True)
class Kind:
    """A kind of case.

    `fields` are its keys beside those that every case has. `check` reports what fields alone cannot tell, and is
    called only for a body whose fields hold. `write` fills a script; a kind whose text is given whole sets `text`.
    """

    name: str
    fields: dict[str, Field]
    required: tuple[str, ...]
    write: Callable[[dict[str, Any], Script], None]
    check: Callable[[dict[str, Any], Place], None] = no_more
    text: Callable[[dict[str, Any], PathSpec], str] | None = None

    def script(self, body: dict[str, Any], path: PathSpec) -> str:
        if self.text is not None:
            return self.text(body, path)
        script = Script(path)
        self.write(body, script)
        return script.text()
