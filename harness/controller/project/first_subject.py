"""The subject of everything written before files named one: matrix.yaml of schema 1, and result documents.

Documents of this subject keep their fields, so that what reads them goes on.
"""

from __future__ import annotations

FIRST_PLUGIN = "keras"  # of a matrix of schema 1
FIRST_PACKAGE = "tensorflow"  # also the name of the field, and of the key, of a release
FIRST_TITLE = "TensorFlow"


def release_field(subject: str) -> str:
    """The name of the field, and of the column of a table, that holds the release."""
    return FIRST_PACKAGE if subject == FIRST_PACKAGE else "release"


def release_title(subject: str) -> str:
    """What a comparison calls the release."""
    return FIRST_TITLE if subject == FIRST_PACKAGE else "release"
