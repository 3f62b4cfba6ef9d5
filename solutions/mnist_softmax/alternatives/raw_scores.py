# %% [markdown]
# Both models end in raw scores and the loss adds the softmax; predictions are turned into probabilities afterwards.

# %% question="b1"
softmax_model = keras.Sequential([keras.Input((784,)), layers.Dense(10)])
softmax_model.summary()

# %% question="b2"
softmax_model.compile(
    keras.optimizers.RMSprop(1e-4),
    keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.CategoricalAccuracy()],
)

# %% question="b4"
softmax_history = softmax_model.fit(
    x_train_vec, y_train_vec, 128, 50, validation_data=[x_valid_vec, y_valid_vec], verbose=0
)

# %% question="b5"
plt.plot(softmax_history.history["categorical_accuracy"], ".")
plt.plot(softmax_history.history["val_categorical_accuracy"])
plt.legend(["training", "validation"])
plt.xlabel("Epochs")
plt.ylabel("Accuracy")
plt.title("Softmax classifier")

# %% question="b6"
softmax_results = softmax_model.evaluate(x_test_vec, y_test_vec, verbose=0, return_dict=True)
softmax_accuracies = {
    "training": softmax_model.evaluate(x_train_vec, y_train_vec, verbose=0)[1],
    "validation": softmax_model.evaluate(x_valid_vec, y_valid_vec, verbose=0)[1],
    "test": softmax_results["categorical_accuracy"],
}
guess_accuracy = 1 / len(np.unique(y_test))

# %% question="b7"
W, b = softmax_model.weights[0].numpy().T, softmax_model.weights[1].numpy()
z = np.matmul(W, x_test_vec[0]) + b
by_hand = keras.ops.softmax(z)
by_keras = keras.ops.softmax(softmax_model.predict(x_test_vec[:1], verbose=0)[0])

# %% question="c1"
network = keras.Sequential([keras.Input((784,)), layers.Dense(500, "relu"), layers.Dense(500, "relu")])
network.add(layers.Dense(10))

# %% question="c3"
network.compile(
    keras.optimizers.RMSprop(1e-4),
    keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
network_history = network.fit(
    x_train_vec, y_train_vec, 128, 50, validation_data=(x_valid_vec, y_valid_vec), verbose=0
)

# %% question="c6"
predicted_digits = np.argmax(network.predict(x_test_vec, verbose=0), -1)
