from __future__ import annotations

import pytest

from tests.support.browsing import MISSING, Reader, Site, find_chromium


def test_missing_chromium_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError, match="install Debian's package `chromium`"):
        find_chromium()
    assert MISSING.count("\n") == 0


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))", "script-src"),
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))", "img-src"),
        ("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
        ("setTimeout(() => { throw new Error('lost') })", "error: lost"),
        ("console.warn('beware')", "beware"),
    ],
)
def test_forbidden_page_actions_are_noticed(reader: Reader, hostile: Site, deed: str, said: str) -> None:
    page = reader.open(hostile, "grid.html")
    page.evaluate(f"() => {{ {deed} }}")
    page.wait_for_timeout(200)
    assert any(said in fault for fault in reader.faults), reader.faults
    reader.faults.clear()
