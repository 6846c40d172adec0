"""Bad layers: the exact sentence, and the line that it names."""

from __future__ import annotations

from tests.cases.bodies.layer_class import BODY_1, BODY_2
from tests.support.written_cases import BadBody

KIND = "custom_layer"

FAULTS: list[BadBody] = [
    (
        BODY_1,
        "arguments: {units: 3",
        "arguments: {inputs: 3",
        [
            "7: the name 'inputs' is taken: call the argument something else",
            "10: unknown size 'units'; known: how, input_dim, inputs",
            "11: unknown size 'units'; known: how, input_dim, inputs",
            "14: unknown size 'units'; known: how, input_dim, inputs",
        ],
    ),
    (
        BODY_1,
        "arguments: {units: 3",
        "arguments: {backend: 3, units: 3",
        ["7: the name 'backend' is taken: call the argument something else"],
    ),
    (
        BODY_1,
        "sublayers: {inside",
        "sublayers: {w",
        [
            "10: the name 'w' is taken: call the weight something else",
            "12: unknown name 'inside'"
            "; known: b, copy, how, inputs, json, mask, np, os, pickle, sys, tf, training, units, w",
        ],
    ),
    (
        BODY_1,
        "sublayers: {inside: ",
        "sublayers: {inside: layers.Flatten, x: {model: {}}, y: ",
        ["8: needs exactly one of the keys sequential, functional, subclass"],
    ),
    (
        BODY_1,
        "[input_dim, units]",
        "[input_dm, unit]",
        [
            "10: unknown size 'input_dm'; did you mean 'input_dim'?",
            "10: unknown size 'unit'; did you mean 'units'?",
        ],
    ),
    (
        BODY_1,
        "[input_dim, units]",
        "[null, units]",
        ["10: only the first size of an output, the batch, may be open"],
    ),
    (BODY_1, "[input_dim, units]", "[inside]", ["10: unknown size 'inside'; known: how, input_dim, units"]),
    (BODY_1, "[input_dim, units]", "{}", ["10: must be a list such as [input_dim, units], not a mapping"]),
    (
        BODY_1,
        "[null, units]",
        "[units, null]",
        ["14: only the first size of an output, the batch, may be open"],
    ),
    (BODY_1, "[null, units]", "[2.5]", ["14: must be a size, input_dim or an argument of the layer, not 2.5"]),
    (BODY_1, "trainable: true", "trainable: 1", ["10: must be true or false, not 1"]),
    (BODY_1, "initializer: zeros", "initializer: {python: null}", ["11: must be a line of Python, not empty"]),
    (BODY_1, "initializer: zeros, ", "", ["11: missing key 'initializer'"]),
    (
        BODY_1,
        "positional_name: true",
        "positonal: true",
        ["11: unknown key 'positonal'; did you mean 'positional'?"],
    ),
    (BODY_1, "get_config: true", "get_config: yes please", ["15: must be true or false, not 'yes please'"]),
    (BODY_1, "call: how(", "call: hw(", ["12: unknown name 'hw'; did you mean 'how'?"]),
    (
        BODY_1,
        "add_loss: tf.reduce_sum(w)",
        "add_loss: tf.reduce_sum(v)",
        [
            "13: unknown name 'v'"
            "; known: b, copy, how, inputs, inside, json, mask, np, os, pickle, sys, tf, training, units, w"
        ],
    ),
    (BODY_1, "add_loss: tf.reduce_sum(w)", "add_loss: null", ["13: must be a line of Python, not empty"]),
    (
        BODY_1,
        "register: {utils.register_keras_serializable: {package: cases}}",
        "register: {}",
        ["6: must be a name or one name with its arguments, not a mapping"],
    ),
    (
        BODY_1,
        "base: [layers.Layer, engine.base_layer.Layer]",
        "base: []",
        ["5: must be a list with at least one item, not a list"],
    ),
    (
        BODY_1,
        "container: tf.keras::Sequential\n",
        "container: tf.keras::Sequential\nmodel: {sequential: [CustomLayer]}\n",
        [
            "16: conflicts with 'model': remove one of them",
            "18: conflicts with 'model': remove one of them",
        ],
    ),
    (
        BODY_1,
        "compile: {optimizer: sgd, loss: {python: \"losses.get('mse')\"}, run_eagerly: true}\n",
        "",
        ["18: compile the model first: missing key 'compile'"],
    ),
    (BODY_1, "input: {ones: [2, 4]}\n", "", ["21: needs the key 'input', which is missing"]),
    (
        BODY_1,
        "copy: to_json",
        "copy: to_yaml",
        ["21: 'to_yaml' is not one of the known words; known: clone_model, get_config, to_json"],
    ),
    (
        BODY_1,
        "CustomLayer(4).units",
        "CustmLayer(4).units",
        ["22: unknown name 'CustmLayer'; did you mean 'CustomLayer'?"],
    ),
    (BODY_2, "apply: CustomLayer, to: x", "apply: customlayer, to: x", ["8: unknown layer 'customlayer'"]),
    (
        BODY_2,
        "silent: [copy.name",
        "silent: [output, history, copy.name",
        [
            "10: unknown name 'output'; known: CustomLayer, copied, copy, json, model, np, os, pickle, sys, tf",
            "10: unknown name 'history'; known: CustomLayer, copied, copy, json, model, np, os, pickle, sys, tf",
        ],
    ),
    (
        BODY_2,
        "expect: {",
        "followed_by: [layers.Flatten]\nexpect: {",
        ["10: conflicts with 'model': remove one of them"],
    ),
    (
        BODY_2,
        "expect: {",
        "expect: {raises: {at: save, type: ValueError, match: x}, ",
        [
            "10: must be the last stage of the case: its stages are build, save, load",
            "10: with raises, only silent, holds, numbers and warns can be expected",
        ],
    ),
    (
        BODY_2,
        "layers: [InputLayer, CustomLayer], silent: [copy.name == model.name]",
        "raises: {at: save, type: ValueError, match: x}",
        ["10: must be the last stage of the case: its stages are build, save, load"],
    ),
    (BODY_2, "  call: inputs * units\n", "", ["4: missing key 'call'"]),
]
