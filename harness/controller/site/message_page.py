"""Error messages that many cells share: where each is raised, why, and what to write instead.

Those of several cases have a page of their own; one of a single case is read in the page of that case.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.cases.case import Case
from harness.contract.statuses import Status
from harness.controller.site.case_page import CaseAnswer
from harness.controller.site.data import SiteData

_FILE = re.compile(r" \(<packages>[^()]*\)")
LEAST_CELLS = 10  # that share a message, to be listed
_MOST_WORDS = 8  # of a message in the address of its page


@dataclass
class MessagePage:
    """A message with its error, and the outcomes of cases that have it."""

    error: str
    message: str
    places: list[tuple[Case, CaseAnswer]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As Python prints it."""
        return ": ".join(filter(None, [self.error, self.message]))

    @property
    def title(self) -> str:
        """As people type it: without the file, which is another one on each machine."""
        return _FILE.sub("", self.text)

    @property
    def name(self) -> str:
        """The file's name: the first words, and a digest that tells it from all others."""
        words = re.findall(r"[a-z0-9_]+", self.text.lower())[:_MOST_WORDS]
        return "-".join([*words, hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:6]])

    @property
    def is_page(self) -> bool:
        """Whether several cases have it: it has a page of its own."""
        return len({case.id for case, _ in self.places}) > 1

    @property
    def link(self) -> str:
        """Where it is read, as seen from the list of messages."""
        case, answer = self.places[0]
        return f"{self.name}.html" if self.is_page else f"../cases/{case.id}.html#{answer.anchor}"

    @property
    def cells(self) -> int:
        """The number of cells that have the message."""
        return sum(
            len(part.labels) for _, answer in self.places for ranges in answer.ranges.values() for part in ranges
        )

    @property
    def reasons(self) -> list[str]:
        """Each explanation once."""
        return list(dict.fromkeys(answer.result.known.reason for _, answer in self.places if answer.result.known))

    @property
    def advice(self) -> list[str]:
        """The advice of each case, each once."""
        return list(dict.fromkeys(case.advice for case, _ in self.places if case.advice))


def message_pages(site: SiteData, answers: Mapping[str, tuple[CaseAnswer, ...]]) -> list[MessagePage]:
    """The messages of LEAST_CELLS cells or more, the most frequent ones first. `answers` are those of each case."""
    found: dict[tuple[str, str], MessagePage] = {}
    for case in site.cases:
        for answer in answers[case.id]:
            error, message = answer.result.error or "", " ".join((answer.result.message or "").split())
            if message and answer.result.status not in (Status.PASS, Status.ABSENT):
                found.setdefault((error, message), MessagePage(error, message)).places.append((case, answer))
    return sorted(
        (page for page in found.values() if page.cells >= LEAST_CELLS), key=lambda page: (-page.cells, page.text)
    )
