from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from harness.controller.cli import main
from tests.support import ROOT
from tests.support.browsing import PATIENCE, Reader, Site, find_chromium
from tests.support.hostile_project import make_project

BELOW = "some/sub/path"
expect.set_options(timeout=PATIENCE)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the name it has there
        pass


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        program = find_chromium()
    except FileNotFoundError as missing:
        pytest.fail(str(missing), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder that is served, and the address of a path in it that is not its root."""
    folder = tmp_path_factory.mktemp("web")
    (folder / BELOW).mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder / BELOW, f"http://127.0.0.1:{server.server_port}/{BELOW}/"
    server.shutdown()
    thread.join()
    server.server_close()


def _publish(root: Path, web: tuple[Path, str], name: str) -> Site:
    folder, address = web
    assert main(["publish", "--root", str(root), "--out", str(folder / name)]) == 0
    return Site(folder / name, f"{address}{name}/")


@pytest.fixture(scope="session")
def real(web: tuple[Path, str]) -> Site:
    """The site of this repository's results."""
    return _publish(ROOT, web, "real")


@pytest.fixture(scope="session")
def hostile(web: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of a small project all of whose texts are hostile."""
    root = tmp_path_factory.mktemp("hostile")
    make_project(root)
    return _publish(root, web, "hostile")


@pytest.fixture(scope="session")
def kept(browser: Browser) -> Iterator[Reader]:
    """A reader whose pages stay open: a page of thirty thousand cells is loaded once, and not for each test."""
    reader = Reader(browser)
    yield reader
    reader.close()


@pytest.fixture
def grid(kept: Reader, real: Site) -> Iterator[Page]:
    """The grid of this repository's results, without any filter."""
    page = kept.keep(real, "grid.html")
    page.evaluate("history.replaceState(null, '', location.pathname); readAddress()")
    yield page
    assert kept.faults == []


@pytest.fixture
def front(kept: Reader, real: Site) -> Iterator[Page]:
    """The first page of this repository's results, with nothing asked."""
    page = kept.keep(real, "index.html")
    page.evaluate("history.replaceState(null, '', location.pathname); readAddress()")
    yield page
    assert kept.faults == []


@pytest.fixture
def reader(browser: Browser) -> Iterator[Reader]:
    """Whatever a page should not do (an error, something it was not let do, a request to elsewhere) fails the test."""
    reader = Reader(browser)
    yield reader
    reader.close()
    assert reader.faults == []
