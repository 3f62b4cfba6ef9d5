# %% [markdown]
# Arrays are made by hand in small number types: float32 pixels, one-hot labels from the unit matrix, multi-hot rows of bytes.

# %% question="b1"
train, test = keras.datasets.mnist.load_data()
train_images, train_labels = train
test_images, test_labels = test
plt.imshow(train_images[0], cmap="gray")
plt.title(f"a {train_labels[0]}")

# %% question="b4"
train_images = np.stack([image.flatten() for image in train_images]).astype("float32") / np.float32(255)
test_images = test_images.reshape(-1, 784).astype("float32") / np.float32(255)

# %% question="b5"
train_labels = np.eye(10, dtype="float32")[train_labels]
digits = test_labels
test_labels = np.zeros((len(digits), 10))
test_labels[np.arange(len(digits)), digits] = 1


# %% question="c2"
def vectorize_sequences(sequences, dimension=10000):
    """Return the rows as bytes."""
    table = np.zeros((len(sequences), dimension), dtype="uint8")
    for number, sequence in enumerate(sequences):
        for word in sequence:
            table[number, word] = 1
    return table


# %% question="c2"
x_train, x_test = (vectorize_sequences(reviews) for reviews in (train_data, test_data))

# %% question="c3"
y_train = train_labels.astype(float)
y_test = test_labels.astype(float)

# %% question="c6"
held_out = np.arange(len(x_train)) < 10000
x_val, y_val = x_train[held_out], y_train[held_out]
partial_x_train, partial_y_train = x_train[~held_out], y_train[~held_out]
