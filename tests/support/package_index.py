"""A package index on this machine, in each of the forms in which there are any."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
FORMS = ["simple JSON", "simple HTML", "JSON API beside HTML", "JSON API beside JSON"]

Row = dict[str, Any]


def row(name: str, day: str, yanked: bool = False, needs: str | None = None) -> Row:
    """A file of the index, and when it came."""
    return {"filename": name, "day": day, "yanked": yanked, "needs": needs}


def wheels(project: str, version: str, day: str, *pythons: str, **facts: Any) -> list[Row]:
    """Wheels for Linux of some Pythons such as `312`; without any, one for all."""
    name = f"{project.replace('-', '_')}-{version}"
    tags = [f"cp{python}-cp{python}-manylinux_2_17_x86_64.manylinux2014_x86_64" for python in pythons]
    return [row(f"{name}-{tag}.whl", day, **facts) for tag in tags or ["py3-none-any"]]


def source(project: str, version: str, day: str) -> Row:
    """A source package."""
    return row(f"{project.replace('-', '_')}-{version}.tar.gz", day)


def tensorflow(version: str, day: str, *pythons: str, **facts: Any) -> list[Row]:
    """A release as it is today: both distributions, for several Pythons."""
    return [file for name in ("tensorflow", "tensorflow-cpu") for file in wheels(name, version, day, *pythons, **facts)]


class PackageIndex:
    """What the index holds, in which form it says so, and what it answers instead for some pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.form = FORMS[0]
        self.files: list[Row] = []
        self.instead: dict[str, tuple[int, str, bytes]] = {}
        self.hangs = False
        self.asked: list[tuple[str, str | None]] = []

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path in self.instead:
            return self.instead[path]
        folder, project = path.strip("/").split("/")[:2]
        rows = [file for file in self.files if _project(file["filename"]) == project]
        if not rows or (folder == "pypi") > self.form.startswith("JSON API"):
            return 404, "text/html", b"<h1>Not found</h1>"
        dated = not self.form.startswith("JSON API")
        if folder == "pypi":
            return 200, "application/json", _json_api(rows).encode()
        if self.form.endswith("HTML"):
            return 200, "text/html", _simple_html(rows, dated).encode()
        return 200, SIMPLE_JSON, _simple_json(rows, dated).encode()


@contextmanager
def serving() -> Iterator[PackageIndex]:
    """An index at an address of its own."""
    ended = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append((self.path, self.headers["Authorization"]))
            if index.hangs:
                ended.wait(60)
                return
            code, kind, body = index.answer(self.path)
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002, its name there
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False  # closing it waits for them, and they for their connections
        index = PackageIndex(f"http://127.0.0.1:{server.server_port}/packages")
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield index
        ended.set()
        server.shutdown()
        thread.join()


def _project(filename: str) -> str:
    return filename.split("-")[0].lower().replace("_", "-")


def _simple_json(rows: list[Row], dated: bool) -> str:
    files = [
        {
            "filename": row["filename"],
            "url": "/x",
            "hashes": {},
            "yanked": row["yanked"],
            "requires-python": row["needs"],
        }
        | ({"upload-time": f"{row['day']}T12:00:00.123456Z"} if dated else {})
        for row in rows
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "x", "files": files})


def _simple_html(rows: list[Row], dated: bool) -> str:
    links = []
    for row in rows:
        attributes = f'href="/x/{row["filename"]}#sha256=0"'
        attributes += f' data-upload-time="{row["day"]}T12:00:00Z"' if dated else ""
        attributes += f' data-requires-python="{html.escape(row["needs"])}"' if row["needs"] else ""
        attributes += ' data-yanked=""' if row["yanked"] else ""
        links.append(f"<a {attributes}>{row['filename']}</a><br/>")
    return f"<!DOCTYPE html><html><body><h1>Links</h1>\n{chr(10).join(links)}\n</body></html>"


def _json_api(rows: list[Row]) -> str:
    files = [
        {
            "filename": row["filename"],
            "upload_time_iso_8601": f"{row['day']}T12:00:00.123456Z",
            "yanked": row["yanked"],
            "requires_python": row["needs"],
        }
        for row in rows
    ]
    return json.dumps({"info": {}, "releases": {"any": files, "none": []}})
