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
# # Keras, line by line: what it does and what it prints
#
# | part | what | points |
# |---|---|---|
# | A | the data, with labels in a table whose columns have names | 2 |
# | B | the model: reading its summary, parameter by parameter | 2.9 |
# | C | training: which weights are kept, how to get values out, what to do about overfitting | 4.5 |
# | D | two short answers | 0.6 |
#
# Whoever learns Keras copies a few lines that work and is left with questions. Where do the numbers in the summary come from?
# What is `None` doing in a shape? Which device is used? Which of all the weights that training went through does the
# model have in the end? This notebook trains one network on handwritten digits and answers such questions by computing the
# answer, wherever it can be computed.
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
# ## Part A: The data (2 points)

# %% [markdown] question="k1"
# ### Question k1: Load the digits (0.4 points)
#
# MNIST has 60,000 images of handwritten digits to train on and 10,000 to test with, each 28 by 28 pixels.
# `keras.datasets.mnist.load_data()` returns a tuple of two tuples. Python takes such a thing apart in one assignment, if the left
# side has the same shape. Load the data into `x_train`, `y_train`, `x_test` and `y_test` (x are images, y are digits) and
# print the four shapes.

# %% question="k1"
# BEGIN SOLUTION
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()

for array in (x_train, y_train, x_test, y_test):
    print(array.shape, array.dtype)
# END SOLUTION

# %% [markdown] question="k2"
# ### Question k2: One row for each image (0.5 points)
#
# To this network an image is one observation of 784 variables, so `x_train` and `x_test` become matrices: one row an image,
# one column a pixel. `reshape` keeps the order of the numbers and only changes how they are cut into rows. Then divide by
# the largest grey value, 255, so that all values lie between 0 and 1.

# %% question="k2"
# BEGIN SOLUTION
x_train = x_train.reshape(len(x_train), 28 * 28) / 255
x_test = x_test.reshape(len(x_test), 28 * 28) / 255

print(x_train.shape, x_test.shape, x_train.max())
# END SOLUTION

# %% [markdown] question="k3"
# ### Question k3: A table of labels whose columns have names (0.8 points)
#
# The network will give ten probabilities for an image, so the true answers get ten columns too: 1 in the column of the digit, 0
# elsewhere (one-hot). A plain array does not say which column stands for which digit. A pandas data frame does.
#
# Replace `y_train` and `y_test` by data frames with one row an image and ten columns that are named after the digits, `"0"`
# to `"9"` in this order. (`keras.utils.to_categorical` makes the numbers, `pd.DataFrame(..., columns=...)` the table. Whether a
# name is the text `"3"` or the number `3` does not matter.) Look at the first five rows with `head`.

# %% question="k3"
# BEGIN SOLUTION
digit_names = [str(digit) for digit in range(10)]
y_train = pd.DataFrame(keras.utils.to_categorical(y_train, 10), columns=digit_names)
y_test = pd.DataFrame(keras.utils.to_categorical(y_test, 10), columns=digit_names)

print(y_train.head(5))
# END SOLUTION

# %% [markdown] question="k4"
# ### Question k4: Back from the table to digits (0.3 points)
#
# Read the first five digits off the table again: `first_five`, five digits in a list or an array. Let pandas do it:
# `idxmax(axis=1)` gives, for each row, the name of the column with the largest value. (You will need the same idea for
# predictions, where the row holds probabilities.)

# %% question="k4"
# BEGIN SOLUTION
first_five = [int(name) for name in y_train.head(5).idxmax(axis=1)]

print(first_five)
# END SOLUTION

# %% [markdown]
# ## Part B: The model (2.9 points)

# %% [markdown] question="k5"
# ### Question k5: Build it (0.6 points)
#
# Build `model` for rows of 784 pixels: a dense layer of 256 units with ReLU, dropout with rate 0.4, a dense layer of 128 units with
# ReLU, dropout with rate 0.3, and a dense layer of ten units with softmax, which gives a probability for each digit. Print its
# summary (`model.summary()`): the next questions are about what stands there.
#
# `units` is the number of values that a layer passes on. `layers.Dropout(rate)` passes on as many as it gets, but in every
# training step it sets a random share of them to zero, so that the next layer cannot rely on any single one.

# %% question="k5"
# BEGIN SOLUTION
model = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ]
)
model.summary()
# END SOLUTION

# %% [markdown] question="k6"
# ### Question k6: Where the numbers of parameters come from (0.8 points)
#
# The last column of the summary counts parameters, the numbers that training changes. Compute them yourself, from the sizes of
# the layers alone: each unit of a dense layer has one weight for each value that it gets, and one intercept (bias).
#
# Keep those of the three dense layers as `params_1`, `params_2` and `params_3`, those of one dropout layer as
# `params_dropout`, and the sum over the whole model as `params_total`. Write the arithmetic, not the result: `(... + 1) * ...`.
# Then compare with the summary.

# %% question="k6"
# BEGIN SOLUTION
params_1 = (784 + 1) * 256
params_2 = (256 + 1) * 128
params_3 = (128 + 1) * 10
params_dropout = 0
params_total = params_1 + params_2 + params_3 + 2 * params_dropout

print(params_1, params_2, params_3, params_total, model.count_params())
# END SOLUTION

# %% [markdown] question="k7"
# ### Question k7: Shapes that come out (0.3 points)
#
# The summary says that the model's output has the shape `(None, 10)`. Find out what stands in the place of `None` when the
# model is used: let `model` predict (1) the first test image alone and (2) the first five, and keep the shapes of what comes
# out, as tuples, as `shape_of_one` and `shape_of_five`. Mind that one image is still a matrix, of one row: `x_test[:1]`. (The model is
# not trained yet, so the probabilities are still worth nothing. Only shapes matter here.)

# %% question="k7"
# BEGIN SOLUTION
shape_of_one = model.predict(x_test[:1], verbose=0).shape
shape_of_five = model.predict(x_test[:5], verbose=0).shape

print(shape_of_one, shape_of_five)
# END SOLUTION

# %% [markdown] question="k8"
# ### Question k8: What `None` means (0.4 points)
#
# *Written.* What does `None` mean in the output shapes of the summary? Why does Keras leave this number open, while it has to
# know the 784 and the 10? Do the parameters depend on it?

# %% [markdown] question="k8" role="answer"
# The first axis of every shape counts the examples that are sent through the model together, the batch. `None` says that
# this number is not fixed: the same model took one image and five images in k7, takes 128 at a time in training and whatever is
# left over in the last batch. It can stay open because every image is handled on its own and with the same weights: more images
# mean more rows of results, not more weights. So no parameter depends on it. The 784, on the other hand, is the number of
# weights of each unit in the first layer, and the 10 is the number of units in the last one: without them Keras could not
# create the weight matrices.

# %% [markdown] question="k9"
# ### Question k9: Compile it (0.4 points)
#
# `compile` fixes how the model is trained: the **loss** that training makes smaller (here the cross-entropy of ten
# classes), the **optimizer** that changes the weights (here RMSprop with its defaults), and the **metrics** that are reported
# along the way (here accuracy). Compile `model`.

# %% question="k9"
# BEGIN SOLUTION
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(), metrics=["accuracy"])
# END SOLUTION

# %% [markdown] question="k10"
# ### Question k10: Which device is used? (0.4 points)
#
# Keras computes on a GPU where it finds one, and on the processor (CPU) where not; there is nothing to switch on.
# `keras.distribution.list_devices()` lists what it would use, as texts such as `"cpu:0"` or `"gpu:0"`. Keep the kind as
# `device_kind`: the text `"gpu"` or `"cpu"`, computed from that list.
#
# If it says `"cpu"` on a machine that has a GPU, there are three usual reasons: the session was started without asking for a
# GPU; the installed library was built without GPU support, or does not fit the driver; or the notebook hides the GPU, for
# example through `CUDA_VISIBLE_DEVICES`. Half of the points are for a notebook that trains a model and leaves the GPU within
# reach. Where the grading machine has no GPU, that half is left out of your total.

# %% question="k10"
# BEGIN SOLUTION
devices = keras.distribution.list_devices()
device_kind = devices[0].split(":")[0]

print(devices, device_kind)
# END SOLUTION

# %% [markdown]
# ## Part C: Training (4.5 points)

# %% [markdown] question="k11"
# ### Question k11: Fit it (0.8 points)
#
# `fit` goes through the training images again and again. Each pass is an epoch; in each epoch every image is used once, in batches,
# and the weights change a little after each batch. With `validation_split=0.2` the **last fifth** of the rows is set apart
# before anything is shuffled: not trained on, only used to compute loss and accuracy at the end of each epoch.
#
# Fit `model` for 30 epochs in batches of 128 with this validation split. Keep what `fit` returns as `history`. (If `fit`
# does not take the label table on your machine, give it the table's numbers: `y_train.to_numpy()`.)

# %% question="k11"
# BEGIN SOLUTION
history = model.fit(x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, verbose=2)
# END SOLUTION

# %% [markdown] question="k12"
# ### Question k12: Plot the history (0.6 points)
#
# Draw what `history` holds against the epoch, in two plots: training and validation **loss** in one, training and validation
# **accuracy** in the other. Label both axes and tell the lines apart with a legend. Where do the lines of training and
# validation cross, and which of them stops improving first?

# %% question="k12"
# BEGIN SOLUTION
epochs = np.arange(1, len(history.epoch) + 1)
figure, (upper, lower) = plt.subplots(2, 1, figsize=(7, 7), sharex=True)
for axis, measure in ((upper, "loss"), (lower, "accuracy")):
    axis.plot(epochs, history.history[measure], label="training")
    axis.plot(epochs, history.history[f"val_{measure}"], label="validation")
    axis.set_xlabel("epoch")
    axis.set_ylabel(measure)
    axis.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="k13"
# ### Question k13: Which weights does the model keep? (0.8 points)
#
# After 30 epochs the model has been 30 different models. Which of them do `evaluate` and `predict` use: the best one, or the
# last one? Find out.
#
# 1. Evaluate `model` now on the validation rows, the last fifth of the training rows, and keep the loss as `val_loss_now`. (With
#    `cut = round(0.8 * len(x_train))` they are `x_train[cut:]`. A data frame's rows are cut by place with `.iloc[cut:]`.)
# 2. Compare it with the 30 validation losses in `history`: which epoch's is nearest? Keep the number of that epoch, counted from
#    1, as `epoch_kept`.
# 3. Keep the number of the epoch with the lowest validation loss as `epoch_best`, also counted from 1.

# %% question="k13"
# BEGIN SOLUTION
cut = round(0.8 * len(x_train))
val_loss_now = model.evaluate(x_train[cut:], y_train.iloc[cut:], verbose=0)[0]

val_losses = np.array(history.history["val_loss"])
epoch_kept = int(np.abs(val_losses - val_loss_now).argmin()) + 1
epoch_best = int(val_losses.argmin()) + 1

print(f"validation loss now {val_loss_now:.4f}; in the history:", val_losses.round(4))
print("the model is that of epoch", epoch_kept, "- the best one was that of epoch", epoch_best)
# END SOLUTION

# %% [markdown] question="k14"
# ### Question k14: Evaluate on the test images (0.3 points)
#
# Evaluate `model` on the test images and the test labels. Keep the two numbers as `test_loss` and `test_accuracy`.

# %% question="k14"
# BEGIN SOLUTION
test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)

print(f"test loss {test_loss:.4f}, test accuracy {test_accuracy:.4f}")
# END SOLUTION

# %% [markdown] question="k15"
# ### Question k15: Predicted digits as values (1 point)
#
# A model's output may come as an object that prints as `tf.Tensor([7 2 1 ... 4 5 6], shape=(10000,), dtype=int64)`: three dots
# where you wanted to see digits. `model.predict` gives a NumPy array, and from there on everything is ordinary:
#
# 1. `digits`: the digit with the largest probability for **each** test image, as an array of whole numbers.
# 2. `first_ten`: the first ten of them as a plain Python list of whole numbers (`.tolist()`). Print it: no dots, no `Tensor`.
# 3. Draw the first ten test images, each with the digit that the model read in its title.

# %% question="k15"
# BEGIN SOLUTION
digits = model.predict(x_test, verbose=0).argmax(axis=1)
first_ten = digits[:10].tolist()
print(first_ten)

figure, axes = plt.subplots(2, 5, figsize=(8, 4))
for axis, pixels, digit in zip(axes.flat, x_test, first_ten, strict=False):
    axis.imshow(pixels.reshape(28, 28), cmap="gray_r")
    axis.set_title(f"read as {digit}")
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown] question="k16"
# ### Question k16: Keep the best weights (1 point)
#
# `fit` can watch the validation loss itself and stop when it no longer improves. Pass it
# `callbacks=[keras.callbacks.EarlyStopping(...)]`; the callback is told what to watch (`monitor`), how many epochs without
# improvement to put up with (`patience`), and whether to go back to the best weights at the end (`restore_best_weights`, which is
# off unless you say so).
#
# 1. Build a **fresh** network like `model`, compile it in the same way, and call it `model_stopped`. (Fitting `model` again would
#    go on from the weights that it has.)
# 2. Fit it for at most 30 epochs with batches and validation split as before, watching the validation loss with a patience of 3 and
#    restoring the best weights. Keep `history_stopped`.
# 3. Evaluate it on the validation rows, as in k13, and keep the loss as `val_loss_stopped`. Is it that of the last epoch, or of the
#    best?

# %% question="k16"
# BEGIN SOLUTION
model_stopped = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ]
)
model_stopped.compile(
    loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(), metrics=["accuracy"]
)
stopper = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
history_stopped = model_stopped.fit(
    x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, callbacks=[stopper], verbose=2
)

val_loss_stopped = model_stopped.evaluate(x_train[cut:], y_train.iloc[cut:], verbose=0)[0]
test_accuracy_stopped = model_stopped.evaluate(x_test, y_test, verbose=0)[1]
print(f"stopped after {len(history_stopped.epoch)} epochs, validation loss {val_loss_stopped:.4f}")
print(f"test accuracy {test_accuracy_stopped:.4f}; after 30 epochs it was {test_accuracy:.4f}")
# END SOLUTION

# %% [markdown]
# ## Part D: Two short answers (0.6 points)

# %% [markdown] question="k17"
# ### Question k17: Does it overfit, and what can be done? (0.4 points)
#
# *Written.* Does `model` overfit in its 30 epochs? Say what you see in your plots and numbers, for the loss and for the
# accuracy. Name two things that can be done about overfitting, one of which this network has already.

# %% [markdown] question="k17" role="answer"
# On the full data set the validation loss is lowest in epoch 11 (0.082) and then slowly rises to about 0.10, while the
# training loss goes on falling, from 0.076 to 0.040: the network becomes surer of its answers on images that it knows, and the few
# validation images that it gets wrong are wrong with more confidence. That is overfitting in the loss. The validation accuracy
# does not suffer: it still creeps up, from 0.979 to about 0.981. So it overfits a little, and the answers do not get worse:
# test accuracy is 0.981 after 30 epochs and 0.978 with early stopping.
#
# Dropout is there already: it keeps the units from relying on one another. Early stopping with the best weights restored is the
# second: it keeps the model of the lowest validation loss. More training images (or shifted and turned copies of those there are),
# a smaller network and penalties on large weights work as well.

# %% [markdown] question="k18"
# ### Question k18: Validation and test (0.2 points)
#
# *Written.* Neither the validation images nor the test images are trained on. Why does one need both? Which of the two is the
# early stopping of k16 allowed to look at?

# %% [markdown] question="k18" role="answer"
# The validation images are used to choose: when to stop, how many units, which rate of dropout. What was chosen because it does
# well on them does a little too well on them by chance, so they no longer say how the model does on new images. The test images
# are kept out of all choices and looked at once, at the end. So early stopping may watch the validation loss, never the
# test loss.
