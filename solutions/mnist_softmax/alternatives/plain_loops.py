# %% [markdown]
# Plain Python where it will do: loops fill the one-hot rows, shuffle the places and count the iterations, and one function trains both models.


# %% question="a3"
def to_one_hot(labels, dimension=10):
    """Write the rows down one by one."""
    rows = []
    for label in labels:
        row = [0] * dimension
        row[int(label)] = 1
        rows.append(row)
    return np.array(rows)


# %% question="a3"
y_train_vec = to_one_hot(list(y_train))
y_test_vec = to_one_hot(y_test.tolist())

# %% question="a4"
import random

places = list(range(len(x_train_vec)))
random.shuffle(places)
cut = len(places) - len(places) // 6
train_indices, valid_indices = np.array(places[:cut]), np.array(places[cut:])
x_valid_vec = np.array([x_train_vec[place] for place in valid_indices])
y_valid_vec = np.array([y_train_vec[place] for place in valid_indices])
x_train_vec = np.array([x_train_vec[place] for place in train_indices])
y_train_vec = np.array([y_train_vec[place] for place in train_indices])

# %% question="b3"
iterations_per_epoch = len(range(0, len(x_train_vec), 128))
iterations = iterations_per_epoch * 50.0


# %% question="b4"
def trained(model):
    """Train a compiled model as both are trained."""
    return model.fit(
        x=x_train_vec,
        y=y_train_vec,
        validation_data=(x_valid_vec, y_valid_vec),
        validation_batch_size=1000,
        batch_size=128,
        epochs=50,
        verbose=0,
    )


softmax_history = trained(softmax_model)

# %% question="b6"
softmax_results = softmax_model.evaluate(x_test_vec, y_test_vec, batch_size=500, verbose=0)
softmax_accuracies = {"test": softmax_results[-1]}
softmax_accuracies |= {
    "training": softmax_history.history["accuracy"][-1],
    "validation": softmax_history.history["val_accuracy"][-1],
}
guesses = random.choices(range(10), k=len(y_test))  # noqa: S311 - guesses, not secrets
guess_accuracy = sum(guess == digit for guess, digit in zip(guesses, y_test, strict=True)) / len(y_test)


# %% question="c2"
def parameter_shapes(d1, d2):
    """Write the shapes down."""
    return {"W0": [d1, 784], "W1": [d2, d1], "W2": [10, d2], "b0": [d1], "b1": [d2], "b2": [10]}


def parameter_count(d1, d2):
    """Count the matrices and then the vectors."""
    return 784 * d1 + d1 * d2 + d2 * 10 + d1 + d2 + 10


# %% question="c3"
network.compile(keras.optimizers.RMSprop(0.0001), "categorical_crossentropy", metrics=["accuracy"])
network_history = trained(network)
