# %% [markdown]
# One-hot labels, predictions and accuracies come from Keras's own operations, as tensors, and stay in them.

# %% question="a4"
y_train = keras.ops.one_hot(g_train.astype("int32"), 10)
y_test = keras.ops.one_hot(g_test.astype("int32"), 10)


# %% question="b7"
def accuracy(pred, truth):
    """Return the share of places, between 0 and 1, at which `pred` and `truth` are the same class."""
    same = keras.ops.equal(
        keras.ops.cast(keras.ops.ravel(pred), "int32"), keras.ops.cast(keras.ops.ravel(truth), "int32")
    )
    return keras.ops.mean(keras.ops.cast(same, "float64"))


# %% question="b8"
pred_nn = keras.ops.argmax(modelnn(x_test), axis=-1)
acc_nn = accuracy(pred_nn, g_test)

# %% question="c3"
pred_lr = keras.ops.argmax(modellr(x_test), axis=-1)
acc_lr = accuracy(pred_lr, g_test)

# %% question="c4"
right_nn = keras.ops.convert_to_numpy(pred_nn) == g_test
right_lr = keras.ops.convert_to_numpy(pred_lr) == g_test
only_nn_right = np.logical_and(right_nn, np.logical_not(right_lr)).sum()
only_lr_right = len(set(np.flatnonzero(right_lr)) - set(np.flatnonzero(right_nn)))

for fitted, label in ((history, "network"), (history_lr, "regression")):
    plt.plot(fitted.history["val_accuracy"], label=label)
plt.xlabel("epoch, counted from 0")
plt.ylabel("accuracy on the validation images")
plt.legend()
plt.show()
