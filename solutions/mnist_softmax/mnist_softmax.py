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
# # From a softmax classifier to a neural network
#
# | part | what | points |
# |---|---|---|
# | A | the data: vectors, one-hot labels, a validation set | 2.9 |
# | B | a softmax classifier: one layer | 3.6 |
# | C | a neural network: three layers | 3.5 |
#
# The simplest network for classes has a single layer and no hidden units. You build it, look inside, and measure how much two hidden
# layers add. On the way you write by hand what libraries usually do for you, once, so that you know what they do.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the data set into your code.** Use `len(...)`, `.shape` or `-1`: while you try things out,
# your notebook may meet a smaller copy of the same data, where the numbers differ from the published ones named in the text.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(353)

# %% [markdown]
# ## Part A: Load and process the data (2.9 points)
#
# MNIST holds scanned handwritten digits as grey images of 28 x 28 pixels, each with the digit that it shows: 60,000 images to
# train on and 10,000 to test with.

# %% [markdown] question="a1"
# ### Question a1: Load MNIST, and look at it (0.5 points)
#
# Load the data set with `keras.datasets.mnist` into `x_train`, `y_train`, `x_test` and `y_test`. Print the shape of each, and
# draw the first 25 training images in a grid of 5 x 5. `plt.subplots(5, 5)` gives the places, `imshow` draws an image.

# %% question="a1"
# BEGIN SOLUTION
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()

for name, values in [("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)]:
    print("shape of", name, values.shape)

figure, axes = plt.subplots(5, 5, figsize=(5, 5))
for axis, image in zip(axes.flat, x_train, strict=False):
    axis.imshow(image, cmap="gray_r")
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Images as vectors (0.5 points)
#
# A dense layer takes vectors. Turn each image of 28 x 28 pixels into a vector of 784 numbers, one row an image, as `x_train_vec` and
# `x_test_vec` (`reshape`). Only the arrangement changes.
#
# **Leave the pixels as they are, whole numbers from 0 to 255.** One usually divides them by 255 first. In this lab you see
# what happens without, and the last question asks you why one should.

# %% question="a2"
# BEGIN SOLUTION
x_train_vec = x_train.reshape(len(x_train), 28 * 28)
x_test_vec = x_test.reshape(len(x_test), 28 * 28)

print(x_train_vec.shape, x_train_vec.min(), x_train_vec.max())
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: Your own one-hot encoder (0.7 points)
#
# The classifier gives ten probabilities, so each label becomes a vector of ten numbers as well: 1 at the place of the digit, 0
# elsewhere. Label 3 becomes `[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]`. Keras has a function for this; here you write your own.
#
# Complete `to_one_hot`. It takes whole numbers, as an array or a plain list, and returns an array with one row a label and
# `dimension` columns. Start from `np.zeros` and set one element in each row. Then use it to make `y_train_vec` and
# `y_test_vec`.


# %% question="a3"
def to_one_hot(labels, dimension=10):
    """Return an array with one row a label and `dimension` columns: 1 in the column of the label, 0 elsewhere."""
    # BEGIN SOLUTION
    results = np.zeros((len(labels), dimension))
    for row, label in zip(results, labels, strict=True):
        row[label] = 1
    return results
    # END SOLUTION


# %% question="a3"
# BEGIN SOLUTION
y_train_vec = to_one_hot(y_train)
y_test_vec = to_one_hot(y_test)

print(y_train_vec.shape)
print(y_train[0], "becomes", y_train_vec[0])
# END SOLUTION

# %% [markdown] question="a4"
# ### Question a4: Set a validation set apart (0.8 points)
#
# Split the training set at random: five sixths to train on (50,000 of the published 60,000), one sixth to validate with. Order
# in a file is rarely random, so shuffle first: `np.random.permutation(n)` gives the numbers from 0 to n - 1 in random order.
#
# Keep the places of the rows for training as `train_indices` and those for validation as `valid_indices`, both arrays. With them, make
# `x_valid_vec` and `y_valid_vec`, and then replace `x_train_vec` and `y_train_vec` by the part that is trained on. The order matters:
# once `x_train_vec` has been replaced, the validation rows are no longer in it. (When you run this cell a second time, run the cells above first.)

# %% question="a4"
# BEGIN SOLUTION
rand_indices = np.random.permutation(len(x_train_vec))
n_fitted = len(x_train_vec) * 5 // 6
train_indices = rand_indices[:n_fitted]
valid_indices = rand_indices[n_fitted:]

x_valid_vec = x_train_vec[valid_indices]
y_valid_vec = y_train_vec[valid_indices]

x_train_vec = x_train_vec[train_indices]
y_train_vec = y_train_vec[train_indices]

print("validation", x_valid_vec.shape, y_valid_vec.shape)
print("training  ", x_train_vec.shape, y_train_vec.shape)
# END SOLUTION

# %% [markdown] question="a5"
# ### Question a5: Why a validation set? (0.4 points)
#
# *Written.* What is a validation set for? Name two uses. Why not use the test set for the same?

# %% [markdown] question="a5" role="answer"
# The validation set shows how a model does on examples it is not trained on, while one is still working on it. One use is to
# choose what training does not learn by itself: the learning rate, the number and size of layers, regularisation, when to
# stop. The other is to see whether the model overfits (training accuracy far above validation accuracy) or underfits (both are low).
#
# Whatever one chooses by looking at a set fits that set a little too well, by chance. If the test set were used for choosing, its
# accuracy would be too high, and nothing would be left that tells how the chosen model does on new data. So the test set is used once, at
# the end.

# %% [markdown]
# ## Part B: A softmax classifier (3.6 points)
#
# The classifier maps a vector **x** of 784 pixels to ten probabilities: f(**x**) = softmax(**z**) with **z** = W **x** + **b**.
# Here W is a matrix of weights and **b** a vector of biases; softmax takes the exponential of each z and divides by the sum of
# them all. Training has to find W and **b**.

# %% [markdown] question="b1"
# ### Question b1: Build it (0.5 points)
#
# Build `softmax_model` with Keras: an input of 784 values and one dense layer of ten units with softmax. Nothing is hidden: that
# one layer is the formula above. Print a summary and check that you can explain its number of parameters.

# %% question="b1"
# BEGIN SOLUTION
softmax_model = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        layers.Dense(10, activation="softmax"),
    ]
)
softmax_model.summary()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: Compile it (0.4 points)
#
# Compile `softmax_model` with RMSprop at a **learning rate of 0.0001**, a tenth of the default (`keras.optimizers.RMSprop`), the
# cross-entropy for classes as its loss, and accuracy among its metrics.

# %% question="b2"
# BEGIN SOLUTION
softmax_model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.0001),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: Epochs and iterations (0.5 points)
#
# In one **iteration**, the gradient is estimated from a batch of b examples, and W and **b** are changed once. One **epoch** is a
# pass over all n examples that are trained on, so it takes n / b iterations. Where b does not divide n, the examples that
# are left form a last, smaller batch, which is one more iteration.
#
# You are going to train with batches of 128 for 50 epochs. Compute from the size of `x_train_vec` how many iterations an epoch takes
# (`iterations_per_epoch`; on the published data it is the number that Keras shows while training, 391) and how many the whole
# training takes (`iterations`).

# %% question="b3"
# BEGIN SOLUTION
iterations_per_epoch = int(np.ceil(len(x_train_vec) / 128))
iterations = 50 * iterations_per_epoch

print(len(x_train_vec), "/ 128 gives", iterations_per_epoch, "iterations an epoch,", iterations, "in all")
# END SOLUTION

# %% [markdown] question="b4"
# ### Question b4: Train it (0.7 points)
#
# Fit `softmax_model` for 50 epochs in batches of 128, with the validation set as validation data. Keep what `fit` returns as
# `softmax_history`. Fifty epochs take under a minute (`verbose=0` keeps fit quiet, `verbose=2` prints a line an epoch).

# %% question="b4"
# BEGIN SOLUTION
softmax_history = softmax_model.fit(
    x_train_vec,
    y_train_vec,
    batch_size=128,
    epochs=50,
    validation_data=(x_valid_vec, y_valid_vec),
    verbose=2,
)
# END SOLUTION

# %% [markdown] question="b5"
# ### Question b5: Accuracy by epoch (0.5 points)
#
# Plot what `softmax_history` holds: accuracy against epoch, for training and for validation, each as a line. Label the axes
# and tell the lines apart with a legend.

# %% question="b5"
# BEGIN SOLUTION
epochs = range(1, len(softmax_history.epoch) + 1)
plt.plot(epochs, softmax_history.history["accuracy"], "o", label="training accuracy")
plt.plot(epochs, softmax_history.history["val_accuracy"], label="validation accuracy")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="b6"
# ### Question b6: Three accuracies, and guessing (0.5 points)
#
# So far the model has not seen the test set. Evaluate it there, and keep the loss and the accuracy that `evaluate` returns as
# `softmax_results`. Then put three accuracies side by side in a dictionary `softmax_accuracies` with the keys `"training"`,
# `"validation"` (both after the last epoch, the history has them) and `"test"`.
#
# Is that good? Compare with somebody who does not look at the images. Draw a random digit for each test image
# (`np.random.randint`) and keep the share that is right by luck as `guess_accuracy`. What does theory say it should be?

# %% question="b6"
# BEGIN SOLUTION
softmax_results = softmax_model.evaluate(x_test_vec, y_test_vec, verbose=0)
softmax_accuracies = {
    "training": softmax_history.history["accuracy"][-1],
    "validation": softmax_history.history["val_accuracy"][-1],
    "test": softmax_results[1],
}
guess_accuracy = np.mean(np.random.randint(0, 10, size=len(y_test)) == y_test)

print({name: round(value, 3) for name, value in softmax_accuracies.items()})
print(f"guessing: {guess_accuracy:.3f}; one in ten is what chance gives")
# END SOLUTION

# %% [markdown] question="b7"
# ### Question b7: The formula by hand (0.5 points)
#
# Take the trained model apart. `softmax_model.get_weights()` gives two arrays. Keep them as `W` and `b`, in the shapes of the
# formula **z** = W **x** + **b**: **x** has 784 numbers and **z** ten, so which shape does W have? (Keras keeps the
# weights the other way round and computes x W + b.)
#
# Then work out f(**x**) for the first test image yourself, without Keras, as `by_hand`: ten probabilities. Keep what
# `softmax_model.predict` says about it as `by_keras`, and compare. Here z can reach hundreds, and `np.exp` of that is too large for a
# computer. Subtract the largest z from all of them first: the result stays the same, and no exponential is larger than 1.

# %% question="b7"
# BEGIN SOLUTION
weights, b = softmax_model.get_weights()
W = weights.T
print("W", W.shape, "b", b.shape)

z = W @ x_test_vec[0] + b
powers = np.exp(z - z.max())
by_hand = powers / powers.sum()
by_keras = softmax_model.predict(x_test_vec[:1], verbose=0)[0]

print("by hand ", by_hand.round(3))
print("by Keras", by_keras.round(3))
# END SOLUTION

# %% [markdown]
# ## Part C: A neural network (3.5 points)
#
# Now put two hidden layers between pixels and scores. With d1 and d2 units they compute, from the image **x0**,
#
# - **x1** = max(0, **z1**) with **z1** = W0 **x0** + **b0**,
# - **x2** = max(0, **z2**) with **z2** = W1 **x1** + **b1**,
# - and the output softmax(**z3**) with **z3** = W2 **x2** + **b2**.

# %% [markdown] question="c1"
# ### Question c1: Build it (0.4 points)
#
# Build `network`: 784 inputs, two hidden layers of 500 units each with ReLU, and ten outputs with softmax. Print a summary.

# %% question="c1"
# BEGIN SOLUTION
network = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        layers.Dense(500, activation="relu"),
        layers.Dense(500, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
network.summary()
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: The shape of every parameter (0.7 points)
#
# Which shapes do the six parameters in the formulas above have? With 500 units in both layers several answers look right, so answer
# for any d1 and d2. Complete two functions:
#
# - `parameter_shapes(d1, d2)` returns a dictionary with the keys `"W0"`, `"b0"`, `"W1"`, `"b1"`, `"W2"`, `"b2"` and the shape of each as a
#   tuple: `(rows, columns)` for a matrix, `(length,)` for a vector. Write matrices as the formulas have them, W **x**.
# - `parameter_count(d1, d2)` returns how many numbers that are in all, the total in the summary.


# %% question="c2"
def parameter_shapes(d1, d2):
    """Return the shapes of W0, b0, W1, b1, W2 and b2 for hidden layers of `d1` and `d2` units."""
    # BEGIN SOLUTION
    return {
        "W0": (d1, 28 * 28),
        "b0": (d1,),
        "W1": (d2, d1),
        "b1": (d2,),
        "W2": (10, d2),
        "b2": (10,),
    }
    # END SOLUTION


def parameter_count(d1, d2):
    """Return the number of parameters of a network with hidden layers of `d1` and `d2` units."""
    # BEGIN SOLUTION
    return sum(int(np.prod(shape)) for shape in parameter_shapes(d1, d2).values())
    # END SOLUTION


# %% question="c2"
# BEGIN SOLUTION
print(parameter_shapes(500, 500))
print(parameter_count(500, 500), "by hand,", network.count_params(), "by Keras")
# END SOLUTION

# %% [markdown] question="c3"
# ### Question c3: Compile and train it (0.8 points)
#
# Compile `network` exactly as you compiled `softmax_model` (RMSprop at 0.0001, cross-entropy, accuracy) and train it exactly as long:
# 50 epochs in batches of 128, with the same validation data. Only then is what changes due to the hidden layers. Keep what `fit`
# returns as `network_history`. On a processor this takes a few minutes.

# %% question="c3"
# BEGIN SOLUTION
network.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.0001),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
network_history = network.fit(
    x_train_vec,
    y_train_vec,
    batch_size=128,
    epochs=50,
    validation_data=(x_valid_vec, y_valid_vec),
    verbose=2,
)
# END SOLUTION

# %% [markdown] question="c4"
# ### Question c4: Accuracy by epoch, again (0.4 points)
#
# Plot the training and the validation accuracy of `network` against the epoch, as lines with labels and a legend. Compare with the plot of
# the softmax classifier: where does the validation accuracy stop rising, and how far apart are the two lines at the end?

# %% question="c4"
# BEGIN SOLUTION
epochs = range(1, len(network_history.epoch) + 1)
plt.plot(epochs, network_history.history["accuracy"], "o", label="training accuracy")
plt.plot(epochs, network_history.history["val_accuracy"], label="validation accuracy")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="c5"
# ### Question c5: What two hidden layers add (0.5 points)
#
# Evaluate `network` on the test set (`network_results`), and collect its three accuracies in `network_accuracies`, with the same keys
# as before. Then keep as `gain` by how much its **test** accuracy is higher than that of the softmax classifier.

# %% question="c5"
# BEGIN SOLUTION
network_results = network.evaluate(x_test_vec, y_test_vec, verbose=0)
network_accuracies = {
    "training": network_history.history["accuracy"][-1],
    "validation": network_history.history["val_accuracy"][-1],
    "test": network_results[1],
}
gain = network_accuracies["test"] - softmax_accuracies["test"]

for name in softmax_accuracies:
    print(f"{name:<11} softmax {softmax_accuracies[name]:.3f}  network {network_accuracies[name]:.3f}")
print(f"two hidden layers add {gain:.3f} on the test set")
# END SOLUTION

# %% [markdown] question="c6"
# ### Question c6: Read the test digits (0.3 points)
#
# The last step is to use the network. Have it read all test images and keep the digits, one whole number an image, as
# `predicted_digits`. Print the first ten beside `y_test`.

# %% question="c6"
# BEGIN SOLUTION
predicted_digits = network.predict(x_test_vec, verbose=0).argmax(axis=1)

print("read    ", predicted_digits[:10])
print("labelled", y_test[:10])
# END SOLUTION

# %% [markdown] question="c7"
# ### Question c7: Why scale the pixels? (0.4 points)
#
# *Written.* In this lab pixels went into the network as numbers up to 255. Look at the loss of the first epochs, compared with -ln(0.1),
# about 2.3, which is the loss of guessing. How do large inputs bring that about, and why does training profit
# from pixels between 0 and 1? You may try it out; a sentence on what you found is welcome.

# %% [markdown] question="c7" role="answer"
# The first epochs show a loss far above 2.3: about 11 for the softmax classifier on the published data, and more on a smaller copy. New
# weights are small random numbers, but each z is a sum of hundreds of weights times pixels of up to 255, so at the start the ten values of
# z lie far apart. Softmax turns such differences into probabilities of almost 0 and 1: the untrained network is wrong, and very sure of it,
# which the cross-entropy punishes hard.
#
# Training then has to undo this first. The same change of a weight moves z 255 times as far as it would with scaled pixels, so
# the learning rate must be small (0.0001 here), while biases, whose input is 1, hardly move at that rate. Outputs that
# are almost 0 or 1 also give gradients that either vanish or jump. With pixels in [0, 1] the starting loss is near 2.3, the usual weights and learning
# rates fit, and training is smoother and needs fewer epochs.
