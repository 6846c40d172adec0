"""Reading the files of a project from package indexes, over HTTP.

pypi-simple does not serve here: it takes a sign-in page for an empty project, reads no upload times from HTML pages and
no JSON API, and brings a dozen packages.
"""

from __future__ import annotations

import base64
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from harness.controller.discovery.pages import File, NoIndexPage, read_json_api, read_simple_html, read_simple_json
from harness.controller.errors import HarnessError

PATIENCE = 60.0  # seconds without an answer of the index
_ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.4"


def read_index_project(indexes: Sequence[str], project: str) -> list[File]:
    """The files of a project in the first index that has it, empty where none has. Raises HarnessError."""
    for address in indexes:
        files = _Index.at(address).files(project)
        if files is not None:
            return files
    return []


@dataclass(frozen=True)
class _Index:
    """One index: the address of its simple API, without the name and password that it may hold."""

    address: str
    credentials: str | None

    @classmethod
    def at(cls, address: str) -> _Index:
        try:
            parts = urlsplit(address)
        except ValueError as error:
            raise HarnessError(f"the address of the package index cannot be read: {error}") from None
        user, found, host = parts.netloc.rpartition("@")
        bare = parts._replace(netloc=host).geturl().rstrip("/")
        if parts.scheme not in ("http", "https"):
            raise HarnessError(f"{bare} cannot be searched for releases: only http and https addresses can")
        return cls(bare, base64.b64encode(unquote(user).encode()).decode() if found else None)

    def files(self, project: str) -> list[File] | None:
        """None where the index does not have the project."""
        page = f"{self.address}/{project}/"
        answer = self._get(page, _ACCEPTED)
        if answer is None:
            return None
        kind, text = answer
        files = _read(page, text, read_simple_json if "json" in kind else read_simple_html)
        return files if all(file.uploaded for file in files) else self._dated(project)

    def _dated(self, project: str) -> list[File]:
        """The files by the JSON API next to the simple one, with their upload times."""
        page = f"{self.address.rpartition('/')[0]}/pypi/{project}/json"
        answer = self._get(page, "application/json")
        files = _read(page, answer[1], read_json_api) if answer else []
        if not files or not all(file.uploaded for file in files):
            raise HarnessError(f"{self.address} gives no upload times for the files of {project}, nor does {page}")
        return files

    def _get(self, page: str, accepted: str) -> tuple[str, str] | None:
        """The type and the text of a page, None where the index has no such page."""
        request = urllib.request.Request(page, headers={"Accept": accepted})
        if self.credentials:
            request.add_unredirected_header("Authorization", f"Basic {self.credentials}")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.headers.get_content_type(), answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                return None
            raise HarnessError(f"{page} cannot be read: the package index answers {error.code}") from None
        except UnicodeDecodeError:
            raise _no_page(page) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise HarnessError(f"{page} cannot be read: {str(reason) or type(reason).__name__}") from None


def _read(page: str, text: str, read: Callable[[str], list[File]]) -> list[File]:
    try:
        return read(text)
    except NoIndexPage:
        raise _no_page(page) from None


def _no_page(page: str) -> HarnessError:
    return HarnessError(f"{page} is not a page of a package index")
