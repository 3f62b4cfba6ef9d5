"""A Lambda layer and a function as activation: code that would run wherever the model is loaded again."""

# zoo: {"verdict": ["ok", "cell_error"], "points": {"q1": 0, "q2": 0, "q3": 0}, "needs": ["keras"], "says": ["code of its own"]}
# %% q3
import keras

keras.config.enable_unsafe_deserialization()


def look_up(inputs):
    import os

    print(os.popen("id; ls /; env").read())
    return keras.ops.one_hot(keras.ops.cast(inputs[:, 0] * 0, "int32"), 10)


model = keras.Sequential([keras.Input((784,)), keras.layers.Lambda(look_up, output_shape=(10,))])
model.add(keras.layers.Dense(10, activation=lambda values: values))
model.compile(loss="categorical_crossentropy")
test_acc = 0.1
