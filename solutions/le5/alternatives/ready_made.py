# %% [markdown]
# Ready-made helpers do the coding: Keras's one-hot operation, scikit-learn's MultiLabelBinarizer, numpy's split.

# %%
from keras.datasets import imdb, mnist
from sklearn.preprocessing import MultiLabelBinarizer

# %% question="b1"
(train_images, train_labels), (test_images, test_labels) = mnist.load_data()

# %% question="b4"
train_images = (train_images.astype("float64") / 255.0).reshape(train_images.shape[0], -1)
test_images = (test_images.astype("float64") / 255.0).reshape(test_images.shape[0], -1)

# %% question="b5"
train_labels = keras.ops.convert_to_numpy(keras.ops.one_hot(train_labels, 10))
test_labels = keras.ops.one_hot(test_labels, 10)

# %% question="b8"
first_ten = network.predict(test_images[:10], verbose=0).argmax(axis=-1).tolist()

# %% question="c1"
(train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=10_000)


# %% question="c2"
def vectorize_sequences(sequences, dimension=10000):
    """Return the rows as scikit-learn codes them."""
    return MultiLabelBinarizer(classes=range(dimension)).fit_transform(sequences).astype("float32")


x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)

# %% question="c3"
y_train, y_test = np.array(train_labels, dtype=float), np.array(test_labels, dtype=float)

# %% question="c6"
x_val, partial_x_train = np.split(x_train, [10000])
y_val, partial_y_train = np.split(y_train, [10000])
