"""What the API answers about one name, as data (`harness api --json`) and as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.controller.api.document import ApiDocument
from harness.controller.api.environments import Environments, Mask, Measured, in_words, union
from harness.controller.api.lanes import LaneNames
from harness.controller.api.lookup import Api, FoundName
from harness.controller.project.cells import paths_of
from harness.controller.project.matrix import Matrix
from harness.controller.text import one_line

_MOST = 12  # other names of an object, and cases, in a text


def answer(api: Api, lanes: LaneNames, found: FoundName, cases: Iterable[str]) -> dict[str, Any]:
    """Everything that is known of a name, with ranges of releases."""
    document, row = found.document, found.row
    environments = document.environments
    sets = {"import": row.imports, "attribute": row.attributes, **_unknown(document)}
    if found.method:
        having = union(found.signatures().values())
        sets |= {"import": row.imports & having, "attribute": row.attributes & having}
    kind = "method" if found.method else _last(environments, row.values("kind"))
    return {
        "name": found.full,
        "known": True,
        "kind": kind,
        "visibility": row.visibility,
        **{word: environments.ranges(mask) for word, mask in sets.items()},
        "not_asked": environments.ranges(row.unasked),
        "variants": {word: environments.variants(mask) for word, mask in sets.items() if environments.variants(mask)},
        "objects": _valued(environments, "name", {home.partition(":")[0]: mask for home, mask in _homes(found)}),
        "signatures": _valued(environments, "text", found.signatures()),
        "same_as": [] if found.method else _valued(environments, "name", api.same_as(found)),
        "warnings": _valued(environments, "text", row.values("warning")),
        "errors": _valued(environments, "text", row.values("error")),
        "measured_with": _versions(document),
        "lanes": lanes.about(found.full),
        "other_lanes": lanes.states(found.full),
        "cases": sorted(cases),
    }


def cases_about(found: FoundName, matrix: Matrix, cases: Sequence[Case]) -> list[str]:
    """The ids of the cases that mention a name and run under an import path that has it."""
    if not found.name:
        return []
    root = found.document.root
    specs: list[PathSpec] = [spec for spec in matrix.paths.values() if matrix.full_name(spec.id) == root]
    written = re.compile(rf"(?<![\w.]){re.escape(found.name)}(?!\w)")
    return [case.id for case in cases if paths_of(case, specs) and written.search(repr(case.body))]


def answer_as_text(data: dict[str, Any], newest: str) -> str:
    """The answer for people, a line for each fact."""
    variants = data["variants"]
    lines = [f"{data['name']}: {data['kind']}, {data['visibility']}"]
    for word in ("import", "attribute"):
        text = ", ".join(filter(None, [in_words(data[word], newest), *variants.get(word, [])]))
        lines.append(f"  {word + ':':<12}{text or 'in no measured release'}")
    for word in ("not_installed", "failed", "not_measured", "not_asked"):
        if data[word] or variants.get(word):
            text = ", ".join(filter(None, [in_words(data[word], newest), *variants.get(word, [])]))
            lines.append(f"  {word.replace('_', ' ') + ':':<15}{text}")
    for title, key, value in (("signature", "signatures", "text"), ("same as", "same_as", "name")):
        lines += _table(title, data[key], value, newest)
    lines += _table("warning", data["warnings"], "text", newest) + _table("error", data["errors"], "text", newest)
    if data["measured_with"]:
        package = data["name"].partition(".")[0]
        lines.append(f"  measured:   {package} {_with(data['measured_with'])}; another version may differ")
    lines += _lane_lines(data)
    if data["cases"]:
        more = f" and {len(data['cases']) - _MOST} more" if len(data["cases"]) > _MOST else ""
        lines.append(f"  cases:      {', '.join(data['cases'][:_MOST])}{more}")
    return "\n".join(map(one_line, lines)) + "\n"


def unknown(api: Api, lanes: LaneNames, word: str) -> dict[str, Any]:
    """The answer for a name that no measured release has. A lane may have it."""
    full = api.full(word)
    found = {"lanes": lanes.about(full), "other_lanes": lanes.states(full)}
    return {"name": word, "known": False, "nearest": api.suggest_names(word), **found}


def unknown_as_text(data: dict[str, Any]) -> str:
    """The same as a sentence."""
    nearest = f"; nearest names: {', '.join(data['nearest'])}" if data["nearest"] else ""
    lane_lines = _lane_lines(data) if data["lanes"] else []
    lines = [f"{data['name']}: never seen in any measured release{nearest}", *lane_lines]
    return "\n".join(map(one_line, lines)) + "\n"


def _lane_lines(data: Mapping[str, Any]) -> list[str]:
    """What other packages change, a line for each change, with the environments; then the lanes without a change."""
    environments: dict[str, list[str]] = {}
    for change in data["lanes"]:
        what = " -> ".join(filter(None, [change["before"], change["after"]]))
        packages = ", ".join(f"{name} {version}" for name, version in change["packages"].items())
        environments.setdefault(f"{change['word']} ({what}) with {packages}", []).append(change["environment"])
    words = {
        "as_release": "as in its release",
        "not_installed": "not installed",
        "failed": "package cannot be imported",
    }
    for state, lanes in data["other_lanes"].items():
        if lanes:
            environments.setdefault(words[state], []).extend(lanes)
    return [
        f"  {'lanes:' if index == 0 else '':<12}{', '.join(names)}: {text}"
        for index, (text, names) in enumerate(environments.items())
    ]


def summary_line(found: FoundName, newest: str) -> str:
    """One name of several: where it can be reached in either way."""
    environments = found.document.environments
    words = in_words(environments.ranges(found.row.reached), newest)
    variants = "" if words else ", ".join(environments.variants(found.row.reached))
    return one_line(f"{found.full}  {words or variants}")


def _unknown(document: ApiDocument) -> dict[str, Mask]:
    """The environments of which nothing can be said, by the reason."""
    words = {
        "not_installed": Measured.NOT_INSTALLED,
        "failed": Measured.FAILED,
        "not_measured": Measured.NO,
    }
    environments = document.environments
    return {
        word: union(environments.bits[item.id] for item in environments.items if item.measured is state)
        for word, state in words.items()
    }


def _homes(found: FoundName) -> Iterable[tuple[str, Mask]]:
    return [] if found.method else found.row.values("home").items()


def _valued(environments: Environments, key: str, values: dict[str, Mask]) -> list[dict[str, Any]]:
    """Values with their ranges, the first release first."""
    found = []
    for value, mask in sorted(values.items(), key=lambda item: (_first_bit(item[1]), item[0])):
        entry: dict[str, Any] = {key: value, "ranges": environments.ranges(mask)}
        if environments.variants(mask):
            entry["variants"] = environments.variants(mask)
        found.append(entry)
    return found


def _versions(document: ApiDocument) -> list[dict[str, str]]:
    """The version of the package in each release, where it is another than the release's own."""
    return [
        {"release": item.release, "version": item.version}
        for item in document.environments.items
        if item.measured is Measured.YES
        and not item.is_variant
        and not (item.version + ".").startswith(item.release + ".")
    ]


def _with(measured: Sequence[dict[str, str]]) -> str:
    """`2.3.1 with 1.15 to 2.2, 3.4.1 with 2.16`: neighbours of one version together."""
    words = []
    for version, items in groupby(measured, key=lambda item: item["version"]):
        releases = [item["release"] for item in items]
        words.append(f"{version} with {releases[0]}" + (f" to {releases[-1]}" if len(releases) > 1 else ""))
    return ", ".join(words)


def _table(title: str, values: Sequence[dict[str, Any]], key: str, newest: str) -> list[str]:
    lines = []
    for index, item in enumerate(values[:_MOST]):
        where = ", ".join(filter(None, [in_words(item["ranges"], newest), *item.get("variants", [])]))
        lines.append(f"  {title + ':' if index == 0 else '':<12}{where}  {item[key]}")
    if len(values) > _MOST:
        lines.append(f"  {'':<12}and {len(values) - _MOST} more (--json)")
    return lines


def _last(environments: Environments, values: dict[str, Mask]) -> str | None:
    """The value of the newest release."""
    newest = max(values.items(), key=lambda item: item[1], default=None)
    return newest[0] if newest else None


def _first_bit(mask: Mask) -> int:
    return (mask & -mask).bit_length()
