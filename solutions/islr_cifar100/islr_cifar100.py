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
# # A convolutional network for CIFAR-100
#
# CIFAR-100 holds small colour photographs, 32 x 32 pixels, of a hundred kinds of things: 50,000 to train on and 10,000 to test
# with. A dense network would treat the pixels as a bag of numbers. A convolutional network looks for small patterns and cares little
# where in the picture they stand. You will build one, work out its sizes by hand, train it, and measure it. It goes with
# chapter 10 of *An Introduction to Statistical Learning*.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the variables that
# are looked at when the question ends, so keep those names. Cells that stop with an error do not end the run: what you
# finished still counts. The question marked *written* is read by a person.
#
# **Do not type the sizes of the data set into your code.** Use `len(...)` and `.shape`: while you try things out, your
# notebook may meet a smaller copy of the same data.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(353)

# %% [markdown]
# ## The data

# %% [markdown] question="q1"
# ### Question q1: Load CIFAR-100 (0.5 points)
#
# Load the data set with `keras.datasets.cifar100` (the hundred fine labels, which is the default) into `x_train`, `g_train`,
# `x_test` and `g_test`: images and class numbers. Print the shapes. An array of images has four axes: which image, row,
# column, and the channel: red, green, blue.

# %% question="q1"
# BEGIN SOLUTION
(x_train, g_train), (x_test, g_test) = keras.datasets.cifar100.load_data()

print("train", x_train.shape, x_train.dtype, g_train.shape)
print("test ", x_test.shape, x_test.dtype, g_test.shape)
# END SOLUTION

# %% [markdown] question="q2"
# ### Question q2: The range of a channel (0.4 points)
#
# What numbers are in a picture? Keep the smallest and the largest value of the **red channel of the first training image** as
# `red_min` and `red_max`. Indexing works along all four axes at once: `x_train[image, row, column, channel]`, and `:` takes
# all of an axis.

# %% question="q2"
# BEGIN SOLUTION
red = x_train[0, :, :, 0]
red_min, red_max = int(red.min()), int(red.max())

print("red channel of the first image: from", red_min, "to", red_max)
# END SOLUTION

# %% [markdown] question="q3"
# ### Question q3: Scale the images (0.8 points)
#
# Bring the pixel values of both sets, now whole numbers from 0 to 255, into the interval [0, 1]. Unlike for a dense network, the
# images keep their four axes: where a pixel stands is what a convolution works with. Put the results into `x_train` and `x_test`
# again.

# %% question="q3"
# BEGIN SOLUTION
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

print(x_train.shape, x_train.min(), x_train.max())
# END SOLUTION

# %% [markdown] question="q4"
# ### Question q4: One-hot labels (0.7 points)
#
# The network will give a hundred scores for each image, so each label becomes a row of a hundred numbers: 1 in the column of its
# class, 0 elsewhere. Make `y_train` from `g_train` (`keras.utils.to_categorical` does it; so does a line of NumPy) and print its
# shape. Leave `g_test` as it is: you will compare class numbers with it.

# %% question="q4"
# BEGIN SOLUTION
y_train = keras.utils.to_categorical(g_train, 100)

print(y_train.shape)
# END SOLUTION

# %% [markdown] question="q5"
# ### Question q5: Look at them (0.6 points)
#
# Look at your data before you model them. Choose 25 training images at random and draw them in one figure as a grid of five by
# five. `plt.subplots(5, 5)` makes the grid, `imshow` draws an array of shape (32, 32, 3) with values between 0 and 1.

# %% question="q5"
# BEGIN SOLUTION
chosen = np.random.choice(len(x_train), 25, replace=False)

figure, axes = plt.subplots(5, 5, figsize=(6, 6))
for axis, place in zip(axes.flat, chosen, strict=True):
    axis.imshow(x_train[place])
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown]
# ## The network

# %% [markdown] question="q6"
# ### Question q6: Build the network (1.6 points)
#
# Build `model`. Four times in a row: a convolution with filters of 3 x 3, `padding="same"` and ReLU, then max pooling over
# blocks of 2 x 2. The convolutions have 32, 64, 128 and 256 filters. Then flatten what is left into a row, drop half of it
# (dropout 0.5), and go through a dense layer of 512 units with ReLU to an output layer with one unit for each class, whose scores
# are probabilities that sum to 1.
#
# State the input, an image of 32 x 32 pixels with three channels. The layers are called `Conv2D`, `MaxPooling2D`, `Flatten`,
# `Dropout` and `Dense`. Have Keras print a summary and keep it in sight for the next question.

# %% question="q6"
# BEGIN SOLUTION
model = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(128, (3, 3), padding="same", activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(256, (3, 3), padding="same", activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(512, activation="relu"),
        layers.Dense(100, activation="softmax"),
    ]
)
model.summary()
# END SOLUTION

# %% [markdown] question="q7"
# ### Question q7: Count (1 point)
#
# Work the following out, with a pencil or with arithmetic in code, and compare with the summary. Each filter has a weight for
# every value that it looks at, in all channels, and one bias.
#
# - `first_conv_params`: the parameters of the first convolution.
# - `last_conv_params`: the parameters of the fourth convolution.
# - `sides`: a list with the side length of the feature maps after each of the four poolings.
# - `flat_size`: how many numbers the flattened row has.

# %% question="q7"
# BEGIN SOLUTION
first_conv_params = (3 * 3 * 3 + 1) * 32
last_conv_params = (3 * 3 * 128 + 1) * 256
sides = [32 // 2**poolings for poolings in (1, 2, 3, 4)]
flat_size = sides[-1] ** 2 * 256

print(first_conv_params, last_conv_params, sides, flat_size)
# END SOLUTION

# %% [markdown] question="q8"
# ### Question q8: Why pad, why pool (0.6 points)
#
# *Written.* What does `padding="same"` do, and what would happen to the 32 x 32 images without it over four convolutions? What does
# max pooling keep and what does it throw away, and why is that sensible for recognising things?

# %% [markdown] question="q8" role="answer"
# With `padding="same"` the image gets a frame of zeros, one pixel wide for a 3 x 3 filter, so that the filter can also be centred
# on the pixels of the border: the feature maps are as large as what went in. Without it each convolution loses a pixel on every
# side: 32 becomes 30, pooling makes 15, then 13 and 6, 4 and 2, and there is no room for the fourth convolution any more; what is
# at the border would also be looked at less often.
#
# Max pooling keeps of each block of 2 x 2 the strongest answer of a filter and forgets where in the block it was. What counts for
# recognising a thing is that a pattern is there, and roughly where; a small shift of the picture then changes little. It also
# quarters the number of values, which makes the next layers cheaper and lets their filters see a larger part of the image.

# %% [markdown] question="q9"
# ### Question q9: Compile it (0.6 points)
#
# Compile `model` for labels that are one of a hundred classes, coded as you have coded them, with RMSprop and its defaults, and
# watch the accuracy.

# %% question="q9"
# BEGIN SOLUTION
model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
# END SOLUTION

# %% [markdown] question="q10"
# ### Question q10: Fit (1.4 points)
#
# Train `model` on the training images for 10 epochs in batches of 128, and hold a fifth of them back as validation data
# (`validation_split=0.2`). Keep what `fit` returns as `history`. Ten epochs take some minutes without a GPU; thirty would be
# better, if you have the time: anything from 10 to 30 epochs is accepted.
#
# The first epochs look hopeless. Remember what guessing would give with a hundred classes.

# %% question="q10"
# BEGIN SOLUTION
history = model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.2, verbose=2)
# END SOLUTION

# %% [markdown] question="q11"
# ### Question q11: Plot the history (0.6 points)
#
# Draw the accuracy by epoch, on the training and on the validation images, as two lines in one plot. Label the axes, and say which
# line is which with a legend.

# %% question="q11"
# BEGIN SOLUTION
epochs = np.arange(1, len(history.epoch) + 1)
plt.plot(epochs, history.history["accuracy"], "o-", label="training")
plt.plot(epochs, history.history["val_accuracy"], "s-", label="validation")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="q12"
# ### Question q12: How good is it? (0.8 points)
#
# Have the model predict the test images and keep, for each, the class that it holds most likely as `predicted`, one whole number an
# image. Then compute by hand which share of them is right, and keep that as `test_acc`. Mind the shape of `g_test`: comparing
# an array of shape (n,) with one of shape (n, 1) gives a table of n x n.

# %% question="q12"
# BEGIN SOLUTION
predicted = model.predict(x_test, verbose=0).argmax(axis=1)
test_acc = float(np.mean(predicted == g_test.reshape(-1)))

print(f"test accuracy {test_acc:.4f}, guessing {1 / 100:.4f}")
# END SOLUTION

# %% [markdown] question="q13"
# ### Question q13: The device (0.4 points)
#
# A convolutional network is where a GPU pays off: minutes instead of an hour for thirty epochs. Print the devices that Keras sees
# (`keras.distribution.list_devices()`). There is nothing to switch on; the grader looks whether your notebook trained a model
# and left the GPU within reach. Where the grading machine has no GPU, this question is left out of your total.

# %% question="q13"
# BEGIN SOLUTION
print(keras.backend.backend(), keras.distribution.list_devices())
# END SOLUTION
