"""A case of each kind that uses much of its language, for the tests of the kinds and for the test that spoils them."""

from __future__ import annotations

_HEAD = "id: good\nkind: {}\ntitle: Good\n"
BODIES = {
    "model_build": """\
model:
  functional:
    inputs: {left: [4], right: {tf.keras::Input: {shape: [4]}}}
    layers:
      shared: {layers.Dense: {units: 3, kernel_initializer: {initializers.Constant: {value: 0.5}}}}
    tensors:
      a: {apply: shared, to: left, with: {training: false}}
      b: shared(right)
      c: {apply: {model: {sequential: [{layers.Dense: {units: 3, input_shape: [3]}}], name: inside}}, to: b}
      both: {apply: layers.Add, to: [a, c]}
    outputs: [both, a]
  class: [models.Model, engine.training.Model]
  name: two "ways"
compile: {optimizer: {optimizers.Adam: {learning_rate: 0.1}}, loss: [mse, mae], metrics: [mae], loss_weights: [1, 2.0]}
fit:
  inputs: [{ones: [8, 4]}, {random: [8, 4], seed: 1}]
  targets: [{zeros: [8, 3]}, {full: [8, 3], value: 2}]
  epochs: 3
  initial_epoch: 1
  callbacks: [{callbacks.LambdaCallback: {on_epoch_end: {python: "lambda epoch, logs: None"}}}]
evaluate: {inputs: [{ones: [2, 4]}, {ones: [2, 4]}], targets: [{ones: [2, 3]}, {ones: [2, 3]}], batch_size: 2}
predict: [{ones: [2, 4]}, {values: [[1, 2, 3, 4], [5, 6, 7, 8]], dtype: int32}]
copy: get_config
expect:
  layer_names: [left, 'say "x"', 'a\\b']
  output_shape: [[null, 3], [null, 3]]
  loss: falls
  evaluation: [1, 2.5]
  prediction: [{shape: [2, 3], rows_sum_to: 1}, {equals: {full: [2, 3], value: 0.5}, tolerance: 0.1}]
  silent: [len(model.outputs) == 2]
  warns: {at: compile, category: UserWarning, match: 'it''s "so"'}
""",
    "custom_layer": """\
layer:
  base: [layers.Layer, engine.base_layer.Layer]
  register: {utils.register_keras_serializable: {package: cases}}
  arguments: {units: 3, how: {python: "lambda x: x"}}
  sublayers: {inside: {model: {sequential: [{layers.Dense: {units: 4, input_shape: [4]}}]}}}
  weights:
    w: {shape: [input_dim, units], initializer: {initializers.Constant: {value: 0.5}}, trainable: true}
    b: {shape: [units], initializer: zeros, positional_name: true, constraint: {constraints.NonNeg: null}}
  call: how(tf.matmul(inside(inputs), w)) + backend.cast(b, training or 'float32')
  add_loss: tf.reduce_sum(w)
  output_shape: [null, units]
  get_config: true
container: tf.keras::Sequential
followed_by: [layers.Flatten, {model: {subclass: {layers: {d: layers.Flatten}, call: "d(inputs, training=training)"}}}]
compile: {optimizer: sgd, loss: {python: "losses.get('mse')"}, run_eagerly: true}
fit: {inputs: {ones: [2, 4]}, targets: {zeros: [2, 3]}}
input: {ones: [2, 4]}
copy: to_json
expect: {trainable_weights: 2, output: {full: [2, 3], value: 2.0}, silent: ["CustomLayer(4).units == 4"]}
""",
    "plot_model": """\
model: {subclass: {layers: {first: layers.Flatten, second: {layers.Dense: {units: 1}}}, call: second(first(inputs))}}
plot:
  function: [keras::utils.plot_model, utils.plot_model, tf.keras::utils.plot_model]
  file: model.svg
  options: {show_shapes: true, rankdir: LR, layer_range: [first, second]}
hide: [dot, pydot]
expect: {width: [1, 20], height: [2, 2], shows: ['Dense "x"', 'a\\b'], silent: [layers.Dense is not None]}
""",
    "save_load": """\
layer: {base: layers.Layer, call: inputs * 2}
model: {sequential: [{CustomLayer: {input_shape: [4]}}, {layers.Dense: {units: 2}}]}
compile: {optimizer: sgd, loss: mse}
fit: {inputs: {ones: [2, 4]}, targets: {zeros: [2, 2]}}
input: {ones: [3, 4]}
save: {with: models.save_model, file: saved/model.h5, options: {include_optimizer: false}}
load: {with: "tf.keras::models.load_model", options: {custom_objects: {python: "{'CustomLayer': CustomLayer}"}}}
expect:
  files: [saved/model.h5]
  weights: [{ones: [4, 2]}, {zeros: [2]}]
  prediction: {equals: {full: [3, 2], value: 8.0}, rows_sum_to: 16}
  silent: ['restored.name == "a == b"']
""",
    "symbol": """\
symbol: [layers.experimental.Rescaling, layers.Rescaling]
call: {scale: 0.5, offset: [1, 2], how: {Constant: {value: 1}}}
expect:
  is: class
  takes: [scale, offset]
  same_as: tf.keras::layers.Rescaling
  subclass_of: [layers.Layer, engine.base_layer.Layer]
  silent: [made.scale == 0.5]
  warns: {at: call, category: DeprecationWarning, match: old}
""",
    "training": """\
model: {sequential: [{layers.Dense: {units: 1, input_shape: [1]}}]}
compile: {optimizer: {optimizers.SGD: {learning_rate: 0.25}}, loss: {losses.MeanSquaredError: {}}}
train: {by: gradient_tape, inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}, epochs: 2}
evaluate: {inputs: {ones: [1, 1]}, targets: {zeros: [1, 1]}}
predict: {ones: [1, 1]}
expect: {loss: falls, evaluation: 0.5, weights: [{values: [[0.5]]}], tolerance: 0.001, silent: ["losses[0] > 0"]}
""",
    "preprocessing": """\
object: {preprocessing.text.Tokenizer: {num_words: 3, filters: '"\\'}}
methods:
  - fit_on_texts: [["a b b", 'say "x"']]
  - __call__: [{ones: [2]}, [{texts: [[a], [b]]}], {a: {full: [2], value: 1}}, {python: np.zeros(2)}]
  - word_index
expect:
  result: {a: 2, ones: [1], values: 3}
  shape: [2]
  raises: {at: call, type: tf.errors.InvalidArgumentError, match: 'no "such" 😀'}
""".replace("  result: {a: 2, ones: [1], values: 3}\n  shape: [2]\n", "  silent: [made is result]\n"),
    "interop": """\
steps:
  - x: {tf.keras::layers.Input: {shape: [4]}}
  - data: {random: [2, 4]}
  - y: layers.Dense(2, name="keras::not_a_name")(x)
  - network: {model: {functional: {inputs: {p: [4]}, tensors: {q: tf.square(p)}, outputs: q}}}
  - part: data[::-1], tensorflow.python.keras::backend.square(y)
  - network.compile("sgd", "mse")
  - network.save("model.h5")
  - restored: tf.keras::models.load_model("model.h5")
expect:
  silent: ['part[0].shape == (2, 4)', 'type(x).__name__ != "tf.keras::x"']
  raises: {at: load, type: ValueError, match: 'x\\d'}
""",
    "cross_load": """\
write:
  path: tf.keras
  layer: {base: layers.Layer, weights: {w: {shape: [input_dim, 2], initializer: ones}}, call: "tf.matmul(inputs, w)"}
  model: {sequential: [CustomLayer]}
  compile: {optimizer: sgd, loss: mse}
  save: {with: save_weights, file: model.weights.h5, options: {overwrite: true}}
load: {with: load_weights, options: {by_name: true}}
input: {ones: [2, 4]}
expect:
  prediction: {equals: {full: [2, 2], value: 4.0}}
  holds: [len(model.weights) == 1]
""",
    "scenario": """\
model:
  subclass:
    layers: {dense: {layers.Dense: {units: 1}}}
    call: dense(inputs, training=training)
    methods:
      train_step:
        arguments: [data, "*rest", {scale: 2.0}]
        steps:
          - x, y: data
          - with: {tape: tf.GradientTape()}
            steps: [loss: "tf.reduce_mean((y - dense(x)) ** 2)"]
        returns: "{'loss': loss * scale, **{m.name: m.result() for m in self.metrics}}"
      parts: {decorator: property, returns: "[dense]"}
compile: {optimizer: sgd, loss: mse}
steps:
  - Recorder:
      base: [callbacks.Callback, engine.callbacks.Callback]
      register: {utils.register_keras_serializable: {package: cases}}
      arguments: {every: 2}
      attributes: {seen: "[]", part: {layers.Dense: {units: 1}}}
      methods: {on_epoch_end: {arguments: [epoch, {logs: null}], steps: [seen.append(sorted(logs) * every)]}}
  - data: {x: {ones: [2, 4]}, y: {zeros: [2, 1]}}
  - square: {arguments: [x], returns: x ** 2}
  - with: tf.device("cpu:0")
    steps: [{inside: {model: {sequential: [layers.Flatten]}}}, 'inside.compile("sgd", "mse")']
  - {for: {index: range(3)}, steps: [history: 'model.fit(**data, callbacks=[Recorder(index)])']}
  - model.optimizer.lr: 0.5
  - hub: {import: tensorflow_hub}
expect:
  weights: [{zeros: [4, 1]}]
  holds: ['"loss" in history.history', "hub.x not in [square(2)]", len(data) == 2]
  numbers: {model.optimizer.lr: 0.5, "square(np.ones(2))": [1, 1], "data['x']": {ones: [2, 4]}}
  warns: {at: fit, category: UserWarning, match: so}
""",
    "snippet": """\
code: |
  import numpy as np
  from KERAS.utils import to_categorical as c

  # call
  rows = c(np.array([0, 2]), 3)

  # check
  assert rows.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], "KERAS"
""",
}
GOOD = {kind: _HEAD.format(kind) + body for kind, body in BODIES.items()}
FILES = {kind: f"cases/{kind}/good.yaml" for kind in GOOD}
