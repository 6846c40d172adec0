"""Expectations that cannot be: the exact sentence, and the line that it names."""

from __future__ import annotations

from tests.cases.bodies.expectations import BODY_1, BODY_2
from tests.support.written_cases import BadBody

KIND = "model_build"

FAULTS: list[BadBody] = [
    (BODY_1, "  parameters: 4", "  parameters: four", ["10: must be a whole number of at least 0, not 'four'"]),
    (BODY_1, "  layers: [Dense]", "  layers: Dense", ["15: must be a list with at least one item, not 'Dense'"]),
    (
        BODY_1,
        "output_shape: [null, 2]",
        "output_shape: 2",
        ["14: must be a shape such as [null, 10], or a list of them, not 2"],
    ),
    (
        BODY_1,
        "output_shape: [null, 2]",
        "output_shape: [[null, 2], 3]",
        ["14: must be a shape such as [null, 10], or a list of them, not a list"],
    ),
    (BODY_1, "loss: falls", "loss: rises", ["17: 'rises' is not one of the known words; known: falls, finite"]),
    (BODY_1, "history: [val_loss, loss]", "history: []", ["18: must be a list with at least one item, not a list"]),
    (BODY_1, "evaluation: [0.5, 1]", "evaluation: true", ["19: must be a number, not True"]),
    (BODY_1, "evaluation: [0.5, 1]", "evaluation: x", ["19: must be a number or a list, not 'x'"]),
    (
        BODY_1,
        "prediction: {shape: [2, 2], rows_sum_to: 1, equals: {full: [2, 2], value: 0.5}, tolerance: 0.1}",
        "prediction: {}",
        ["20: no expectations: add at least one"],
    ),
    (
        BODY_1,
        "prediction: {shape: [2, 2], rows_sum_to: 1, equals: {full: [2, 2], value: 0.5}, tolerance: 0.1}",
        "prediction: [{tolerance: 1}]",
        ["20: no expectations: add at least one"],
    ),
    (BODY_1, "prediction: {shape", "prediction: {shap", ["20: unknown key 'shap'; did you mean 'shape'?"]),
    (
        BODY_1,
        "weights: [{ones: [1, 2]}, {zeros: [2]}]",
        "weights: {ones: [1, 2]}",
        ["21: must be a list with at least one item, not a mapping"],
    ),
    (BODY_1, "tolerance: 0.25", "tolerance: -1", ["22: must be a number above 0, not -1"]),
    (BODY_1, "len(model.layers) == 1", "len(modl.layers) == 1", ["24: unknown name 'modl'; did you mean 'model'?"]),
    (
        BODY_1,
        "len(model.layers) == 1",
        "model.output_shape == None, 2",
        ["24: a tuple is always true: put brackets around the part that is one"],
    ),
    (BODY_1, "len(model.layers) == 1", "3", ["24: must be a line of Python, not 3"]),
    (
        BODY_1,
        "warns: {at: fit",
        "warns: {at: save",
        ["27: the case has no such stage: its stages are build, compile, fit, call"],
    ),
    (
        BODY_1,
        "warns: {at: fit",
        "warns: {at: import",
        ["27: 'import' is not one of the known words; did you mean 'plot'?"],
    ),
    (BODY_1, "UserWarning", "UsrWarning", ["27: must be a warning such as UserWarning, not 'UsrWarning'"]),
    (BODY_1, "match: '\"é\" \\d'", "match: '*'", ["27: must be a regular expression, not '*'"]),
    (
        BODY_1,
        "match: '\"é\" \\d'",
        "match: 'a{99999999999}'",
        ["27: must be a regular expression, not 'a{99999999999}'"],
    ),
    (
        BODY_1,
        "evaluate: {inputs: {ones: [2, 1]}, targets: {ones: [2, 2]}}\n",
        "",
        ["18: needs the key 'evaluate', which is missing"],
    ),
    (
        BODY_1,
        "predict: {ones: [2, 1]}\n",
        "",
        ["19: needs the key 'predict', which is missing"],
    ),
    (
        BODY_1,
        "fit: {inputs: {ones: [2, 1]}, targets: {ones: [2, 2]}, epochs: 4, initial_epoch: 1}\n",
        "",
        [
            "16: needs the key 'fit', which is missing",
            "17: needs the key 'fit', which is missing",
        ],
    ),
    (
        BODY_2,
        "at: call, type",
        "at: build, type",
        ["7: must be the last stage of the case: its stages are build, call"],
    ),
    (
        BODY_2,
        "at: call, type",
        "at: check, type",
        ["7: 'check' is not one of the known words; known: build, call, compile, fit, load, plot, save"],
    ),
    (
        BODY_2,
        "type: ValueError",
        "type: len",
        ["7: must be an exception such as ValueError or tf.errors.NotFoundError, not 'len'"],
    ),
    (
        BODY_2,
        "type: ValueError",
        "type: Error",
        ["7: must be an exception such as ValueError or tf.errors.NotFoundError, not 'Error'"],
    ),
    (
        BODY_2,
        "type: ValueError",
        "type: [ValueError]",
        ["7: must be an exception such as ValueError or tf.errors.NotFoundError, not a list"],
    ),
    (BODY_2, "type: ValueError, ", "", ["7: missing key 'type'"]),
    (
        BODY_2,
        BODY_2[BODY_2.index("  silent: [not model.built]") :],
        "  output_shape: []\n",
        ["7: with raises, only silent, holds, numbers and warns can be expected"],
    ),
    (
        BODY_2,
        "not model.built",
        "not prediction, history",
        ["9: unknown name 'history'; known: copy, json, model, np, os, pickle, prediction, sys, tf"],
    ),
    (BODY_2, BODY_2[BODY_2.index("expect:") :], "expect: null\n", ["6: must be a mapping, not empty"]),
    (BODY_2, BODY_2[BODY_2.index("expect:") :], "expect: []\n", ["6: must be a mapping, not a list"]),
    (BODY_2, BODY_2[BODY_2.index("expect:") :], "expect: {}\n", ["6: no expectations: add at least one"]),
    (
        BODY_2,
        BODY_2[BODY_2.index("expect:") :],
        "expect: {tolerance: 1}\n",
        ["6: no expectations: add at least one"],
    ),
    (BODY_2, BODY_2[BODY_2.index("expect:") :], "", ["1: missing key 'expect'"]),
]
