# %% [markdown]
# The network is built with the functional API from named layers, labels become one-hot by comparing, and NumPy keeps the history.

# %% question="a1"
train, test = keras.datasets.mnist.load_data()
train_images, g_train = train
test_images, g_test = test
num_train_images = train_images.shape[0]
num_test_images = test_images.shape[0]
img_rows = train_images.shape[1]
img_cols = train_images.shape[2]
num_pixels = train_images[0].size
num_classes = len(set(g_train.tolist()))

# %% question="a2"
x_train = train_images.astype("float32")[..., np.newaxis] / 255.0
x_test = test_images.astype("float32")[..., np.newaxis] / 255.0

# %% question="a3"
y_train = (g_train[:, None] == np.arange(num_classes)).astype("float32")
y_test = (g_test[:, None] == np.arange(num_classes)).astype("float32")

# %% question="b1"
pixels = keras.Input(shape=x_train.shape[1:], name="image")
row = layers.Flatten(name="row")(pixels)
hidden = layers.Dense(256, activation="relu", name="hidden")(row)
kept = layers.Dropout(0.5, name="kept")(hidden)
scores = layers.Dense(num_classes, activation="softmax", name="digit")(kept)
model = keras.Model(inputs=pixels, outputs=scores, name="one_hidden_layer")
print("parameters:", model.count_params())

# %% question="c3"
model.save("digits.h5")
model_bytes = len(Path("digits.h5").read_bytes())
np.save("history.npy", history.history, allow_pickle=True)
reloaded = keras.saving.load_model("digits.h5")
reloaded_history = np.load("history.npy", allow_pickle=True).item()
print(np.allclose(model.predict(x_test[:9], verbose=0), reloaded.predict(x_test[:9], verbose=0)))

# %% question="d1"
probabilities = np.concatenate(
    [keras.ops.convert_to_numpy(model(part)) for part in np.array_split(x_test, 20)]
)
predicted_classes = [int(np.argmax(row)) for row in probabilities]

# %% question="d2"
wrong_ones = sum(guess != truth for guess, truth in zip(predicted_classes, g_test, strict=True))
error_by_hand = wrong_ones / num_test_images
accuracy_by_hand = 1 - error_by_hand
results = model.evaluate(x_test, y_test, verbose=0, return_dict=True)

# %% question="d4"
eights_as_twos = [
    place for place in range(num_test_images) if g_test[place] == 8 and predicted_classes[place] == 2
]
first_wrong = next(place for place in range(num_test_images) if g_test[place] != predicted_classes[place])
shown = eights_as_twos[0] if eights_as_twos else first_wrong
plt.imshow(x_test[shown].squeeze())
plt.colorbar()
