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
# # A multilayer network on handwritten digits, and what it is better than
#
# | part | what | points |
# |---|---|---|
# | A | the data: load, look, reshape, rescale, one-hot | 2.2 |
# | B | a network with two hidden layers and dropout | 5.2 |
# | C | multinomial logistic regression, and the two compared | 2.6 |
#
# MNIST holds scanned handwritten digits as grey images of 28 x 28 pixels. You train a network to read them, measure how well it
# reads images that it has never seen, and then fit a much simpler model with the same library, to learn what the hidden
# layers are good for.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the data set into your code.** Use `len(...)`, `.shape` or `-1`: while you try things out,
# your notebook may meet a smaller copy of the same data.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers

keras.utils.set_random_seed(353)

# %% [markdown]
# ## Part A: The data (2.2 points)

# %% [markdown] question="a1"
# ### Question a1: Load the digits (0.4 points)
#
# Load the data set with `keras.datasets.mnist`. It gives two pairs, (images, digits) for training and (images, digits) for
# testing. Call the images `x_train` and `x_test`, and the digits, the true answers, `g_train` and `g_test`. Print the shapes: how
# many images are there of each, and what does one look like as an array?

# %% question="a1"
# BEGIN SOLUTION
(x_train, g_train), (x_test, g_test) = keras.datasets.mnist.load_data()

print("train", x_train.shape, x_train.dtype, g_train.shape)
print("test ", x_test.shape, x_test.dtype, g_test.shape)
print("pixels from", x_train.min(), "to", x_train.max())
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Look at them (0.6 points)
#
# Before anything is computed, look at the data.
#
# 1. Draw the first 25 training images in a grid of 5 x 5 (`plt.subplots(5, 5)`, `axis.imshow(image, cmap="gray_r")`), each
#    with its digit as title.
# 2. Count how often each digit occurs among the training images: `digit_counts`, ten whole numbers, that of the digit 0
#    first. Are the ten classes about equally frequent? (If one class made up 90 % of the images, a model that always
#    answers with it would be right in 90 % of the cases.)

# %% question="a2"
# BEGIN SOLUTION
figure, axes = plt.subplots(5, 5, figsize=(6, 7))
for axis, image, digit in zip(axes.flat, x_train, g_train, strict=False):
    axis.imshow(image, cmap="gray_r")
    axis.set_title(str(digit))
    axis.axis("off")
plt.show()

digit_counts = np.bincount(g_train, minlength=10)
print(digit_counts)
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: Reshape and rescale (0.7 points)
#
# The network takes an image as one row of numbers. Reshape both sets of images into matrices with one row an image and one
# column a pixel: the published training images become 60,000 x 784.
#
# Networks are also sensitive to the scale of their inputs, as ridge and lasso are. A pixel is an eight-bit grey value: eight
# bits can tell 2 to the power of 8 = 256 values apart, and since counting starts at 0 they go from 0 to 255. Rescale them to
# the interval from 0 to 1. Put the results into `x_train` and `x_test` again.

# %% question="a3"
# BEGIN SOLUTION
x_train = x_train.reshape(len(x_train), -1) / 255
x_test = x_test.reshape(len(x_test), -1) / 255

print(x_train.shape, x_test.shape, x_train.min(), x_train.max())
# END SOLUTION

# %% [markdown] question="a4"
# ### Question a4: One-hot labels (0.5 points)
#
# A digit is a class, not a quantity: a 9 is not nine times a 1. So the network gets one output for each of the ten
# classes, and each true answer becomes ten numbers as well, 1 in the column of its digit and 0 in all others. Make `y_train`
# and `y_test` in this way out of `g_train` and `g_test`. Keep the digits themselves too; you need them to count errors.

# %% question="a4"
# BEGIN SOLUTION
y_train = keras.utils.to_categorical(g_train, 10)
y_test = keras.utils.to_categorical(g_test, 10)

print(g_train[:3])
print(y_train[:3])
# END SOLUTION

# %% [markdown]
# ## Part B: A network with two hidden layers (5.2 points)

# %% [markdown] question="b1"
# ### Question b1: Build the network (0.8 points)
#
# Build `modelnn`. It takes a row of 28 * 28 pixels and passes it through
#
# 1. a dense layer of 256 units with ReLU, then dropout with a rate of 0.4,
# 2. a dense layer of 128 units with ReLU, then dropout with a rate of 0.3,
# 3. a dense layer of ten units with softmax, which turns ten scores into ten probabilities that sum to 1.
#
# A dropout layer (`layers.Dropout(rate)`) sets a random share of its inputs to zero in every training step, and does nothing
# when the network is used later. Print the summary: the network has 235,146 parameters, of which the first dense layer alone has
# (784 + 1) x 256 = 200,960. The names of the layers in the summary carry running numbers; they mean nothing.

# %% question="b1"
# BEGIN SOLUTION
modelnn = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ]
)
modelnn.summary()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: Compile it (0.4 points)
#
# The network is fitted by making the **cross-entropy** of ten classes smaller. Compile `modelnn` with that loss, with the
# optimizer RMSprop at its defaults, and with accuracy as the metric to watch.

# %% question="b2"
# BEGIN SOLUTION
modelnn.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: Fit it (1 point)
#
# Fit `modelnn` to the training images for 15 epochs in batches of 128, and keep what `fit` returns as `history`. Set a fifth
# of the training images apart as validation data: with `validation_split=0.2` Keras takes the last fifth, does not train on it,
# and computes loss and accuracy on it after every epoch.

# %% question="b3"
# BEGIN SOLUTION
history = modelnn.fit(x_train, y_train, epochs=15, batch_size=128, validation_split=0.2, verbose=2)
# END SOLUTION

# %% [markdown] question="b4"
# ### Question b4: How many gradient steps? (0.3 points)
#
# Each batch gives one gradient, and each gradient one step of the optimizer. Compute how many steps your fit took in one epoch,
# `steps_per_epoch`, and in all 15 epochs, `steps_in_all`. Start from the number of training images, and mind that the
# validation images are not trained on. A last batch that is not full still makes a step. Does it agree with the
# progress bar? (On the full data set an epoch has 375 steps.)

# %% question="b4"
# BEGIN SOLUTION
rows_fitted = len(x_train) - round(0.2 * len(x_train))
steps_per_epoch = int(np.ceil(rows_fitted / 128))
steps_in_all = 15 * steps_per_epoch

print(steps_per_epoch, "steps an epoch,", steps_in_all, "in all")
# END SOLUTION

# %% [markdown] question="b5"
# ### Question b5: What happened in each epoch (0.7 points)
#
# `history.history` is a dictionary with four lists: loss and accuracy on the images trained on, and the same two with
# `val_` before their names for the validation images.
#
# 1. Turn it into a data frame `history_table` with one row an epoch and these four columns, and show its first five rows.
# 2. Draw the four columns against the epoch, in two plots: the two losses in one, the two accuracies in the other. Label
#    the axes and tell the lines apart with a legend.

# %% question="b5"
# BEGIN SOLUTION
history_table = pd.DataFrame(history.history)
print(history_table.head())

epochs = np.arange(1, len(history_table) + 1)
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for axis, measure in zip(axes, ["loss", "accuracy"], strict=True):
    axis.plot(epochs, history_table[measure], marker="o", label="training")
    axis.plot(epochs, history_table["val_" + measure], marker="s", label="validation")
    axis.set_xlabel("epoch")
    axis.set_ylabel(measure)
    axis.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="b6"
# ### Question b6: Two curves that look the wrong way round (0.6 points)
#
# *Written.* In the first epochs the network does clearly **better** on the validation images than on the images that it is
# trained on. Usually it is the other way round. Give two reasons, and say for each how you could test it.

# %% [markdown] question="b6" role="answer"
# On the full data set, training accuracy in the first epoch is about 0.87 and validation accuracy about 0.95.
#
# 1. **Dropout works in training only.** While the network trains, 40 % and 30 % of the hidden units are switched off for each
#    image, so loss and accuracy of the training images are those of a handicapped network. For the validation images all units are
#    on. Test: evaluate the network on the training images (`modelnn.evaluate`, where dropout is off too), or fit the same network
#    without dropout; the gap should become much smaller or turn round.
# 2. **They are measured at different moments.** The training figures are averages over the steps of the epoch, and in the first
#    epoch they include the first steps, when the network only guessed. The validation figures are computed at the end of the
#    epoch. Test: evaluate the training images after the first epoch; or look at later epochs, in which the network changes little:
#    this part of the gap vanishes there, and what is left comes from dropout.

# %% [markdown] question="b7"
# ### Question b7: A function for accuracy (0.6 points)
#
# Write `accuracy(pred, truth)`. It takes predicted and true classes and returns the share of places at which they agree, a
# number between 0 and 1. Both may be lists or arrays, and either may be a column of shape (n, 1) instead of (n,). So turn both
# into arrays first (`np.asarray`) and flatten them (`.reshape(-1)`). Do not leave that out: NumPy compares a column
# with a row by comparing *each* number of one with *each* of the other, without a word of warning.


# %% question="b7"
def accuracy(pred, truth):
    """Return the share of places, between 0 and 1, at which `pred` and `truth` are the same class."""
    # BEGIN SOLUTION
    predicted, true = np.asarray(pred).reshape(-1), np.asarray(truth).reshape(-1)
    return float(np.mean(predicted == true))
    # END SOLUTION


# %% [markdown] question="b8"
# ### Question b8: Read the test images (0.5 points)
#
# `modelnn.predict(x_test)` gives ten probabilities for each test image. The predicted class is the place of the largest one.
# Keep the predicted classes of all test images as `pred_nn`, one whole number from 0 to 9 for each image, and their accuracy,
# computed with your function, as `acc_nn`.

# %% question="b8"
# BEGIN SOLUTION
pred_nn = modelnn.predict(x_test, verbose=0).argmax(axis=1)
acc_nn = accuracy(pred_nn, g_test)

print(pred_nn[:10], g_test[:10])
print(f"test accuracy {acc_nn:.4f}")
# END SOLUTION

# %% [markdown] question="b9"
# ### Question b9: Let Keras evaluate (0.3 points)
#
# Keras can do the same in one call. Evaluate `modelnn` on the test images and their one-hot labels, and keep what
# `evaluate` returns, the loss and the accuracy, as `results_nn`. It has to agree with `acc_nn`.

# %% question="b9"
# BEGIN SOLUTION
results_nn = modelnn.evaluate(x_test, y_test, verbose=0)
print(f"test loss {results_nn[0]:.4f}, test accuracy {results_nn[1]:.4f}")
# END SOLUTION

# %% [markdown]
# ## Part C: Multinomial logistic regression (2.6 points)
#
# Is a network needed at all? The classical model for ten classes is multinomial logistic regression: each class has a
# score that is a weighted sum of the pixels plus a constant, and softmax turns the ten scores into probabilities. Packages for
# logistic regression are slow on so many images. Keras fits it quickly, since it is a network too: the one that is left
# when all hidden layers are taken away.

# %% [markdown] question="c1"
# ### Question c1: Build it (0.5 points)
#
# Build `modellr`: the 784 pixels go straight into one dense layer of ten units with softmax. Before you print the summary,
# work out by hand how many parameters it has.

# %% question="c1"
# BEGIN SOLUTION
modellr = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        layers.Dense(10, activation="softmax"),
    ]
)
modellr.summary()
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: Compile and fit it (0.7 points)
#
# Compile `modellr` as you compiled `modelnn`, and fit it for 30 epochs in batches of 128, again with a fifth of the training
# images as validation data. Keep what `fit` returns as `history_lr`.

# %% question="c2"
# BEGIN SOLUTION
modellr.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
history_lr = modellr.fit(x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, verbose=2)
# END SOLUTION

# %% [markdown] question="c3"
# ### Question c3: Read the test images again (0.4 points)
#
# Keep the classes that `modellr` predicts for the test images as `pred_lr`, and their accuracy as `acc_lr`.

# %% question="c3"
# BEGIN SOLUTION
pred_lr = modellr.predict(x_test, verbose=0).argmax(axis=1)
acc_lr = accuracy(pred_lr, g_test)

print(f"logistic regression {acc_lr:.4f}, network {acc_nn:.4f}")
# END SOLUTION

# %% [markdown] question="c4"
# ### Question c4: Compare the two (0.6 points)
#
# Two accuracies do not say whether the better model reads the same images and some more, or whether each has strengths of its own.
#
# 1. Count the test images that only the network reads rightly, `only_nn_right`, and those that only the logistic regression
#    reads rightly, `only_lr_right`. (Comparisons of arrays can be combined with `&`.)
# 2. Draw the **validation accuracy** of both models against the epoch, in one plot with two lines, labelled axes and a legend.

# %% question="c4"
# BEGIN SOLUTION
right_nn, right_lr = pred_nn == g_test, pred_lr == g_test
only_nn_right = int(np.sum(right_nn & ~right_lr))
only_lr_right = int(np.sum(right_lr & ~right_nn))
print("only the network", only_nn_right, "- only the logistic regression", only_lr_right)

for name, fitted in [("network", history), ("logistic regression", history_lr)]:
    values = fitted.history["val_accuracy"]
    plt.plot(np.arange(1, len(values) + 1), values, label=name)
plt.xlabel("epoch")
plt.ylabel("validation accuracy")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="c5"
# ### Question c5: What the hidden layers are for (0.4 points)
#
# *Written.* Why is a network without hidden layers a linear classifier, and what can the hidden layers express that it cannot?
# Use your numbers: accuracies, numbers of parameters, and the two counts of c4.

# %% [markdown] question="c5" role="answer"
# Without hidden layers each class has one weight for each pixel, and its score is the weighted sum of the pixels. Softmax keeps
# the order of the scores, so the boundary between two classes is where two weighted sums are equal: a plane. Each class is
# one blurred template, and each dark pixel speaks for or against a digit whatever the other pixels are. Hidden ReLU units
# respond to combinations of pixels (strokes, loops, gaps), and the next layer to combinations of those, so the boundaries can
# bend and a digit can be written in several ways. On the full data set that brings the accuracy from 0.927 to 0.980: little
# more than a quarter of the errors are left, at 235,146 parameters instead of 7,850. 561 test images are read rightly by the
# network only and 36 by the logistic regression only: the network reads nearly all that the linear model reads, and most of
# the rest.
