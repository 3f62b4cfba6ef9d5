# %% [markdown]
# Networks are built with the functional API, one-hot labels come from comparing numbers, and a random generator of its own draws the split.

# %% question="a1"
training, testing = keras.datasets.mnist.load_data()
x_train, y_train = training
x_test, y_test = testing
print(x_train.shape, y_train.shape, x_test.shape, y_test.shape)
plt.imshow(np.vstack([np.hstack(x_train[5 * row : 5 * row + 5]) for row in range(5)]), cmap="gray")

# %% question="a2"
x_train_vec = np.stack([image.flatten() for image in x_train])
x_test_vec = np.stack([image.ravel() for image in x_test])


# %% question="a3"
def to_one_hot(labels, dimension=10):
    """Compare each label with each column."""
    return (np.asarray(labels)[:, None] == np.arange(dimension)).astype("float32")


# %% question="a3"
y_train_vec, y_test_vec = to_one_hot(y_train), to_one_hot(y_test)

# %% question="a4"
shuffled = np.random.default_rng(5).permutation(len(x_train_vec))
valid_indices, train_indices = np.split(shuffled, [round(len(shuffled) / 6)])
x_valid_vec, y_valid_vec = np.take(x_train_vec, valid_indices, axis=0), y_train_vec[valid_indices, :]
x_train_vec, y_train_vec = np.take(x_train_vec, train_indices, axis=0), y_train_vec[train_indices, :]

# %% question="b1"
pixels = keras.Input(shape=(784,), name="pixels")
scores = layers.Dense(10, activation="softmax", name="scores")(pixels)
softmax_model = keras.Model(pixels, scores)

# %% question="b5"
figure, axis = plt.subplots()
for measure, values in softmax_history.history.items():
    if "loss" not in measure:
        axis.plot(values, label=measure)
axis.set(xlabel="epochs done", ylabel="share that is right")
axis.legend(loc="lower right")
figure

# %% question="b7"
layer = softmax_model.layers[-1]
W = np.transpose(keras.ops.convert_to_numpy(layer.kernel))
b = keras.ops.convert_to_numpy(layer.bias)
z = np.array([np.dot(W[k], x_test_vec[0]) + b[k] for k in range(10)], dtype="float64")
by_hand = [float(1 / np.exp(z - z[k]).sum()) for k in range(10)]
by_keras = softmax_model.predict(x_test_vec[[0]], verbose=0)

# %% question="c1"
pixels = keras.Input(shape=(784,))
features = layers.Dense(500, activation=keras.activations.relu)(pixels)
features = layers.Dense(500, activation=keras.activations.relu)(features)
network = keras.Model(pixels, layers.Dense(10, activation="softmax")(features))


# %% question="c2"
def parameter_shapes(d1, d2):
    """Go from layer to layer."""
    sizes = [784, d1, d2, 10]
    shapes = {}
    for number in range(3):
        shapes[f"W{number}"] = (sizes[number + 1], sizes[number])
        shapes[f"b{number}"] = (sizes[number + 1],)
    return shapes


def parameter_count(d1, d2):
    """Count layer by layer."""
    return 785 * d1 + (d1 + 1) * d2 + (d2 + 1) * 10


# %% question="c6"
predicted_digits = [int(np.argmax(row)) for row in network.predict(x_test_vec, verbose=0)]
