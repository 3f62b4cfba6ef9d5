# %% [markdown]
# Column-first and coordinate forms, whole-number types, masks, and labels as one column.

# %% question="b1"


def one_hot(sequences, dimension):
    """Return a sparse matrix with a row for each sequence, 1 in the columns of the numbers that occur in it."""
    pairs = np.unique([[row, word] for row, one in enumerate(sequences) for word in set(one)], axis=0)
    ones = np.ones(len(pairs), dtype=np.int8)
    return scipy.sparse.coo_matrix(
        (ones, (pairs[:, 0], pairs[:, 1])), shape=(len(sequences), dimension)
    ).tocsc()


# %% question="b1"
x_train_1h, x_test_1h = one_hot(x_train, 10000), one_hot(x_test, 10000)

# %% question="b2"
share_nonzero = x_train_1h.sum() / (x_train_1h.shape[0] * x_train_1h.shape[1])
sparse_mb = (x_train_1h.data.nbytes + x_train_1h.indices.nbytes + x_train_1h.indptr.nbytes) / 1_000_000
dense_mb = x_train_1h.shape[0] * x_train_1h.shape[1] * x_train_1h.data.itemsize / 1_000_000

# %% question="b3"
shuffled = np.random.default_rng().permutation(len(y_train))
validates = np.isin(np.arange(len(y_train)), shuffled[-2000:])
rows = x_train_1h.tocsr().astype("float32")
x_val, x_fit = rows[validates], rows[np.logical_not(validates)]
y_val, y_fit = y_train[validates].reshape(-1, 1), y_train[np.logical_not(validates)].reshape(-1, 1)

# %% question="c1"
lambdas = np.exp(np.linspace(np.log(0.03), np.log(0.0001), 10))
path = [
    LogisticRegression(
        penalty="l1", solver="liblinear", C=1 / len(y_fit) / value, intercept_scaling=10, random_state=1
    ).fit(x_fit, y_fit.ravel())
    for value in lambdas
]
lasso_accuracy = [one.score(x_val, y_val.ravel()) for one in path]
words_used = [len(np.flatnonzero(one.coef_[0])) for one in path]

# %% question="c3"
chosen_model = path[int(np.argmax(lasso_accuracy))]
best_lambda = lambdas[int(np.argmax(lasso_accuracy))]
coefficients, intercept = chosen_model.coef_, chosen_model.intercept_
lasso_test_accuracy = (chosen_model.predict(x_test_1h) == y_test).mean()

# %% question="e1"
test_rows = x_test_1h.tocsr().astype("float32")
history_again = model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(test_rows, y_test.reshape(-1, 1)), verbose=0
)
first_epoch, last_epoch = 21, 40

# %% question="e2"
fresh_model = keras.Sequential([keras.Input((10000,))])
for _ in range(2):
    fresh_model.add(layers.Dense(16, activation=keras.activations.relu))
fresh_model.add(layers.Dense(1, activation="sigmoid"))
fresh_model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
history_test = fresh_model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(test_rows, y_test), verbose=0
)
test_acc_20 = round(history_test.history["val_accuracy"][-1], 4)
steps = range(1, 21)
plt.plot(
    steps,
    history.history["accuracy"],
    steps,
    history.history["val_accuracy"],
    steps,
    history_test.history["val_accuracy"],
)
plt.legend(["training", "validation", "test"])
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.show()
