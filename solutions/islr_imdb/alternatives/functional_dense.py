# %% [markdown]
# Functional models with activations as layers, fitted to ordinary arrays; the split is made by scikit-learn.

# %%
from sklearn.model_selection import train_test_split

# %% question="b3"
x_fit, x_val, y_fit, y_val = train_test_split(
    x_train_1h, y_train, test_size=2000, random_state=7, shuffle=True
)
print(x_fit.shape, x_val.shape)

# %% question="d1"


def network():
    """Return a new compiled network."""
    words = keras.Input((10000,))
    values = words
    for _ in range(2):
        values = layers.Activation("relu")(layers.Dense(16)(values))
    made = keras.Model(words, layers.Activation("sigmoid")(layers.Dense(1)(values)))
    made.compile(
        keras.optimizers.RMSprop(),
        keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.BinaryAccuracy()],
    )
    return made


model = network()

# %% question="d2"
dense_fit, dense_val, dense_test = (part.toarray() for part in (x_fit, x_val, x_test_1h))
history = model.fit(
    dense_fit,
    y_fit.astype("float32"),
    512,
    20,
    validation_data=(dense_val, y_val.astype("float32")),
    verbose=0,
)

# %% question="d3"
pandas_free = history.history
best_epoch = 1 + int(np.argmax(pandas_free["val_binary_accuracy"]))
plt.plot(range(1, 21), pandas_free["binary_accuracy"])
plt.plot(range(1, 21), pandas_free["val_binary_accuracy"])
plt.legend(["fitted", "held out"])
plt.xlabel("epoch")
plt.ylabel("share of reviews judged rightly")
plt.show()

# %% question="e1"
history_again = model.fit(
    dense_fit,
    y_fit,
    batch_size=512,
    initial_epoch=20,
    epochs=40,
    validation_data=(dense_test, y_test),
    verbose=0,
)
first_epoch, last_epoch = history_again.epoch[0] + 1, history_again.epoch[-1] + 1

# %% question="e2"
fresh_model = network()
history_test = fresh_model.fit(
    dense_fit, y_fit, batch_size=512, epochs=20, validation_data=(dense_test, y_test), verbose=0
)
test_acc_20 = fresh_model.evaluate(dense_test, y_test, verbose=0)[1]
for name, fitted, measure in [
    ("fitted", history, "binary_accuracy"),
    ("held out", history, "val_binary_accuracy"),
    ("test", history_test, "val_binary_accuracy"),
]:
    plt.plot(np.arange(20) + 1, fitted.history[measure], label=name)
plt.gca().set(xlabel="epoch", ylabel="accuracy")
plt.legend()
plt.show()
