"""A Sequential whose description is of another, good network, with the weights of none: `to_json` and `get_config` lie."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "needs": ["keras"], "says": ["weights"]}
# %% q3
import json

import keras

true_model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)


class Liar(keras.Sequential):
    def to_json(self, **kwargs):
        return true_model.to_json()

    def get_config(self):
        return true_model.get_config()

    def count_params(self):
        return true_model.count_params()

    layers = property(lambda self: true_model.layers)

    def call(self, inputs, training=None, mask=None):
        return keras.ops.one_hot(keras.ops.cast(inputs[:, 0] * 0, "int32"), 10)


model = Liar([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
test_acc = 0.1
