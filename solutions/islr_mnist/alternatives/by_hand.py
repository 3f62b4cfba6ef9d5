# %% [markdown]
# Labels, counts, steps and accuracies are computed with loops and plain Python, and the pixels are float32.

# %% question="a2"
for place in range(25):
    plt.subplot(5, 5, place + 1)
    plt.imshow(x_train[place])
    plt.title(f"this is a {g_train[place]}", fontsize=6)
    plt.xticks([])
    plt.yticks([])
plt.tight_layout()
plt.show()

digit_counts = [0] * 10
for digit in g_train:
    digit_counts[digit] += 1

# %% question="a3"
x_train = np.array([image.flatten() for image in x_train], dtype="float32") / 255
x_test = np.array([image.flatten() for image in x_test], dtype="float32") / 255

# %% question="a4"
y_train = np.zeros((len(g_train), 10), dtype="float32")
y_test = np.zeros((len(g_test), 10), dtype="float32")
for row, digit in enumerate(g_train):
    y_train[row, digit] = 1
for row, digit in enumerate(g_test):
    y_test[row, digit] = 1

# %% question="b4"
held_out = len(x_train) // 5
steps_per_epoch, rest = divmod(len(x_train) - held_out, 128)
if rest:
    steps_per_epoch += 1
steps_in_all = sum(steps_per_epoch for _ in range(15))


# %% question="b7"
def accuracy(pred, truth):
    """Return the share of places, between 0 and 1, at which `pred` and `truth` are the same class."""
    pairs = list(zip(np.ravel(pred), np.ravel(truth), strict=True))
    return sum(one == other for one, other in pairs) / len(pairs)


# %% question="b8"
pred_nn = [int(np.argmax(row)) for row in modelnn.predict(x_test, verbose=0)]
acc_nn = accuracy(pred_nn, g_test)

# %% question="c3"
pred_lr = [int(np.argmax(row)) for row in modellr.predict(x_test, verbose=0)]
acc_lr = accuracy(pred_lr, g_test)

# %% question="c4"
only_nn_right = only_lr_right = 0
for nn, lr, digit in zip(pred_nn, pred_lr, g_test, strict=True):
    if nn == digit != lr:
        only_nn_right += 1
    elif lr == digit != nn:
        only_lr_right += 1

plt.plot(history.epoch, history.history["val_accuracy"], color="black", label="network")
plt.plot(history_lr.epoch, history_lr.history["val_accuracy"], color="red", label="regression")
plt.gca().set_xlabel("epoch, from 0")
plt.gca().set_ylabel("validation accuracy")
plt.legend(loc="lower right")
plt.show()
