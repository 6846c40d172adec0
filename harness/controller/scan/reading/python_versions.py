"""What conditions ask of Python itself: every release was measured with a Python 3."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

_FIRST, _LAST = (3, 0), (3, 999)


class PythonVersion:
    """`sys.version_info`, of which nothing is known but that it is a 3: any other question is a ValueError."""

    major = 3

    def __getitem__(self, item: object) -> Any:
        if item == 0:
            return self.major
        if item == slice(None, 1):
            return (self.major,)
        raise ValueError

    def _compared(self, compare: Callable[[Any, Any], bool], other: object) -> bool:
        answers = {compare(_FIRST, other), compare(_LAST, other)}
        if len(answers) > 1:
            raise ValueError
        return answers.pop()

    def __lt__(self, other: object) -> bool:
        return self._compared(operator.lt, other)

    def __le__(self, other: object) -> bool:
        return self._compared(operator.le, other)

    def __gt__(self, other: object) -> bool:
        return self._compared(operator.gt, other)

    def __ge__(self, other: object) -> bool:
        return self._compared(operator.ge, other)


_OF_PYTHON: dict[str, object] = {"sys.version_info": PythonVersion(), "six.PY2": False, "six.PY3": True}


def fact_of_python(names: Iterable[str]) -> Any:
    """What one of these names is in every release; None if nothing is known of it."""
    return next((_OF_PYTHON[name] for name in names if name in _OF_PYTHON), None)
