"""Keras models, histories and tensors as evidence. One process imports Keras for the whole file."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

SETUP = """
import os, random
import numpy as np
np.random.seed(5); random.seed(5)
import keras, tensorflow as tf
from keras import layers, losses
own_seed_kept = (float(np.random.rand()), random.random())
import functools
tf.config.set_visible_devices(tf.config.list_physical_devices("CPU"), "CPU")
tf.config.set_visible_devices([], "GPU")
"""
SPELLINGS = {
    "'categorical_crossentropy'": ("categorical_crossentropy", False),
    "'CategoricalCrossentropy'": ("categorical_crossentropy", False),
    "losses.categorical_crossentropy": ("categorical_crossentropy", False),
    "losses.CategoricalCrossentropy(from_logits=True)": ("categorical_crossentropy", True),
    "losses.SparseCategoricalCrossentropy()": ("sparse_categorical_crossentropy", False),
    "functools.partial(losses.binary_crossentropy, from_logits=True)": ("binary_crossentropy", True),
    "{'class_name': 'BinaryCrossentropy', 'config': {'from_logits': True}}": ("binary_crossentropy", True),
    "['bce']": ("binary_crossentropy", False),
    "'mse'": ("mean_squared_error", False),
    "losses.MeanSquaredError()": ("mean_squared_error", False),
    "losses.MeanAbsoluteError": ("mean_absolute_error", False),
    "'MAE'": ("mean_absolute_error", False),
    "'kld'": ("kl_divergence", False),
    "my_loss": ("custom:my_loss", False),
    "lambda y, p: p": ("custom:<lambda>", False),
    "MyLoss()": ("custom:MyLoss", False),
}
METRICS = (
    "['acc', 'Accuracy', keras.metrics.CategoricalAccuracy(name='zz'), keras.metrics.SparseCategoricalAccuracy,"
    " keras.metrics.binary_accuracy, 'mae', keras.metrics.AUC(), my_loss]"
)
MODELS = f"""
def my_loss(y, p): return p
class MyLoss(losses.Loss):
    def call(self, y, p): return p
def compiled(loss, optimizer="rmsprop", metrics=None):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile(loss=loss, optimizer=optimizer, metrics=metrics)
    return model
{"".join(f"loss_{index} = compiled({spelling})" + chr(10) for index, spelling in enumerate(SPELLINGS))}
measured = compiled("mse", keras.optimizers.SGD(0.03), {METRICS})
scheduled = compiled("mse", keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)))
bare = keras.Sequential([layers.Dense(3)])
"""
TRAINING = """
x = np.random.rand(64, 4).astype("float32"); y = np.eye(3)[np.random.randint(0, 3, 64)]
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")])
net.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
history = net.fit(x, y, epochs=2, batch_size=16, validation_split=0.25)
weights = [np.array(w) for w in net.weights]
first_weights = weights[0]
constant, variable, half = tf.constant([[1.0, 2.0]]), tf.Variable([1, 2]), tf.constant([1.5], dtype=tf.bfloat16)
keras_variable, large, words = net.weights[0], tf.ones((3000, 2000)), tf.constant(["a"])
@tf.function
def double(x): return x * 2
class Custom(keras.Model):
    def __init__(self): super().__init__(); self.dense = layers.Dense(2)
    def call(self, x): return self.dense(x)
    def get_config(self): raise NotImplementedError("no config")
custom = Custom(); custom(x)
unfinished = Custom.__new__(Custom)
(digits, _), _ = keras.datasets.mnist.load_data()
def predict_shape(rows): return net.predict(np.array(rows), verbose=0)
"""
MODEL_NAMES = [f"loss_{index}" for index in range(len(SPELLINGS))] + ["measured", "scheduled", "bare"]
TRAINED_NAMES = [
    *(
        "net",
        "history",
        "constant",
        "variable",
        "half",
        "keras_variable",
        "large",
        "words",
        "double",
        "custom",
    ),
    *("unfinished", "predict_shape", "first_weights", "own_seed_kept", "digits"),
]


@pytest.fixture
def run(run_kernel):
    return run_kernel


def test_keras_models_histories_and_tensors_become_evidence(run, tmp_path):
    data = tmp_path / "data"
    (data / "mnist").mkdir(parents=True)
    (data / "mnist" / "facts.json").write_text("{}")
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.save(
            data / "mnist" / f"{name}.npy", np.full((3, 28, 28) if name[0] == "x" else (3,), 7, dtype="uint8")
        )
    plan = {
        "a1": {"names": MODEL_NAMES},
        "b1": {
            "names": TRAINED_NAMES,
            "probes": {"double": [[[3], {}]], "predict_shape": [[[[[0.0, 0.0, 0.0, 0.0]]], {}]]},
        },
    }
    done = run(SETUP, MODELS, TRAINING, plan=plan, ends={1: ["a1"], 2: ["b1"]}, data=data)
    assert done.statuses() == ["ok", "ok", "ok"], done.outputs(2)
    _check_compile_facts(done.items("a1"))
    _check_trained_model(done, done.items("b1"))
    _check_tensors(done, done.items("b1"))
    _check_odd_models(done.items("b1"))
    devices = done.devices()
    assert devices["trained"] is True and devices["backend"] == "tensorflow" and devices["gpus"] == []
    assert devices["hiding_calls"] == ["tf.config.set_visible_devices([], 'GPU')"]
    assert "Epoch 2/2" in done.text(2) and len(done.text(2)) < 1500
    kept = done.items("b1")["own_seed_kept"]["value"]
    np.random.seed(5)
    assert kept[0] == np.random.rand()


def _check_compile_facts(items):
    for index, (spelling, (loss, from_logits)) in enumerate(SPELLINGS.items()):
        facts = items[f"loss_{index}"]["compile"]
        assert (facts["loss"], facts["from_logits"]) == (loss, from_logits), spelling
        assert (facts["optimizer"], facts["learning_rate"]) == ("RMSprop", 0.001)
        assert items[f"loss_{index}"]["architecture"], spelling
    measured = items["measured"]["compile"]
    assert measured["metrics"] == ["accuracy"] * 5 + ["mae", "auc", "my_loss"]
    assert (measured["optimizer"], measured["learning_rate"]) == ("SGD", 0.03)
    assert items["scheduled"]["compile"]["learning_rate"] == 0.1
    bare = items["bare"]
    assert (
        not bare["built"] and bare["weights"] is None and bare["compile"] is None and bare["iterations"] == 0
    )
    assert "never built" in bare["problem"]


def _check_trained_model(done, items):
    net = items["net"]
    assert (net["class"], net["built"], net["backend"], net["problem"]) == (
        "Sequential",
        True,
        "tensorflow",
        None,
    )
    assert net["claimed"] == {"count_params": 67} and net["iterations"] == 6
    architecture = json.loads(done.file(net, "architecture").read_text())
    assert [layer["class_name"] for layer in architecture["config"]["layers"]] == [
        "InputLayer",
        "Dense",
        "Dense",
    ]
    weights = load_file(done.file(net, "weights"))
    assert list(weights) == ["w000", "w001", "w002", "w003"]
    assert [tensor.shape for tensor in weights.values()] == [(4, 8), (8,), (8, 3), (3,)]
    assert np.array_equal(weights["w000"], done.array(items["first_weights"]))
    history = items["history"]
    assert set(history["history"]) == {"accuracy", "loss", "val_accuracy", "val_loss"} and history[
        "epoch"
    ] == [0, 1]


def _check_tensors(done, items):
    assert done.array(items["constant"]).tolist() == [[1, 2]] and items["constant"]["dtype"] == "float32"
    assert done.array(items["variable"]).tolist() == [1, 2]
    assert items["half"]["dtype"] == "bfloat16" and items["half"]["mean"] == 1.5
    assert items["keras_variable"]["shape"] == [4, 8]
    assert items["large"]["stored"] == "rows" and items["large"]["nonzero"] == 6_000_000
    assert items["digits"]["shape"] == [3, 28, 28] and items["digits"]["mean"] == 7
    assert items["words"]["kind"] == "unsupported"
    assert items["double"]["results"][0]["item"]["max"] == 6
    assert items["predict_shape"]["results"][0]["item"]["shape"] == [1, 3]


def _check_odd_models(items):
    custom = items["custom"]
    assert custom["kind"] == "model" and custom["architecture"] is None and custom["weights"]
    assert "no config" in custom["problem"]
    assert items["unfinished"]["kind"] == "model" and items["unfinished"]["weights"] is None


def test_training_is_noticed_even_when_the_model_is_gone_and_runs_repeat(run):
    source = """
import keras
first = keras.random.uniform(())
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer="sgd"); h = model.fit(keras.ops.ones((4, 2)), keras.ops.ones((4, 1)), verbose=0)
"""
    runs = [run(source, "del model, h", keep="first") for _ in range(2)]
    assert runs[0].devices()["trained"] is True
    assert runs[0].items() == runs[1].items()
