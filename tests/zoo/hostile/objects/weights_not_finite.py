"""Weights of NaN and infinity, so that comparisons fall on a side of their own and one class wins every row."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "needs": ["keras"], "says": ["NaN"]}
# %% q3
import keras

model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
kernel, bias = model.get_weights()
kernel[:, 3], kernel[0, 4], bias[5] = np.nan, np.inf, -np.inf
model.set_weights([kernel, bias])
test_acc = float("nan")
