from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from harness.controller.discovery.pages import File, NoIndexPage, read_json_api, read_simple_html, read_simple_json

WHEEL = "tf_keras-2.16.0-py3-none-any.whl"
NOON = datetime(2024, 3, 9, 12, tzinfo=timezone.utc)


def html(attributes: str = "", name: str = WHEEL) -> str:
    return f"<!DOCTYPE html><body><h1>Links</h1><a href='/x' {attributes}>\n  {name}</a><br><p>end</p></body>"


def simple(**facts: object) -> str:
    return json.dumps({"files": [{"filename": WHEEL, **facts}]})


def only(files: list[File]) -> File:
    (file,) = files
    return file


def test_only_wheels_and_source_packages_count() -> None:
    names = [WHEEL, "tf-keras-2.16.0.tar.gz", "Keras-0.2.0-py2.7.egg", "keras-1.exe", "x-1-py3.whl", "keras-1.0.zip"]
    files = read_simple_json(json.dumps({"files": [{"filename": name} for name in names]}))
    assert [(file.project, str(file.version), bool(file.tags)) for file in files] == [
        ("tf-keras", "2.16.0", True),
        ("tf-keras", "2.16.0", False),
        ("keras", "1.0", False),
    ]


@pytest.mark.parametrize(
    "text",
    ["2024-03-09T12:00:00Z", "2024-03-09T12:00:00.5Z", "2024-03-09T12:00:00.123456789+00:00", "2024-03-09T12:00:00"],
)
def test_time_is_read_in_any_precision(text: str) -> None:
    expected = NOON
    for file in (
        only(read_simple_json(simple(**{"upload-time": text}))),
        only(read_simple_html(html(f'data-upload-time="{text}"'))),
        only(read_json_api(json.dumps({"releases": {"1": [{"filename": WHEEL, "upload_time_iso_8601": text}]}}))),
    ):
        assert file.uploaded is not None
        assert timedelta() <= file.uploaded - expected < timedelta(seconds=1)


def test_missing_upload_time_is_none() -> None:
    assert only(read_simple_html(html())).uploaded is None
    assert only(read_simple_json(simple())).uploaded is None


@pytest.mark.parametrize(("yanked", "expected"), [(True, True), ("broken", True), (False, False), (None, False)])
def test_yanked_in_json_is_true_or_reason(yanked: object, expected: bool) -> None:
    assert only(read_simple_json(simple(yanked=yanked))).yanked is expected


@pytest.mark.parametrize("attribute", ['data-yanked=""', "data-yanked", 'data-yanked="broken"'])
def test_yanked_in_html_needs_no_reason(attribute: str) -> None:
    assert only(read_simple_html(html(attribute))).yanked
    assert not only(read_simple_html(html())).yanked


def test_invalid_requires_python_is_ignored() -> None:
    file = only(read_simple_html(html('data-requires-python="&gt;=3.9,&lt;3.13"')))
    assert [python for python in ("3.8", "3.12", "3.13") if file.requires_python.contains(python)] == ["3.12"]
    assert only(read_simple_json(simple(**{"requires-python": ">=3.5.*"}))).requires_python.contains("3.1")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *(
            (read_simple_json, text)
            for text in ["", "{", "[]", "{}", '{"files": 1}', '{"files": [1]}', '{"files": [{}]}']
        ),
        (read_simple_json, '{"files": [{"filename": 1}]}'),
        (read_simple_json, simple(**{"upload-time": "yesterday"})),
        (read_simple_json, simple(**{"upload-time": 5})),
        *((read_simple_html, text) for text in ["", "<h1>Sign in", '<a href="/">Home</a>', "\x00\xff"]),
        (read_simple_html, html('data-upload-time="yesterday"')),
        (read_simple_html, html("data-upload-time")[:-60]),
        *((read_json_api, text) for text in ["{", "{}", '{"releases": []}', '{"releases": {"1": [{}]}}']),
    ],
)
def test_other_documents_are_refused(read: Callable[[str], list[File]], text: str) -> None:
    with pytest.raises(NoIndexPage):
        read(text)


def test_json_page_without_files_is_empty() -> None:
    assert read_simple_json('{"files": []}') == []
    assert read_json_api('{"releases": {"1": []}}') == []
