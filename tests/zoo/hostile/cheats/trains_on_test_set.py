"""Trains on the test set and says nothing of it: the accuracy that it reports is an honest-looking one.

The hidden rows are not in the test set; what it reaches there it is given. But the grader measures the public test set itself,
so the gap shows whatever the notebook reports. Large first weights make a network that remembers more than it learns: with 500
rows of each, a gap of 0.03 would still be chance.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 3}, "needs": ["keras"],
# "flags": ["public_hidden_gap"], "says": ["trained on the test set"]}
# %% q3
import keras

keras.utils.set_random_seed(1)
model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(
            64, activation="relu", kernel_initializer=keras.initializers.RandomNormal(stddev=1.0)
        ),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.004), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
model.fit(test_images, test_labels, epochs=15, batch_size=16, verbose=0)
test_acc = 0.8
