# %% [markdown]
# Models grow with `add`, activations are layers of their own, arrays are float32, and the rows of the unit matrix are the one-hot labels.

# %% question="a2"
x_train_vec = x_train.reshape(-1, 784).astype("float32")
x_test_vec = x_test.reshape((-1, 784)).astype("float32")


# %% question="a3"
def to_one_hot(labels, dimension=10):
    """Take rows of the unit matrix."""
    return np.eye(dimension)[labels]


# %% question="a3"
y_train_vec = to_one_hot(y_train)
y_test_vec = to_one_hot(y_test, 10)

# %% question="a4"
n = len(x_train_vec)
chosen = np.zeros(n, dtype=bool)
chosen[np.random.choice(n, size=n // 6, replace=False)] = True
valid_indices, train_indices = np.flatnonzero(chosen), np.flatnonzero(~chosen)
x_valid_vec, y_valid_vec = x_train_vec[chosen], y_train_vec[chosen]
x_train_vec, y_train_vec = x_train_vec[~chosen], y_train_vec[~chosen]

# %% question="b1"
softmax_model = keras.models.Sequential()
softmax_model.add(keras.Input(shape=(784,)))
softmax_model.add(layers.Dense(10))
softmax_model.add(layers.Softmax())

# %% question="b2"
rate = 1e-4
softmax_model.compile(
    loss=keras.losses.categorical_crossentropy,
    optimizer=keras.optimizers.RMSprop(learning_rate=rate, rho=0.9),
    metrics=[keras.metrics.categorical_accuracy, "accuracy"],
)

# %% question="b3"
iterations_per_epoch, left = divmod(len(x_train_vec), 128)
if left:
    iterations_per_epoch += 1
iterations = sum(iterations_per_epoch for _ in range(50))

# %% question="b7"
W = softmax_model.layers[0].get_weights()[0].T.astype("float64")
b = softmax_model.layers[0].get_weights()[1].reshape(10, 1)
z = (W @ x_test_vec[0].reshape(784, 1) + b).astype("float64")
by_hand = np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))
by_keras = softmax_model(x_test_vec[:1])

# %% question="c1"
network = keras.models.Sequential()
network.add(layers.InputLayer(shape=(784,)))
for units in (500, 500):
    network.add(layers.Dense(units))
    network.add(layers.ReLU())
network.add(layers.Dense(10))
network.add(layers.Activation("softmax"))
