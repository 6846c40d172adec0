"""Templates to text: Jinja2 with autoescape, and with control characters removed from every value."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.cases.subject import Subject
from harness.contract.statuses import Status
from harness.controller.grid.issue_links import link
from harness.controller.grid.markdown import in_percent
from harness.controller.grid.release_ranges import summary_sentence
from harness.controller.site.search_engines import page_title
from harness.controller.site.status_marks import LETTERS, MEANINGS, css_class, status_words
from harness.controller.text import strip_control

STATIC = Path(__file__).parent / "static"
_TICKED = re.compile(r"`([^`\n]+)`")


def make_templates(subject: Subject) -> Environment:
    """The templates of the site. An undefined name in a template is an error."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    templates.globals.update(
        Status=Status, LETTERS=LETTERS, subject=subject, MEANINGS=MEANINGS, in_words=summary_sentence
    )
    address = partial(link, repositories=subject.repositories)
    templates.filters.update(css_class=css_class, address=address, in_percent=in_percent, ticked=ticked)
    templates.filters.update(words=_with_spaces, release=_release, titled=_title, in_plain_words=status_words)
    templates.policies["json.dumps_kwargs"] = {"sort_keys": False}  # stages are in the order of running
    return templates


def script_constant(name: str, data: Any) -> str:
    """A script that sets a constant: pages that are opened as files can load scripts, and fetch nothing."""
    return f"const {name} = {json.dumps(data, ensure_ascii=True, separators=(',', ':'))};\n"


def ticked(text: str) -> Markup:
    """HTML of a text, with `code` between backticks as code elements."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(_clean(text)))))


def _title(text: str) -> str:
    """A page's title, of what a block of a template gave."""
    return page_title(text.unescape() if isinstance(text, Markup) else text)


def _with_spaces(name: str) -> str:
    return name.replace("_", " ")


def _release(version: str) -> str:
    """A version without the date of a development build: the head of a column is narrow."""
    return re.sub(r"(\.dev)\d+$", r"\1", version)


def _clean(value: Any) -> Any:
    """Text without control characters and lone surrogates, which HTML does not allow."""
    return type(value)(strip_control(value)) if isinstance(value, str) else value
