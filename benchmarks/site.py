"""How large the published site is and how fast it answers, in a browser. `python benchmarks/site.py` prints a table.

Of the real grid, and of one of 100,000 cells. Each figure is the best of three, as a machine with other work makes
it worse and nothing makes it better. Needs what `tests/site` needs: playwright and a Chromium.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measuring import machine, say
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column, EnvironmentFacts, write_column
from harness.controller.site.build import build_site
from tests.support.browsing import find_chromium

ROOT = Path(__file__).parents[1]
CELLS = 100_000
REPEATS = 3
SETTLED = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
OPENED = """() => { const [paint] = performance.getEntriesByName("first-contentful-paint");
    const [page] = performance.getEntriesByType("navigation");
    return [page.responseEnd, paint.startTime, page.domInteractive, page.domContentLoadedEventEnd] }"""
ANSWER = f"""async ([name, value]) => {{ const field = document.forms[0].elements[name], start = performance.now();
    if (field.type === "checkbox") field.checked = value; else field.value = value;
    field.dispatchEvent(new Event("input", {{ bubbles: true }}));
    const worked = performance.now() - start;
    {SETTLED}
    return [worked, performance.now() - start] }}"""
SCROLL = """async () => { const region = document.getElementById("region"); let last = null, longest = 0, frames = 0;
    region.scrollIntoView();
    await new Promise((done) => requestAnimationFrame(function step(now) {
        if (last !== null) longest = Math.max(longest, now - last);
        last = now;
        frames += 1;
        const before = region.scrollTop;
        region.scrollTop += region.scrollHeight / 300;
        if (region.scrollTop === before && frames > 10) done(); else requestAnimationFrame(step);
    }));
    return [longest] }"""
QUESTIONS = {
    "search: a message": ("q", "cannot import name 'Adam' from 'keras.optimizers'"),
    "search: what is nowhere": ("q", "nothing has ever said this at all"),
    "search: one letter": ("q", "a"),
    "filter: status fail": ("status", "F"),
    "filter: from 2.6": ("from", "tf26"),
    "filter: changed in 2.16": ("changed", "tf216"),
    "filter: fold": ("fold", True),
}


@dataclass(frozen=True)
class Measured:
    """A figure and the most that it may be, None where nobody has said."""

    name: str
    value: float
    unit: str
    most: float | None = None


def synthetic(folder: Path) -> Path:
    """A project of this repository's environments and paths, with as many cases as it takes."""
    copy(ROOT / "matrix.yaml", folder)
    matrix = load_project(ROOT).matrix
    count = -(-CELLS // (len(matrix.environments) * len(matrix.paths)))
    snippet = {"code": "import KERAS\n# call\nassert KERAS\n"}
    for number in range(count):
        kind = "snippet" if number < count / 2 else "symbol"
        name = f"made-{number}"
        body = snippet if kind == "snippet" else {"symbol": f"layers.Made{number}", "expect": {"is": "class"}}
        case = {"id": name, "kind": kind, "title": f"What was made as number {number}", **body}
        file = folder / "cases" / kind / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(case), encoding="utf-8")
    for column, (name, environment) in enumerate(matrix.environments.items()):
        facts = EnvironmentFacts(name, environment.release, environment.python, "tensorflow", packages={"keras": "2"})
        cells = [_cell(number, path, column) for number in range(count) for path in matrix.paths]
        write_column(folder / "results" / f"{name}.json", Column(facts, {cell.key: cell for cell in cells}))
    return folder


def _cell(number: int, path: str, column: int) -> Outcome:
    """A third fails from some release on, with messages of a thousand kinds."""
    if (number + len(path)) % 3 or column < number % 20:
        return Outcome(f"made-{number}", path, Status.PASS)
    message = f"cannot import name 'Made{number}' from '{path}.layers' (<packages>/keras/layers/__init__.py)"
    return Outcome(f"made-{number}", path, Status.FAIL, Stage.IMPORT, "ImportError", message)


def publishing(root: Path, out: Path) -> float:
    """The seconds that publishing takes, of which the first time is left out."""
    project = load_project(root)
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            build_site(project, Selection(), False, out)
        took.append(time.perf_counter() - start)
    return min(took)


def first_page(site: Path) -> float:
    """The kilobytes of the front page and of all that it loads, compressed."""
    page = site / "index.html"
    text = page.read_text(encoding="utf-8")
    names = re.findall(r'<(?:script src|link rel="(?:stylesheet|icon)" href)="([^"]+)"', text)
    return sum(len(gzip.compress(file.read_bytes())) for file in [page, *(site / name for name in names)]) / 1000


def in_browser(browser: Browser, site: Path) -> Iterator[tuple[str, list[float]]]:
    """Milliseconds by what was measured; several times each."""
    address = (site / "index.html").as_uri()
    for _ in range(REPEATS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        yield "opened", page.evaluate(OPENED)
        page.evaluate("document.getElementById('region').scrollIntoView({ block: 'end' })")
        for name, question in QUESTIONS.items():
            page.evaluate(ANSWER, ["q", ""])
            yield name, page.evaluate(ANSWER, list(question))
            page.evaluate("document.forms[0].reset()")
            page.wait_for_timeout(300)
        yield "scroll", page.evaluate(SCROLL)
        context.close()


def measure(browser: Browser, root: Path, out: Path, targets: Mapping[str, float]) -> Iterator[Measured]:
    """All figures of a project's site."""
    yield Measured("published in", publishing(root, out), "s", targets.get("publish"))
    yield Measured("first page, compressed", first_page(out), "kB", targets.get("page"))
    best: dict[str, list[float]] = {}
    for name, values in in_browser(browser, out):
        best[name] = [min(pair) for pair in zip(best.get(name, values), values, strict=True)]
    _, paint, _, ready = best.pop("opened")
    (gap,) = best.pop("scroll")
    yield Measured("first contentful paint", paint, "ms", targets.get("open"))
    yield Measured("scripts ready", ready, "ms", targets.get("open"))
    for name, (worked, drawn) in best.items():
        yield Measured(f"{name}, script", worked, "ms", targets.get("answer"))
        yield Measured(f"{name}, drawn", drawn, "ms", targets.get("answer"))
    yield Measured("longest frame while scrolling through", gap, "ms", 1000)


def main() -> None:
    """Measure and print."""
    say(machine())
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        folder = Path(name)
        (folder / "made").mkdir()
        sites: list[tuple[str, Path, dict[str, Any]]] = [
            ("the real grid", ROOT, {"publish": 5, "page": 300, "open": 1000, "answer": 100}),
            ("100,000 cells", synthetic(folder / "made"), {"open": 2000}),
        ]
        for title, root, targets in sites:
            print(f"\n| {title} | measured | at most |\n|---|---:|---:|")
            for found in measure(browser, root, folder / "out" / title, targets):
                most = "" if found.most is None else f"{found.most:g} {found.unit}"
                mark = " (missed)" if found.most is not None and found.value > found.most else ""
                print(f"| {found.name} | {found.value:.3g} {found.unit}{mark} | {most} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
