# %% [markdown]
# The network ends in raw scores, the loss adds the softmax itself, labels stay integers in the fit, and softmax is applied to what the network predicts.

# %% question="b1"
model = keras.Sequential()
model.add(keras.Input((28, 28, 1)))
model.add(layers.Reshape((28 * 28,)))
model.add(layers.Dense(256))
model.add(layers.ReLU())
model.add(layers.Dropout(rate=0.5))
model.add(layers.Dense(10))

# %% question="b3"
model.compile(
    keras.optimizers.SGD(0.03), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["acc"]
)

# %% question="c1"
history = model.fit(x_train, g_train, 128, 10, validation_split=0.2, verbose=0)

# %% question="c4"
for measure in ("loss", "acc"):
    plt.figure()
    plt.plot(reloaded_history[measure])
    plt.plot(reloaded_history[f"val_{measure}"], "--")
    plt.xlabel("epochs done")
    plt.ylabel(measure)
    plt.legend(["on training images", "on images set apart"])
    plt.show()

# %% question="d1"
scores = reloaded.predict(x_test, verbose=0)
probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
probabilities /= probabilities.sum(axis=1, keepdims=True)
predicted_classes = np.argmax(scores, 1)

# %% question="d2"
error_by_hand = float((predicted_classes != g_test).mean())
accuracy_by_hand = np.count_nonzero(predicted_classes == g_test) / len(g_test)
results = reloaded.evaluate(x_test, g_test, verbose=0)
