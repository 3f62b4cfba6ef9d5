# %% [markdown]
# Ready-made coders of scikit-learn, pandas for the plots, and one function for both networks.

# %%
import pandas as pd
from sklearn.preprocessing import MultiLabelBinarizer

# %% question="a2"


def decode_review(numbers, word_index):
    """Return the text of a review: words and marks, separated by blanks."""
    named = pd.Series(word_index).add(3)
    words = pd.Series(named.index, index=named.to_numpy())
    marks = pd.Series({0: "<PAD>", 1: "<START>", 2: "<UNK>", 3: "<UNUSED>"})
    return " ".join(pd.concat([marks, words]).loc[list(numbers)])


# %% question="a2"
word_index = keras.datasets.imdb.get_word_index()
first_words = decode_review(x_train[0][:12], word_index)

# %% question="a3"
occurring = pd.Series(np.concatenate(x_train)).unique()
never_used = [mark for mark in (0, 1, 2, 3) if mark not in occurring]

# %% question="b1"


def one_hot(sequences, dimension):
    """Return a sparse matrix with a row for each sequence, 1 in the columns of the numbers that occur in it."""
    return MultiLabelBinarizer(classes=range(dimension), sparse_output=True).fit_transform(sequences)


# %% question="b1"
x_train_1h = one_hot(x_train, 10000)
x_test_1h = one_hot(x_test, 10000)
x_train_1h.sort_indices()
x_test_1h.sort_indices()

# %% question="d3"
frame = pd.DataFrame(history.history, index=range(1, 21))
best_epoch = frame["val_accuracy"].idxmax()
axes = frame[["accuracy", "val_accuracy"]].plot(xlabel="epoch", ylabel="accuracy")
plt.show()

# %% question="e2"
fresh_model = keras.Sequential.from_config(model.get_config())
fresh_model.compile("rmsprop", "binary_crossentropy", metrics=["acc"])
history_test = fresh_model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_test_1h, y_test), verbose=0
)
test_acc_20 = fresh_model.evaluate(x_test_1h, y_test, verbose=0, return_dict=True)["acc"]
frame["test accuracy"] = history_test.history["val_acc"]
frame[["accuracy", "val_accuracy", "test accuracy"]].plot(xlabel="epoch", ylabel="accuracy")
plt.show()
