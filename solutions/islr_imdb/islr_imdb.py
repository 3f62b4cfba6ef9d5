# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Classifying movie reviews: a lasso and a network on a sparse matrix
#
# | part | what | points |
# |---|---|---|
# | A | reviews as numbers, and back to words | 1.6 |
# | B | a sparse matrix of which words occur, and a validation set | 2.5 |
# | C | logistic regression with a lasso penalty | 2.2 |
# | D | a network of two hidden layers | 1.5 |
# | E | test accuracy by epoch, and a trap on the way to it | 1.8 |
# | F | which of the two? | 0.4 |
#
# The IMDB set holds 50,000 movie reviews, half for training and half for testing, each with a label: 1 for a positive review,
# 0 for a negative one. Here a review is the set of its words; their order is thrown away. You will see how far that
# goes, once with a linear model and once with a network.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the data sets into your code.** Use `len(...)` or `.shape`: while you try things out, your notebook
# may meet a smaller copy of the same data. The 10,000 words and the 2,000 validation reviews are choices, not sizes: type those.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse
from keras import layers
from sklearn.linear_model import LogisticRegression

keras.utils.set_random_seed(353)

# %% [markdown]
# ## A: Reviews as numbers (1.6 points)

# %% [markdown] question="a1"
# ### Question a1: Load the reviews (0.4 points)
#
# Load IMDB with `keras.datasets.imdb.load_data` into `x_train`, `y_train`, `x_test` and `y_test`. Keep the 10,000 most frequent words
# only (`num_words`): each review becomes a list of numbers from 0 to 9,999. Print the first twelve numbers of the first
# training review, and its label.

# %% question="a1"
# BEGIN SOLUTION
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)

print(len(x_train), "training reviews,", len(x_test), "test reviews")
print(x_train[0][:12], "label", y_train[0])
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: From numbers back to words (0.9 points)
#
# `keras.datasets.imdb.get_word_index()` gives a dictionary from each word to its rank: 1 for the most frequent word, and so on.
# The reviews do not use these ranks as they are. The first four numbers are set aside for marks, so **the word of rank k is written
# as the number k + 3**:
#
# | number | mark | stands for |
# |---|---|---|
# | 0 | `<PAD>` | filling, for reviews that have to be of equal length |
# | 1 | `<START>` | the beginning of a review |
# | 2 | `<UNK>` | a word that is not among those kept |
# | 3 | `<UNUSED>` | nothing |
#
# Load the dictionary into `word_index`. Complete `decode_review`, which turns a list of numbers into one text, its words separated
# by single blanks. It has to use the dictionary that it is given: the grader also tries it with a small one. Then
# decode the first twelve numbers of the first training review and keep the text as `first_words`.
#
# Hint: turn the dictionary around once, from number to word, and add the four marks to it.


# %% question="a2"
def decode_review(numbers, word_index):
    """Return the text of a review: words and marks, separated by blanks."""
    # BEGIN SOLUTION
    words = {rank + 3: word for word, rank in word_index.items()}
    words |= {0: "<PAD>", 1: "<START>", 2: "<UNK>", 3: "<UNUSED>"}
    return " ".join(words[number] for number in numbers)
    # END SOLUTION


# %% question="a2"
# BEGIN SOLUTION
word_index = keras.datasets.imdb.get_word_index()
first_words = decode_review(x_train[0][:12], word_index)

print(first_words)
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: Marks that never occur (0.3 points)
#
# Of the four numbers 0 to 3, some occur in no training review at all. Find out which, by looking through all training
# reviews, and keep them as the list `never_used`. (Before you do: which would you expect, and why?)

# %% question="a3"
# BEGIN SOLUTION
used = set().union(*x_train)
never_used = [number for number in range(4) if number not in used]

print(never_used)  # nothing has been padded yet, and 3 stands for nothing
# END SOLUTION

# %% [markdown]
# ## B: A sparse matrix (2.5 points)

# %% [markdown] question="b1"
# ### Question b1: One-hot rows as a sparse matrix (1.2 points)
#
# Both models below want rows of equal length: one column for each of the 10,000 words, with a 1 where the word occurs in the review
# and 0 elsewhere. A review has about a hundred different words, so nearly everything is 0. A **sparse matrix** stores only
# the entries that are not: their values, and where they stand.
#
# Complete `one_hot`, which returns a matrix of `scipy.sparse` with a row for each sequence and `dimension` columns. Make
# `x_train_1h` and `x_test_1h` with it.
#
# Hint: `scipy.sparse.csr_matrix((values, (rows, columns)), shape=...)` takes three arrays of one length: for each entry its value,
# the number of its row, the number of its column. `np.repeat` and `np.concatenate` make the latter two from the sequences.
# Mind what happens when one place is named twice: its values are **added**. A word that occurs three times must still give a 1.


# %% question="b1"
def one_hot(sequences, dimension):
    """Return a sparse matrix with a row for each sequence, 1 in the columns of the numbers that occur in it."""
    # BEGIN SOLUTION
    lengths = [len(sequence) for sequence in sequences]
    rows = np.repeat(np.arange(len(sequences)), lengths)
    columns = np.concatenate(sequences)
    values = np.ones(len(columns), dtype="float32")
    matrix = scipy.sparse.csr_matrix((values, (rows, columns)), shape=(len(sequences), dimension))
    matrix.data[:] = 1  # a word that occurs more than once was added up
    return matrix
    # END SOLUTION


# %% question="b1"
# BEGIN SOLUTION
x_train_1h = one_hot(x_train, 10000)
x_test_1h = one_hot(x_test, 10000)

print(x_train_1h.shape, x_test_1h.shape, type(x_train_1h).__name__)
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: What sparseness saves (0.4 points)
#
# Compute three numbers for `x_train_1h`:
#
# - `share_nonzero`: the share of its entries that are not zero, between 0 and 1 (`.nnz` counts the stored entries);
# - `sparse_mb`: the megabytes that it takes. Its arrays `.data`, `.indices` and `.indptr` each know their `.nbytes`;
# - `dense_mb`: the megabytes that an ordinary array of the same shape and number type would take.

# %% question="b2"
# BEGIN SOLUTION
rows, columns = x_train_1h.shape
share_nonzero = x_train_1h.nnz / (rows * columns)
sparse_mb = (x_train_1h.data.nbytes + x_train_1h.indices.nbytes + x_train_1h.indptr.nbytes) / 1e6
dense_mb = rows * columns * x_train_1h.dtype.itemsize / 1e6

print(f"{share_nonzero:.5f} of the entries are not zero: {sparse_mb:.0f} MB instead of {dense_mb:.0f} MB")
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: A validation set chosen at random (0.9 points)
#
# Choose 2,000 training reviews at random, none of them twice, and set them apart for validation: `x_val` and `y_val`. All other
# training reviews are what the models are fitted to: `x_fit` and `y_fit`. Take the rows from `x_train_1h`; sparse matrices can
# be indexed by a list of row numbers or by an array of true and false.
#
# Hint: `np.random.default_rng(3).choice(n, size, replace=False)` draws without repetition.

# %% question="b3"
# BEGIN SOLUTION
chosen = np.random.default_rng(3).choice(len(y_train), 2000, replace=False)
held_out = np.zeros(len(y_train), dtype=bool)
held_out[chosen] = True

x_val, y_val = x_train_1h[held_out], y_train[held_out]
x_fit, y_fit = x_train_1h[~held_out], y_train[~held_out]

print(x_val.shape, x_fit.shape)
# END SOLUTION

# %% [markdown]
# ## C: Logistic regression with a lasso penalty (2.2 points)
#
# Logistic regression weighs the words, adds up, and turns the sum into a probability. With 10,000 weights it would learn accidents
# of the training set, so the lasso adds a price to the mean loss: lambda times the sum of the absolute weights. The higher
# lambda, the more weights are exactly 0. One fits a whole path of models, from a high lambda to a low one, and sees on
# the validation set which serves best.

# %% [markdown] question="c1"
# ### Question c1: The path of the lasso (1.1 points)
#
# Let `lambdas` be ten values from 0.03 down to 0.0001, each the same factor below the one before (`np.geomspace`). For each, fit a
# logistic regression with a lasso penalty to `x_fit` and `y_fit`. Keep, in the order of `lambdas`,
#
# - `lasso_accuracy`: the accuracy on the validation set, ten numbers;
# - `words_used`: how many of the 10,000 weights are not zero, ten numbers.
#
# `LogisticRegression(l1_ratio=1, solver="liblinear", C=...)` of scikit-learn is fast on a sparse matrix: seconds for all ten (before
# version 1.8 it was `penalty="l1"` instead of `l1_ratio=1`; a warning about the change does no harm). It writes the price the other way
# round: it makes *the sum of the absolute weights plus C times the **sum** of the losses* small. A small `C` is a strong
# penalty. Work out which `C` means the same as a given lambda on the **mean** loss of `n` reviews. The fitted model
# has `.score(...)` and `.coef_`.

# %% question="c1"
# BEGIN SOLUTION
lambdas = np.geomspace(0.03, 0.0001, 10)
lasso_models = []
for penalty in lambdas:
    lasso = LogisticRegression(l1_ratio=1, solver="liblinear", C=1 / (len(y_fit) * penalty), tol=1e-3)
    lasso_models.append(lasso.fit(x_fit, y_fit))

lasso_accuracy = np.array([lasso.score(x_val, y_val) for lasso in lasso_models])
words_used = np.array([np.count_nonzero(lasso.coef_) for lasso in lasso_models])

for penalty, accuracy, words in zip(lambdas, lasso_accuracy, words_used, strict=True):
    print(f"lambda {penalty:.5f}: {words:5d} words, accuracy {accuracy:.4f}")
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: Accuracy along the path (0.5 points)
#
# Plot `lasso_accuracy` against **minus the natural logarithm of lambda** (`-np.log(lambdas)`), so that the models grow from left to
# right. Label both axes.

# %% question="c2"
# BEGIN SOLUTION
plt.plot(-np.log(lambdas), lasso_accuracy, "o-")
plt.xlabel("-log(lambda)")
plt.ylabel("validation accuracy")
plt.show()
# END SOLUTION

# %% [markdown] question="c3"
# ### Question c3: The best of the path, tested (0.6 points)
#
# Keep the lambda with the highest validation accuracy as `best_lambda`, the weights of that model as `coefficients` (10,000 numbers), its
# `intercept`, and its accuracy on the **test** reviews as `lasso_test_accuracy`. The grader works out for itself how these
# weights do on the test reviews.
#
# Then look at what the model has learned: which words have the largest and the smallest weights? Column j belongs to the
# number j, so `decode_review` tells its word.

# %% question="c3"
# BEGIN SOLUTION
best = int(lasso_accuracy.argmax())
best_lambda = float(lambdas[best])
coefficients = lasso_models[best].coef_[0]
intercept = float(lasso_models[best].intercept_[0])
lasso_test_accuracy = lasso_models[best].score(x_test_1h, y_test)

print(f"lambda {best_lambda:.5f}: test accuracy {lasso_test_accuracy:.4f}")
order = coefficients.argsort()
print("against:", decode_review(order[:8], word_index))
print("for:    ", decode_review(order[::-1][:8], word_index))
# END SOLUTION

# %% [markdown]
# ## D: A network (1.5 points)

# %% [markdown] question="d1"
# ### Question d1: Build and compile it (0.5 points)
#
# Build `model`: 10,000 inputs, two hidden layers of 16 ReLU units each, and one output unit that gives a probability (sigmoid).
# State the input size. Compile it with RMSprop, the cross-entropy of two classes, and accuracy as metric. Print
# a summary, and check its number of parameters by hand: each unit has one weight for each of its inputs, and a bias.

# %% question="d1"
# BEGIN SOLUTION
model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
model.summary()
# END SOLUTION

# %% [markdown] question="d2"
# ### Question d2: Fit it (0.6 points)
#
# Train `model` on `x_fit` and `y_fit` for 20 epochs in batches of 512, with the validation set as validation data. Keep what `fit`
# returns as `history`. Keras takes sparse matrices as they are, if the entries of each row are in order; where `fit` says that they are not,
# `x_fit.sort_indices()` puts them in order (and so for the other matrices).

# %% question="d2"
# BEGIN SOLUTION
history = model.fit(x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_val, y_val), verbose=2)
# END SOLUTION

# %% [markdown] question="d3"
# ### Question d3: Look at the epochs (0.4 points)
#
# Plot training and validation accuracy by epoch as two lines in one plot, with labelled axes and a legend. Keep the epoch with the
# highest validation accuracy as `best_epoch`, counted from 1 and computed from `history`: it differs from run to run.

# %% question="d3"
# BEGIN SOLUTION
epochs = np.arange(1, len(history.epoch) + 1)
best_epoch = int(np.argmax(history.history["val_accuracy"])) + 1

plt.plot(epochs, history.history["accuracy"], label="training")
plt.plot(epochs, history.history["val_accuracy"], label="validation")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()

print("highest validation accuracy after epoch", best_epoch)
# END SOLUTION

# %% [markdown]
# ## E: Test accuracy by epoch (1.8 points)
#
# How did accuracy on the **test** reviews develop over the 20 epochs? `fit` records whatever it is given as validation data, so it
# seems enough to call it again with the test reviews in that place.

# %% [markdown] question="e1"
# ### Question e1: The same fit again (0.5 points)
#
# Do that: call `fit` on **the same** `model` again, without building or compiling anything, for 20 epochs in batches of
# 512 on `x_fit` and `y_fit`, with the test reviews as validation data. Keep what it returns as `history_again`.
#
# Compare its first training loss with the first and the last of `history`. Through how many epochs had the model gone, all
# in all, when the first of these test accuracies was taken, and when the last? Keep the two numbers as `first_epoch` and
# `last_epoch`.

# %% question="e1"
# BEGIN SOLUTION
history_again = model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_test_1h, y_test), verbose=0
)

losses, losses_again = history.history["loss"], history_again.history["loss"]
print(f"first fit: training loss from {losses[0]:.4f} to {losses[-1]:.4f}")
print(f"second fit: training loss from {losses_again[0]:.4f} to {losses_again[-1]:.4f}")

first_epoch = len(losses) + 1
last_epoch = len(losses) + len(losses_again)
print("these are epochs", first_epoch, "to", last_epoch)
# END SOLUTION

# %% [markdown] question="e2"
# ### Question e2: Test accuracy by epoch, really (0.8 points)
#
# Start afresh: build and compile `fresh_model`, a new network of the same kind, and train it as before (20 epochs, batches of 512, `x_fit` and
# `y_fit`) with the test reviews as validation data. Keep what `fit` returns as `history_test`, and the test accuracy after the
# last epoch as `test_acc_20`.
#
# Draw three lines in one plot, with labelled axes and a legend: training and validation accuracy of `history`, and test accuracy
# of `history_test`. (Looking is allowed. Choosing the number of epochs by this curve is not: what has chosen a model can no
# longer judge it.)

# %% question="e2"
# BEGIN SOLUTION
fresh_model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
fresh_model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_test = fresh_model.fit(
    x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_test_1h, y_test), verbose=0
)
test_acc_20 = history_test.history["val_accuracy"][-1]

epochs = np.arange(1, len(history_test.epoch) + 1)
plt.plot(epochs, history.history["accuracy"], label="training")
plt.plot(epochs, history.history["val_accuracy"], label="validation")
plt.plot(epochs, history_test.history["val_accuracy"], label="test")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()

print("test accuracy by epoch", [round(value, 3) for value in history_test.history["val_accuracy"]])
print("epochs 21 to 40       ", [round(value, 3) for value in history_again.history["val_accuracy"]])
# END SOLUTION

# %% [markdown] question="e3"
# ### Question e3: Where `fit` picks up (0.5 points)
#
# *Written.* A published version of this lab made the step of question e1 and showed its result as "test accuracy at each epoch". By which
# numbers in your output can one see that it is not? What does `fit` start from when it is called again, and what would a reader
# of that table have concluded wrongly about training this network?

# %% [markdown] question="e3" role="answer"
# The second fit begins with a training loss near 0.01, about where the first one ended, and not at 0.45, where the first
# began; its training accuracy is above 0.99 from the start. `fit` goes on from the weights (and the state of the optimizer) that the model
# has. Only building the network anew, or saving its first weights and setting them again, starts over. So the table shows
# epochs 21 to 40 of a network that has long overfitted: test accuracy lies around 0.845 throughout and hardly moves.
#
# Who reads these as epochs 1 to 20 concludes that the network reaches its best test accuracy in the first epoch, that it
# gains nothing by training, and that it never does better than about 0.85. The fresh network shows otherwise: test accuracy rises to
# about 0.88 in the first three or four epochs and falls slowly from there. The harm of overfitting, three percentage points, stays hidden.

# %% [markdown]
# ## F: Which of the two? (0.4 points)

# %% [markdown] question="f1"
# ### Question f1: The lasso and the network (0.4 points)
#
# *Written.* Compare the two models by your numbers: validation and test accuracy, how many weights they use, how long they take. Which
# would you choose for this task, and what would you have to change about the input before a network could do clearly better?

# %% [markdown] question="f1" role="answer"
# The best lasso has about 0.885 on the validation set and 0.88 on the test set, with some 1,500 of 10,000 weights not zero, in less than
# a second a model. The network has 160,305 weights, takes many times as long, has 0.89 at its best epoch and 0.86 after 20. So they are about equally
# good when the network is stopped in time, and the network is worse when it is not. I would choose the lasso: it is
# simpler, its words can be read, and it has one setting to choose. The reason is the input. Which words occur says most of what
# can be said by adding up words; the network could use combinations, but in 25,000 reviews there are few that hold in
# general. It would need what was thrown away: the order of the words, as in a recurrent network or with pairs of words as columns.
