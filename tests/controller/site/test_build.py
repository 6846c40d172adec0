from __future__ import annotations

import html
import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from harness.controller.results.documents import Column
from harness.controller.site.search_engines import LONGEST_TITLE
from tests.support.processes import PATIENCE, in_background
from tests.support.tiny_project import TinyProject

ADDRESS = re.compile(r'(?:href|src)="([^"#?]*)(?:\?[^"#]*)?(?:#([^"]*))?"')


@pytest.fixture
def site(project: TinyProject, columns: dict[str, Column], tmp_path: Path) -> Path:
    """A published site."""
    for column in columns.values():
        project.keep("results", column)
    out = tmp_path / "out" / "site"
    done = project.run("publish", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{out}: 18 pages of 20 cells" in done.stdout
    return out


def test_site_has_page_per_case_path_release(site: Path) -> None:
    pages = sorted(str(file.relative_to(site)) for file in site.rglob("*.html"))
    assert pages == sorted(
        [
            "index.html",
            "grid.html",
            "summary.html",
            "data.html",
            "imports.html",
            "ask.html",
            "embed.html",
            "cases/dense.html",
            "cases/version.html",
        ]
        + [f"paths/{name}.html" for name in ("index", "tensorflow.keras", "tf.keras", "keras")]
        + [f"releases/{name}.html" for name in ("index", "tf115", "tf215", "tf216", "tf216-legacy")]
    )


def test_every_address_is_relative_and_leads_somewhere(site: Path) -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in site.rglob("*.html")}
    count = 0
    for file, text in texts.items():
        for target, place in ADDRESS.findall(text):
            count += 1
            assert not re.match("[a-z]+:|/", target), (file, target)
            found = (file.parent / target).resolve() if target else file
            assert found.is_file(), (file, target)
            assert not place or f'id="{place}"' in found.read_text(encoding="utf-8"), (file, target, place)
    assert count > 100


def test_pages_use_no_external_or_inline_code(site: Path) -> None:
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in text
        assert re.findall(r"<script(?! src=)(?! type=\"application/json\")", text) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=", text) == []


def test_files_other_than_html_are_readable_too(site: Path) -> None:
    assert json.loads((site / "site.json").read_text(encoding="utf-8"))["cells"]["pass"] == 12
    cells = json.loads((site / "grid.json").read_text(encoding="utf-8"))["cells"]
    assert sum(len(cell["environments"]) for cell in cells) == 20
    for name in ("grid.svg", "feed.xml", "badges/keras.svg", "static/icon.svg"):
        ElementTree.fromstring((site / name).read_bytes())


def test_republishing_replaces_the_site_without_leftovers(site: Path, project: TinyProject) -> None:
    (site / "cases" / "gone.html").write_text("of a case that is no more", encoding="utf-8")
    assert project.run("publish", "--out", str(site)).returncode == 0
    assert not (site / "cases" / "gone.html").exists()
    assert [file.name for file in site.parent.iterdir()] == ["site"]


def test_a_part_can_be_published(site: Path, project: TinyProject) -> None:
    assert project.run("publish", "--out", str(site), "-k", "version", "-e", "tf216*").returncode == 0
    assert not (site / "cases" / "dense.html").exists()
    assert not (site / "releases" / "tf215.html").exists()


@pytest.fixture
def public(site: Path, project: TinyProject) -> Path:
    """The same with an address and a repository."""
    addresses = ["--url", "https://example.org/matrix", "--repository", "https://example.org/source/"]
    done = project.run("publish", "--out", str(site), *addresses)
    assert (done.returncode, done.stderr) == (0, "")
    return site


def test_public_site_has_addresses_for_search_engines(public: Path) -> None:
    page = (public / "cases" / "dense.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://example.org/matrix/cases/dense.html">' in page
    assert '<meta property="og:image" content="https://example.org/matrix/preview.png">' in page
    assert '<link rel="canonical" href="https://example.org/matrix/">' in (public / "index.html").read_text("utf-8")
    sitemap = ElementTree.fromstring((public / "sitemap.xml").read_bytes())
    pages = {str(file.relative_to(public)) for file in public.rglob("*.html")} - {"index.html", "404.html"}
    listed = [item.text or "" for item in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert {item.removeprefix("https://example.org/matrix/") for item in listed} == {*pages, ""}
    assert "Sitemap: https://example.org/matrix/sitemap.xml" in (public / "robots.txt").read_text(encoding="utf-8")


def test_picture_of_public_site_is_a_picture(public: Path) -> None:
    with Image.open(public / "preview.png") as picture:
        assert picture.size == (1200, 630)
        assert len(picture.getcolors(maxcolors=10**6) or []) > 3


def test_page_for_lost_addresses_has_full_links(public: Path) -> None:
    text = (public / "404.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/matrix/index.html"' in text
    assert {target for target, _ in ADDRESS.findall(text)} > {"https://example.org/matrix/static/style.css"}
    assert all(target.startswith("https://") or not target for target, _ in ADDRESS.findall(text))


def test_readers_reach_the_source(public: Path) -> None:
    text = (public / "index.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/source/issues/new"' in text
    assert 'href="https://example.org/source"' in text


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org/", "https://example.org/?x"])
def test_address_of_another_form_is_refused(project: TinyProject, url: str) -> None:
    done = project.run("publish", "--url", url)
    assert done.returncode == 2
    assert done.stderr == f"--url {url!r}: not an address such as https://example.org/matrix/\n"


def test_feed_leads_to_pages_that_exist(project: TinyProject, columns: dict[str, Column], tmp_path: Path) -> None:
    for column in columns.values():
        project.keep("results", column)
    lines = ["day,environment,case,path,change,before,after", "2026-11-20,tf216,,,environment new,,"]
    history = "\n".join([*lines, "2026-11-20,tf216-today,,,environment new,,"]) + "\n"
    (project.root / "results" / "history.csv").write_text(history, encoding="utf-8")
    assert project.run("publish", "--out", str(tmp_path / "site")).returncode == 0
    feed = ElementTree.fromstring((tmp_path / "site" / "feed.xml").read_bytes())
    links = [item.get("href", "") for item in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert "releases/tf216.html" in links
    assert [link for link in links if not (tmp_path / "site" / link).is_file()] == []


def test_titles_are_short_enough_for_results(site: Path) -> None:
    for file in site.rglob("*.html"):
        (title,) = re.findall("<title>(.*)</title>", file.read_text(encoding="utf-8"))
        assert 0 < len(html.unescape(title)) <= LONGEST_TITLE
        assert "&amp;" not in title  # nothing is escaped twice


def test_folder_without_a_site_is_left_alone(project: TinyProject, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    done = project.run("publish", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "is not a published site: name an empty or a new folder" in done.stderr
    assert (tmp_path / "mine.txt").exists()
    done = project.run("publish", "--out", str(tmp_path / "mine.txt"))
    assert (done.returncode, "is a file" in done.stderr) == (2, True)


def test_without_results_nothing_is_made(project: TinyProject, tmp_path: Path) -> None:
    done = project.run("publish", "--out", str(tmp_path / "site"))
    assert (done.returncode, "nothing to publish" in done.stderr) == (2, True)
    assert not (tmp_path / "site").exists()


def test_missing_packages_are_reported_with_install_command(
    project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    for name in [name for name in sys.modules if name.startswith("harness.controller.site")]:
        monkeypatch.delitem(sys.modules, name)
    done = project.run("publish", "--out", str(tmp_path / "site"))
    assert done.returncode == 2
    assert (
        done.stderr
        == "jinja2 is not installed: `pip install Jinja2 MarkupSafe matplotlib` installs what a site needs\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_site_is_served_until_interrupted(site: Path, project: TinyProject, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "harness", "publish", "--root", str(project.root), "--out", str(site), "--serve"]
    with subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, text=True, preexec_fn=in_background
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        address = lines[1].split()[0]
        try:
            with urllib.request.urlopen(address) as answer:
                assert b"Keras import matrix" in answer.read()
            taken = harness_serve(command, address)
        finally:
            process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert taken.returncode == 2
    assert "is not available" in taken.stderr


def harness_serve(command: list[str], address: str) -> subprocess.CompletedProcess[str]:
    port = address.rstrip("/").rpartition(":")[2]
    return subprocess.run([*command, "--port", port], capture_output=True, text=True, check=False, timeout=PATIENCE)
