"""The kind `interop`: the faults of bad bodies."""

from __future__ import annotations

from tests.cases.bodies.interop import BODY_1, BODY_2
from tests.support.written_cases import BadBody

KIND = "interop"

FAULTS: list[BadBody] = [
    (
        BODY_1,
        'name="keras::not_a_name")(x)',
        'name="x")(z)',
        ["7: unknown name 'z'; known: copy, data, json, np, os, pickle, sys, tf, x"],
    ),
    (BODY_1, "(x)\n", "(netwrk)\n", ["7: unknown name 'netwrk'; known: copy, data, json, np, os, pickle, sys, tf, x"]),
    (
        BODY_1,
        "  - data: {",
        "  - tf: {",
        [
            "6: the name 'tf' is taken: call it something else",
            "9: unknown name 'data'; known: copy, json, network, np, os, pickle, sys, tf, x, y",
        ],
    ),
    (
        BODY_1,
        "  - data: {",
        "  - layers: {",
        [
            "6: the name 'layers' is taken: call it something else",
            "9: unknown name 'data'; known: copy, json, layers, network, np, os, pickle, sys, tf, x, y",
        ],
    ),
    (
        BODY_1,
        "  - data: {",
        "  - len: {",
        [
            "6: the name 'len' is taken: call it something else",
            "9: unknown name 'data'; known: copy, json, len, network, np, os, pickle, sys, tf, x, y",
        ],
    ),
    (
        BODY_1,
        "  - data: {",
        "  - re: {",
        [
            "6: the name 're' is taken: call it something else",
            "9: unknown name 'data'; known: copy, json, network, np, os, pickle, re, sys, tf, x, y",
        ],
    ),
    (BODY_1, "  - data: {", "  - class: {", ["6: 'class' is not a Python name"]),
    (BODY_1, "  - data: {", "  - 1: {", ["6: 1 is not a Python name"]),
    (
        BODY_1,
        "data: {random: [2, 4]}",
        "data: {random: 2}",
        ["6: must be a list of sizes such as [2, 784] (null for an open one), not 2"],
    ),
    (
        BODY_1,
        "data: {random: [2, 4]}",
        "data: {random: [2, 4], b: 1}",
        ["6: unknown key 'b'; known: dtype, random, seed"],
    ),
    (BODY_1, "data: {random: [2, 4]}", "{data: x, b: y}", ["6: must be one name with its value"]),
    (BODY_1, "data: {random: [2, 4]}", "{}", ["6: must be one name with its value"]),
    (
        BODY_1,
        "data: {random: [2, 4]}",
        "data: null",
        ["6: must be a name or one name with its arguments, not empty"],
    ),
    (BODY_1, "data: {random: [2, 4]}", "3", ["6: must be text or a mapping, not 3"]),
    (BODY_1, "data: {random: [2, 4]}", "data: x +", ["6: is not a Python expression: invalid syntax"]),
    (BODY_1, "data: {random: [2, 4]}", "'x # y'", ["6: must not contain a comment"]),
    (
        BODY_1,
        "{shape: [4]}",
        "{shape: 2020-01-01}",
        ["5: must be text, a number, true, false, null, a list or a mapping, not datetime.date(2020, 1, 1)"],
    ),
    (
        BODY_1,
        "{model: {functional",
        "{model: {functionl",
        ["8: unknown key 'functionl'; did you mean 'functional'?"],
    ),
    (BODY_1, "tf.square(p)", "tf.square(x)", ["8: unknown name 'x'; known: copy, json, np, os, p, pickle, sys, tf"]),
    (BODY_1, "outputs: q", "outputs: x", ["8: unknown tensor 'x'; known: p, q"]),
    (
        BODY_1,
        "{q: tf.square(p)}, outputs: q",
        "{x: tf.square(p)}, outputs: x",
        ["8: the name 'x' is taken: call it something else in the model"],
    ),
    (
        BODY_1,
        "at: load",
        "at: save",
        ["15: must be the last stage of the case: its stages are build, call, build, call, compile, save, load"],
    ),
    (
        BODY_1,
        "at: load",
        "at: check",
        ["15: 'check' is not one of the known words; known: build, call, compile, fit, load, plot, save"],
    ),
    (BODY_1, "part[0].shape", "parts[0].shape", ["14: unknown name 'parts'; did you mean 'part'?"]),
    (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: null\n", ["13: must be a mapping, not empty"]),
    (BODY_1, BODY_1[BODY_1.index("expect:") :], "expect: {}\n", ["13: no expectations: add at least one"]),
    (
        BODY_2,
        "at: plot",
        "at: fit",
        ["11: the case has no such stage: its stages are build, call, load, plot, call"],
    ),
    (
        BODY_2,
        "category: FutureWarning",
        "category: tf.errors.NotFoundError",
        ["11: must be a warning such as UserWarning, not 'tf.errors.NotFoundError'"],
    ),
]
