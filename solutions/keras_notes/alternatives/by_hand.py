# %% [markdown]
# One-hot rows, counts of parameters, choices and comparisons are written out with loops and plain Python; pixels are float32.

# %% question="k2"
x_train = np.stack([image.ravel() for image in x_train]).astype("float32") / np.float32(255)
x_test = np.stack([image.ravel() for image in x_test]).astype("float32") / np.float32(255)

# %% question="k3"
tables = []
for labels in (y_train, y_test):
    columns = {str(digit): (labels == digit).astype(int) for digit in range(10)}
    tables.append(pd.DataFrame(columns))
y_train, y_test = tables

# %% question="k4"
first_five = []
for place in range(5):
    first_five += [name for name in y_train.columns if y_train[name][place] == 1]


# %% question="k6"
def dense_params(inputs, units):
    """Return weights and intercepts of a dense layer."""
    return units * inputs + units


params_1, params_2, params_3 = dense_params(28 * 28, 256), dense_params(256, 128), dense_params(128, 10)
params_dropout = model.layers[1].count_params()
params_total = sum(np.prod(weight.shape) for weight in model.weights)

# %% question="k7"
shape_of_one = list(np.asarray(model(x_test[:1])).shape)
shape_of_five = list(np.asarray(model(x_test[:5])).shape)

# %% question="k10"
device_kind = "GPU" if any(name.startswith("gpu") for name in keras.distribution.list_devices()) else "CPU"

# %% question="k13"
cut = int(0.8 * len(x_train))
results = model.evaluate(x_train[cut:], y_train.values[cut:], verbose=0)
val_loss_now = results[0]
epoch_kept, epoch_best = 1, 1
for epoch, loss in enumerate(history.history["val_loss"], start=1):
    if abs(loss - val_loss_now) < abs(history.history["val_loss"][epoch_kept - 1] - val_loss_now):
        epoch_kept = epoch
    if loss < history.history["val_loss"][epoch_best - 1]:
        epoch_best = epoch

# %% question="k15"
digits = [list(row).index(max(row)) for row in model.predict(x_test, verbose=0)]
first_ten = digits[:10]

plt.figure(figsize=(10, 2))
for place in range(10):
    plt.subplot(1, 10, place + 1)
    plt.imshow(x_test[place].reshape(28, 28))
    plt.title(first_ten[place])
plt.show()
