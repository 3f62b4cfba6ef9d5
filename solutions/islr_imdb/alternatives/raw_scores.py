# %% [markdown]
# The networks end with raw scores, and the loss is told so; the validation reviews are chosen by a permutation.

# %% question="b3"
order = np.random.permutation(len(y_train))
x_val, y_val = x_train_1h[order[:2000]], y_train[order[:2000]]
x_fit, y_fit = x_train_1h[order[2000:]], y_train[order[2000:]]

# %% question="d1"
model = keras.Sequential(
    [keras.Input((10000,)), layers.Dense(16, "relu"), layers.Dense(16, "relu"), layers.Dense(1)]
)
choices = {
    "optimizer": keras.optimizers.RMSprop(learning_rate=0.001),
    "loss": keras.losses.BinaryCrossentropy(from_logits=True),
}
model.compile(**choices, metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)])

# %% question="e2"
fresh_model = keras.models.clone_model(model)
fresh_model.compile(
    optimizer="rmsprop",
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
)
history_test = fresh_model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_test_1h, y_test), verbose=0
)
judged = fresh_model.predict(x_test_1h, verbose=0)[:, 0] > 0
test_acc_20 = np.mean(judged == (y_test == 1))

figure, axis = plt.subplots()
axis.plot(history.history["accuracy"], label="training")
axis.plot(history.history["val_accuracy"], label="validation")
axis.plot(history_test.history["val_accuracy"], label="test")
axis.set(xlabel="epoch, from 0", ylabel="accuracy")
axis.legend()
plt.show()
