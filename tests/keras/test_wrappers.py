"""The hook that looks through wrappers of TensorFlow and Keras, on decorators of the same form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.keras.wrappers import unwrap

Function = Callable[..., Any]


def keras_modules_injection(base_fun: Function) -> Function:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return base_fun(*args, **kwargs)

    return wrapper


def disable_cudnn_autotune(function: Function) -> Function:
    def decorator(f: Function) -> Function:
        def decorated(*args: Any) -> Any:
            return f(*args)

        return decorated

    return decorator(function)


@pytest.mark.parametrize("decorator", [keras_modules_injection, disable_cudnn_autotune])
def test_traceless_decorators_are_looked_through(decorator: Callable[[Function], Function]) -> None:
    def plain() -> None:
        """Nothing."""

    assert unwrap(decorator(plain)) is plain


@pytest.mark.parametrize("value", [len, str, 3, unwrap, lambda: 0, keras_modules_injection])
def test_everything_else_is_itself(value: object) -> None:
    assert unwrap(value) is value
