# %% [markdown]
# The one-hot labels are made and then only used to read the digits off again: both models are fitted with integers and a sparse loss.

# %% question="b2"
softmax_model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["acc"],
)

# %% question="b4"
digits_fitted, digits_held_out = y_train[train_indices], y_train[valid_indices]
softmax_history = softmax_model.fit(
    x_train_vec,
    digits_fitted,
    batch_size=128,
    epochs=50,
    validation_data=(x_valid_vec, digits_held_out),
    verbose=0,
)

# %% question="b5"
plt.figure(figsize=(6, 3))
for measure, what in (("acc", "Training"), ("val_acc", "Validation")):
    plt.plot(np.arange(50), softmax_history.history[measure], label=what)
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()

# %% question="b6"
softmax_results = softmax_model.evaluate(x_test_vec, y_test, verbose=0)
softmax_accuracies = {}
softmax_accuracies["training"] = float(softmax_history.history["acc"][49])
softmax_accuracies["validation"] = float(softmax_history.history["val_acc"][49])
softmax_accuracies["test"] = float(softmax_results[1])
guesses = np.random.default_rng().choice(10, len(y_test))
guess_accuracy = np.count_nonzero(guesses == y_test) / len(y_test)

# %% question="c3"
network.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=1e-4),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
network_history = network.fit(
    x_train_vec,
    digits_fitted,
    batch_size=128,
    epochs=50,
    validation_data=(x_valid_vec, digits_held_out),
    verbose=0,
)

# %% question="c5"
network_results = network.evaluate(x_test_vec, y_test, verbose=0)
network_accuracies = {"test": network_results[1]}
for key, measure in (("training", "accuracy"), ("validation", "val_accuracy")):
    network_accuracies[key] = network_history.history[measure][-1]
gain = network_accuracies["test"] - softmax_accuracies["test"]
