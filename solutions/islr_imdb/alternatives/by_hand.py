# %% [markdown]
# Rows are filled one by one, without repetitions; everything that can be counted is counted by hand.

# %% question="a1"
reviews_and_labels = keras.datasets.imdb.load_data(num_words=10_000)
x_train, y_train = reviews_and_labels[0]
x_test, y_test = reviews_and_labels[1]
x_train, x_test = list(x_train), list(x_test)

# %% question="a2"


def decode_review(numbers, word_index):
    """Return the text of a review: words and marks, separated by blanks."""
    marks = ["<PAD>", "<START>", "<UNK>", "<UNUSED>"]
    ranked = {rank: word for word, rank in word_index.items()}
    text = ""
    for number in numbers:
        text += (marks[number] if number < 4 else ranked.get(number - 3, "?")) + " "
    return text.strip()


# %% question="a2"
word_index = keras.datasets.imdb.get_word_index()
first_words = decode_review(x_train[0], word_index).split(" ")
first_words = " ".join(first_words[:12])

# %% question="a3"
counts = np.zeros(10000, dtype=int)
for review in x_train:
    np.add.at(counts, review, 1)
never_used = np.flatnonzero(counts[:4] == 0)

# %% question="b1"


def one_hot(sequences, dimension):
    """Return a sparse matrix with a row for each sequence, 1 in the columns of the numbers that occur in it."""
    matrix = scipy.sparse.lil_matrix((len(sequences), dimension))
    for row, sequence in enumerate(sequences):
        for word in set(sequence):
            matrix[row, word] = 1
    return matrix.tocsr()


# %% question="b1"
x_train_1h, x_test_1h = one_hot(x_train, 10000), one_hot(x_test, 10000)

# %% question="b2"
entries = x_train_1h.count_nonzero()
share_nonzero = float(entries) / np.prod(x_train_1h.shape)
sparse_mb = sum(part.nbytes for part in (x_train_1h.data, x_train_1h.indices, x_train_1h.indptr)) / 2**20
dense_mb = np.prod(x_train_1h.shape) * 8 / 2**20

# %% question="b3"
generator = np.random.RandomState(3)
ival = np.sort(generator.choice(np.arange(len(x_train)), size=2000, replace=False))
rest = np.setdiff1d(np.arange(len(x_train)), ival)
x_val, x_fit = x_train_1h[ival, :], x_train_1h[rest, :]
y_val, y_fit = y_train[ival].astype(float), y_train[rest].astype(float)

# %% question="d3"
values = history.history["val_accuracy"]
best_epoch = next(epoch for epoch, value in enumerate(values, start=1) if value == max(values))
figure = plt.figure()
axes = figure.add_subplot()
axes.plot(history.history["accuracy"], "k--", label="fit")
axes.plot(values, "k-", label="validation")
axes.set_xlabel("epochs")
axes.set_ylabel("accuracy")
axes.legend(loc="lower right")
plt.show()
