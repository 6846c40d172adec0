"""The text of a new matrix.yaml."""

from __future__ import annotations

from datetime import date

from packaging.version import Version

from harness.controller.discovery.new_matrix import ChosenRelease, release_lines
from harness.controller.discovery.releases import Release


def test_ids_begin_with_the_package_unless_a_prefix_is_given() -> None:
    chosen = [ChosenRelease(Release(Version("1.2"), date(2024, 3, 8), {"my-shapes": ["3.11", "3.12"]}), "3.11")]
    entry = '{release: "1.2", python: "3.11", distribution: my-shapes, released: 2024-03-08}'
    head = "# The newest release of each minor.\nenvironments:\n"
    assert release_lines({"package": "my_shapes"}, chosen, {}) == f"{head}  myshapes12: {entry}"
    assert release_lines({"package": "my_shapes", "prefix": "ms"}, chosen, {}) == f"{head}  ms12: {entry}"
