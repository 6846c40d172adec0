"""Hook that looks through the wrappers of TensorFlow and Keras that do not say what they wrap.

What `tf_decorator.make_decorator` and the decorators of deprecated and exported names make says it in `__wrapped__`,
which needs no hook. The functions here were made by decorators that leave no trace but the variable of a closure.
"""

from __future__ import annotations

import types
from typing import Any

# The qualified name of what such a decorator made, and the variable that holds what it wraps.
_CLOSURES = {
    "keras_modules_injection.<locals>.wrapper": "base_fun",  # `applications` of Keras 2.2 to 2.4
    "normalize_conv.<locals>.wrapper": "func",  # `keras.backend.numpy_backend`
    "disable_cudnn_autotune.<locals>.decorator.<locals>.decorated": "f",  # `layer_test` of all of them
    "use_deterministic_cudnn.<locals>.decorator.<locals>.decorated": "f",
}


def unwrap(value: Any) -> Any:
    """What a wrapper stands for; the value itself if it is none of these."""
    if type(value) is not types.FunctionType:
        return value
    held = dict(zip(value.__code__.co_freevars, value.__closure__ or ()))
    name = _CLOSURES.get(value.__qualname__)
    return held[name].cell_contents if name in held else value
