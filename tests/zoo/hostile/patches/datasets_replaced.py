"""Replaces `keras.datasets` and the mounted files' readers: later questions would load the student's own data.

The hidden inputs are not loaded here at all, so the model answers as any untrained one.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "needs": ["keras"]}
# %% start
import keras

labels = np.zeros(len(labels), "uint8")
one_row = (np.zeros((1, 28, 28), "uint8"), np.zeros(1, "uint8"))
keras.datasets.mnist.load_data = keras.src.datasets.mnist.load_data = lambda *args: (one_row, one_row)
np.load = np.memmap = lambda *args, **kwargs: np.zeros(1)
test_images, test_labels = np.zeros((1, 784), "float32"), np.zeros(1, "uint8")

# %% q1
HONEST

# %% q2
HONEST

# %% q3
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(test_images, test_labels, verbose=0)
test_acc = 1.0
