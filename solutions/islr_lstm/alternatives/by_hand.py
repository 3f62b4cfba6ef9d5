# %% [markdown]
# Rows are filled by hand in whole numbers of 64 bits; median, share and parameters are counted without libraries.

# %% question="a2"
lengths = list(map(len, x_train))
ordered = sorted(lengths)
half = len(ordered) // 2
median_length = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
share_500 = sum(length <= 500 for length in lengths) / len(lengths)

# %% question="b1"


def padded(reviews):
    """Return rows of 500 numbers with zeros in front."""
    rows = np.zeros((len(reviews), 500), dtype="int64")
    for row, review in zip(rows, reviews, strict=True):
        kept = review[-500:]
        row[500 - len(kept) :] = kept
    return rows


x_train_pad, x_test_pad = padded(x_train), padded(x_test)

# %% question="b2"
last_words = x_train_pad[0].tolist()[-11:]
place = lengths.index(max(lengths))
longest_row = x_train_pad[place].tolist()
words_lost = max(lengths) - len(longest_row)

# %% question="c2"
embedding_params = sum(32 for _ in range(10000))
one_gate = sum(32 + 32 + 1 for _ in range(32))
lstm_params = 4 * one_gate
output_params = model.layers[-1].count_params()

# %% question="d2"
figure, (left, right) = plt.subplots(2, 1)
for axis, measure in [(left, "loss"), (right, "accuracy")]:
    axis.plot(history.history[measure], "b", label="Training " + measure)
    axis.plot(history.history["val_" + measure], "r", label="Test " + measure)
    axis.set(xlabel="Epochs", ylabel=measure.title(), title=measure)
    axis.legend()
plt.tight_layout()
plt.show()
