"""The language of this repository's cases, for tests that read cases without a project."""

from __future__ import annotations

from harness.controller.project.loader import read_language
from tests.support import ROOT

LANGUAGE = read_language(ROOT)
KINDS = LANGUAGE.kinds
