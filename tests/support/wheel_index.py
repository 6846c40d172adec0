"""A package index on this machine with wheels of a few lines, from which uv installs."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.package_index import SIMPLE_JSON

_WHEEL = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class WheelIndex:
    """The wheels by file name, each of a module with the name of its project. `downloads` are the files given out."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.downloads: list[str] = []
        self._wheels: dict[str, tuple[str, bytes]] = {}
        self._metadata: dict[str, bytes] = {}

    def add(
        self,
        project: str,
        version: str,
        code: str = "",
        needs: Sequence[str] = (),
        day: str = "2020-01-01",
        module: str = "",
    ) -> None:
        """A version; its module has a `VERSION` of numbers and then the code."""
        numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
        name = f"{project.replace('-', '_')}-{version}"
        head = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
        head += "".join(f"Requires-Dist: {need}\n" for need in needs)
        files = {
            f"{module or project.replace('-', '_')}/__init__.py": f"VERSION = {numbers}\n{code}",
            f"{name}.dist-info/METADATA": head,
            f"{name}.dist-info/WHEEL": _WHEEL,
        }
        record = "".join(f"{file},,\n" for file in (*files, f"{name}.dist-info/RECORD"))
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as wheel:
            for file, text in (files | {f"{name}.dist-info/RECORD": record}).items():
                wheel.writestr(file, text)
        self._wheels[f"{name}-py3-none-any.whl"] = (day, content.getvalue())
        self._metadata[f"{name}-py3-none-any.whl.metadata"] = head.encode()

    def spoil(self, project: str, version: str) -> None:
        """Make a version that nobody can install."""
        self._wheels[f"{project}-{version}-py3-none-any.whl"] = ("2020-01-01", b"no archive")

    def answer(self, path: str) -> tuple[int, str, bytes]:
        folder, name = path.strip("/").split("/")[:2]
        if folder == "files":
            self.downloads.append(name)
            content = self._metadata[name] if name in self._metadata else self._wheels[name][1]
            return 200, "application/octet-stream", content
        mine = {file: found for file, found in self._wheels.items() if _project(file) == name}
        files = [
            {
                "filename": file,
                "url": f"/files/{file}",
                "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
                "core-metadata": f"{file}.metadata" in self._metadata,
                "upload-time": f"{day}T12:00:00Z",
            }
            for file, (day, content) in mine.items()
        ]
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
        return (200 if files else 404), SIMPLE_JSON, json.dumps(page).encode()


@contextmanager
def serving_wheels() -> Iterator[WheelIndex]:
    """An index at an address of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            code, kind, body = index.answer(self.path)
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002, its name there
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True  # uv keeps its connections open
        index = WheelIndex(f"http://127.0.0.1:{server.server_port}/wheels")
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield index
        server.shutdown()
        thread.join()


def _project(filename: str) -> str:
    return filename.split("-")[0].lower().replace("_", "-")
