"""Bad models: the exact sentence, and the line that it names."""

from __future__ import annotations

from tests.cases.bodies.models import BODY_1, BODY_2, BODY_3
from tests.support.written_cases import BadBody

KIND = "model_build"

FAULTS: list[BadBody] = [
    (BODY_1, "to: left", "to: lft", ["12: unknown tensor 'lft'; did you mean 'left'?"]),
    (BODY_1, "to: left", "to: a", ["12: unknown tensor 'a'; known: left, right"]),
    (BODY_1, "to: left", "to: Left", ["12: unknown tensor 'Left'; did you mean 'left'?"]),
    (BODY_1, "to: left", "to: [left, b]", ["12: unknown tensor 'b'; known: left, right"]),
    (
        BODY_1,
        "b: shared(right)",
        "b: shared(both)",
        ["13: unknown name 'both'; known: a, copy, inside, json, left, np, os, pickle, right, shared, sys, tf"],
    ),
    (BODY_1, "b: shared(right)", "b: shard(right)", ["13: unknown name 'shard'; did you mean 'shared'?"]),
    (BODY_1, "b: shared(right)", "b: shared(right", ["13: is not a Python expression: '(' was never closed"]),
    (BODY_1, "apply: shared", "apply: shard", ["12: unknown layer 'shard'; did you mean 'shared'?"]),
    (BODY_1, "apply: shared", "apply: 'Shared x'", ["12: unknown layer 'Shared x'; did you mean 'shared'?"]),
    (BODY_1, "apply: shared", "apply: 'layers.Add x'", ["12: unknown layer 'layers.Add x'; known: inside, shared"]),
    (BODY_1, "apply: shared", "apply: layers.class", ["12: unknown layer 'layers.class'; known: inside, shared"]),
    (BODY_1, "apply: shared", "apply: {}", ["12: must be a name or one name with its arguments, not a mapping"]),
    (BODY_1, "apply: shared, ", "", ["12: missing key 'apply'"]),
    (BODY_1, "outputs: [last, a]", "outputs: lst", ["18: unknown tensor 'lst'; did you mean 'last'?"]),
    (BODY_1, "outputs: [last, a]", "outputs: []", ["18: must be a list with at least one item, not a list"]),
    (
        BODY_1,
        "      b: s",
        "      shared: s",
        [
            "13: the name 'shared' is taken: call it something else",
            "14: unknown tensor 'b'; known: a, left, right, shared",
        ],
    ),
    (
        BODY_1,
        "{left: [4]",
        "{shared: [4]",
        [
            "8: the name 'shared' is taken: call it something else",
            "12: unknown tensor 'left'; known: right, shared",
        ],
    ),
    (
        BODY_1,
        "{left: [4]",
        "{inputs: [4]",
        [
            "6: the name 'inputs' is taken: call it something else",
            "12: unknown tensor 'left'; known: inputs, right",
        ],
    ),
    (
        BODY_1,
        "{left: [4]",
        "{layers: [4]",
        [
            "6: the name 'layers' is taken: call it something else",
            "12: unknown tensor 'left'; known: layers, right",
        ],
    ),
    (
        BODY_1,
        "{left: [4]",
        "{sum: [4]",
        ["6: the name 'sum' is taken: call it something else", "12: unknown tensor 'left'; known: right, sum"],
    ),
    (
        BODY_1,
        "{left: [4]",
        "{re: [4]",
        ["6: the name 're' is taken: call it something else", "12: unknown tensor 'left'; known: re, right"],
    ),
    (BODY_1, "{left: [4]", "{1: [4]", ["6: 1 is not a Python name"]),
    (BODY_1, "{left: [4]", "{left: 4", ["6: must be a list or a mapping, not 4"]),
    (BODY_1, "{left: [4]", "{left: {}", ["6: must be a name or one name with its arguments, not a mapping"]),
    (BODY_1, "with: {training: false}", "with: {class: 1}", ["12: 'class' is not a Python name"]),
    (
        BODY_1,
        "    outputs: [last, a]",
        "    outputs: [last, a]\n  sequential: [layers.Flatten]",
        ["4: needs exactly one of the keys sequential, functional, subclass"],
    ),
    (
        BODY_1,
        'call: "d(inputs',
        'call: "e(inputs',
        ["14: unknown name 'e'; known: copy, d, inputs, json, mask, np, os, pickle, sys, tf, training"],
    ),
    (BODY_1, 'name: a "name"', "name: ''", ["20: must be text, not ''"]),
    (
        BODY_1,
        "class: [models.Model, engine.training.Model]",
        "class: {models.Model: {}}",
        ["19: must be text or a list, not a mapping"],
    ),
    (
        BODY_1,
        'function: {python: "lambda x: x * 2"}',
        'function: {python: "lambda x"}',
        ["16: is not a Python expression: invalid syntax"],
    ),
    (
        BODY_2,
        "{hidden:",
        "{inputs:",
        [
            "6: the name 'inputs' is taken: call it something else",
            "7: unknown name 'hidden'; known: copy, inputs, json, mask, np, os, part, pickle, sys, tf, training",
        ],
    ),
    (
        BODY_2,
        "{hidden:",
        "{tf:",
        [
            "6: the name 'tf' is taken: call it something else",
            "7: unknown name 'hidden'; known: copy, inputs, json, mask, np, os, part, pickle, sys, tf, training",
        ],
    ),
    (
        BODY_2,
        "{hidden:",
        "{backend:",
        [
            "6: the name 'backend' is taken: call it something else",
            "7: unknown name 'hidden'"
            "; known: backend, copy, inputs, json, mask, np, os, part, pickle, sys, tf, training",
        ],
    ),
    (BODY_2, "(hidden(", "(hiden(", ["7: unknown name 'hiden'; did you mean 'hidden'?"]),
    (
        BODY_2,
        "    call: part",
        "    cal: part",
        ["7: unknown key 'cal'; did you mean 'call'?", "5: missing key 'call'"],
    ),
    (
        BODY_2,
        "call: part(hidden(inputs), training=training), tf.shape(inputs)",
        "call: null",
        ["7: must be a line of Python, not empty"],
    ),
    (
        BODY_2,
        "{model: {sequential: [layers.Flatten]}}",
        "{model: {}}",
        ["6: needs exactly one of the keys sequential, functional, subclass"],
    ),
    (BODY_2, "{model: {sequential: [layers.Flatten]}}", "{model: null}", ["6: must be a mapping, not empty"]),
    (BODY_3, "    - layers.Flatten", "    - []", ["6: must be a name or one name with its arguments, not a list"]),
    (BODY_3, "outputs: x}", "outputs: y}", ["7: unknown tensor 'y'; known: x"]),
    (
        BODY_3,
        BODY_3[BODY_3.index("  sequential:") :],
        "  {}\nexpect: {parameters: 1}\n",
        ["4: needs exactly one of the keys sequential, functional, subclass"],
    ),
    (
        BODY_3,
        BODY_3[BODY_3.index("  sequential:") :],
        "  sequential: []\nexpect: {parameters: 1}\n",
        ["5: must be a list with at least one item, not a list"],
    ),
    (
        BODY_3,
        BODY_3[BODY_3.index("  sequential:") :],
        "  sequencial: [layers.Flatten]\nexpect: {parameters: 1}\n",
        ["5: unknown key 'sequencial'; did you mean 'sequential'?"],
    ),
]
