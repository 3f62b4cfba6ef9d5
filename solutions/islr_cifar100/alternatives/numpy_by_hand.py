# %% [markdown]
# Codes labels, counts and accuracy by hand in NumPy, with float64 images.

# %% question="q3"
x_train = np.asarray(x_train, dtype=np.float64) / 255.0
x_test = x_test / 255.0

# %% question="q4"
y_train = np.zeros((len(g_train), 100))
y_train[np.arange(len(g_train)), g_train[:, 0]] = 1

# %% question="q7"
first_conv_params = 32 * 27 + 32
last_conv_params = np.int64(256 * 9 * 128 + 256)
sides = np.array([16, 8, 4, 2])
flat_size = 1024.0

# %% question="q12"
scores = model.predict(x_test, batch_size=256, verbose=0)
predicted = np.argsort(scores, axis=1)[:, -1]
test_acc = (predicted == g_test[:, 0]).sum() / len(g_test)
