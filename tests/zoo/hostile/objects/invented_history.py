"""Makes up what training would have shown: a history of perfect epochs, an accuracy of 1, and no model behind it."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "needs": ["keras"]}
# %% q3
import keras

history = keras.callbacks.History()
history.params = {"epochs": 10**9, "verbose": "<script>"}
history.epoch = list(range(1000))
history.history = {
    "accuracy": [1.0] * 1000,
    "val_accuracy": [float("nan"), float("inf"), -1.0, 10**300, 2**1024 - 1] * 200,
    "<img src=x onerror=alert(1)>": ["\x1b]0;title\x07"] * 10,
    "loss": [0.0],
}
model = history
test_acc = 1.0
print(history.history["accuracy"][-1])
