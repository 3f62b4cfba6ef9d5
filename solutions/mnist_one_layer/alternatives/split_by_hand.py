# %% [markdown]
# The validation images are a random fifth, chosen by index before the fit, and the counts come from the parts themselves.

# %% question="a2"
x_train = np.expand_dims(np.divide(train_images, 255, dtype="float32"), -1)
x_test = np.expand_dims(np.divide(test_images, 255, dtype="float32"), -1)

# %% question="c1"
order = np.random.default_rng(1).permutation(len(x_train))
held_out, fitted = order[: len(order) // 5], order[len(order) // 5 :]
history = model.fit(
    x_train[fitted],
    y_train[fitted],
    epochs=10,
    batch_size=128,
    validation_data=(x_train[held_out], y_train[held_out]),
    verbose=0,
)

# %% question="c2"
fitted_images = len(fitted)
steps_per_epoch = -(-fitted_images // 128)
updates = int(model.optimizer.iterations)

# %% question="c4"
figure, (left, right) = plt.subplots(2, 1, sharex=True)
for measure, axis in (("loss", left), ("accuracy", right)):
    for prefix in ("", "val_"):
        axis.plot(range(10), reloaded_history[prefix + measure], ".-", label=prefix + measure)
    axis.set_ylabel(measure)
    axis.legend()
right.set_xlabel("epoch")
plt.show()

# %% question="d1"
probabilities = model.predict(x_test, batch_size=1000, verbose=0)
predicted_classes = keras.ops.argmax(probabilities, axis=-1)
predicted_classes = keras.ops.convert_to_numpy(predicted_classes)
