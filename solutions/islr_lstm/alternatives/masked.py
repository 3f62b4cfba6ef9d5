# %% [markdown]
# The embedding masks the zeros, accuracy has another name, and an evaluation is kept as a dictionary.

# %% question="c1"
model = keras.Sequential(
    [
        keras.layers.Input(shape=(500,)),
        layers.Embedding(10000, 32, mask_zero=True),
        layers.LSTM(32),
        layers.Dense(1, activation="sigmoid"),
    ],
    name="reader",
)

# %% question="c3"
one_hot_entries = x_train_pad.shape[1] * 10000
embedded_shape = [x_train_pad.shape[1], 32]

# %% question="c4"
model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["acc"])

# %% question="d2"
figure, (above, below) = plt.subplots(1, 2)
above.plot(history.epoch, history.history["loss"], history.epoch, history.history["val_loss"])
below.plot(history.epoch, history.history["acc"], history.epoch, history.history["val_acc"])
for axis, name in [(above, "loss"), (below, "accuracy")]:
    axis.set_xlabel("epoch")
    axis.set_ylabel(name)
    axis.legend(["training", "test"])
plt.show()

# %% question="d3"
results = model.evaluate(x_test_pad, y_test, verbose=0, return_dict=True)
print(results["acc"])
