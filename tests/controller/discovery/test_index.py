from __future__ import annotations

import base64
import socket
from collections.abc import Iterator

import pytest

from harness.controller.discovery import index as asking
from harness.controller.discovery.index import read_index_project
from harness.controller.errors import Exit, HarnessError
from tests.support.package_index import FORMS, SIMPLE_JSON, PackageIndex, serving, wheels


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as index:
        index.files = wheels("keras", "3.6.0", "2024-10-01", needs=">=3.9")
        index.files += wheels("keras", "3.6.1", "2024-10-02", yanked=True)
        yield index


@pytest.mark.parametrize("form", FORMS)
def test_every_index_format_gives_same_files(index: PackageIndex, form: str) -> None:
    index.form = form
    files = read_index_project([index.address], "keras")
    assert [(str(file.version), str(file.uploaded)[:16], file.yanked, str(file.requires_python)) for file in files] == [
        ("3.6.0", "2024-10-01 12:00", False, ">=3.9"),
        ("3.6.1", "2024-10-02 12:00", True, ""),
    ]


def test_unknown_project_has_no_files(index: PackageIndex) -> None:
    assert read_index_project([index.address, index.address], "tf-keras") == []
    assert index.asked == [("/packages/tf-keras/", None)] * 2


def test_first_index_with_project_wins(index: PackageIndex) -> None:
    with serving() as other:
        other.files = wheels("keras", "9.9", "2024-10-01")
        assert len(read_index_project([other.address, index.address], "keras")) == 1
        other.files = []
        assert len(read_index_project([other.address + "/", index.address], "keras")) == 2
    assert len(index.asked) == 1


def test_credentials_are_sent_but_not_shown(index: PackageIndex) -> None:
    address = index.address.replace("//", "//me:s%40crt@")
    assert read_index_project([address], "keras")
    scheme, _, told = (index.asked[0][1] or "").partition(" ")
    assert (scheme, base64.b64decode(told)) == ("Basic", b"me:s@crt")
    index.instead["/packages/keras/"] = (403, "text/html", b"")
    with pytest.raises(HarnessError) as refused:
        read_index_project([address], "keras")
    assert str(refused.value) == f"{index.address}/keras/ cannot be read: the package index answers 403"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, "text/html", b"<h1>Oh</h1>"), "cannot be read: the package index answers 500"),
        ((200, SIMPLE_JSON, b"<h1>Oh</h1>"), "is not a page of a package index"),
        ((200, "text/html", b"<h1>Sign in</h1>"), "is not a page of a package index"),
        ((200, "text/html", b"\xff\xfe"), "is not a page of a package index"),
    ],
)
def test_unusable_answer_gives_one_sentence(index: PackageIndex, answer: tuple[int, str, bytes], said: str) -> None:
    index.instead["/packages/keras/"] = answer
    with pytest.raises(HarnessError) as failed:
        read_index_project([index.address], "keras")
    assert str(failed.value) == f"{index.address}/keras/ {said}"
    assert failed.value.exit_code is Exit.BROKEN


def test_index_without_upload_times_is_refused(index: PackageIndex) -> None:
    index.form = "JSON API beside HTML"
    index.instead["/pypi/keras/json"] = (404, "text/html", b"")
    with pytest.raises(HarnessError, match=r"/packages gives no upload times for the files of keras, nor does http"):
        read_index_project([index.address], "keras")


def test_hanging_index_times_out(index: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    index.hangs = True
    with pytest.raises(HarnessError, match=r"/packages/keras/ cannot be read: timed out$"):
        read_index_project([index.address], "keras")


def test_unreachable_index_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(HarnessError, match=r"/packages/keras/ cannot be read: .*[Rr]efused"):
            read_index_project([f"http://127.0.0.1:{free.getsockname()[1]}/packages"], "keras")


@pytest.mark.parametrize("address", ["/a/folder", "file:///a/folder", "ftp://me:secret@127.0.0.1/packages"])
def test_only_http_addresses_are_supported(address: str) -> None:
    with pytest.raises(
        HarnessError, match=r"cannot be searched for releases: only http and https addresses can$"
    ) as no:
        read_index_project([address], "keras")
    assert "secret" not in str(no.value)


@pytest.mark.parametrize("address", ["http://[x/packages", "http://127.0.0.1:x/packages", "http://127.0.0.1/a simple"])
def test_invalid_address_is_reported(address: str) -> None:
    with pytest.raises(HarnessError, match=r"read"):
        read_index_project([address], "keras")
