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
# # One hidden layer, from the pixels to the mistakes
#
# | part | what | points |
# |---|---|---|
# | A | the data: digits as images with one channel | 2.2 |
# | B | the network: one hidden layer with dropout | 1.8 |
# | C | training, and keeping what was trained | 3.4 |
# | D | judging: probabilities, errors, and which digits are mixed up | 2.6 |
#
# You train a small network on handwritten digits, and then do with it what one does with any model that is worth keeping: save
# it, load it again, and find out what it gets wrong.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the data set into your code.** Use `len(...)`, `.shape` or variables: while you try things out,
# your notebook may meet a smaller copy of the same data, where the numbers differ from the published ones named in the text.

# %%
import json
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(353)

# %% [markdown]
# ## Part A: The data (2.2 points)
#
# MNIST holds scanned handwritten digits as grey images of 28 x 28 pixels, each with the digit that it shows: 60,000 images to
# train on and 10,000 to test with.

# %% [markdown] question="a1"
# ### Question a1: Load MNIST and describe it (0.5 points)
#
# Load the data with `keras.datasets.mnist.load_data()`. Keep the images as `train_images` and `test_images`, and the digits,
# which are the classes to tell apart, as `g_train` and `g_test`.
#
# Code that takes its numbers from the data works on other data as well. So read these off the arrays: `num_train_images`,
# `num_test_images`, `img_rows`, `img_cols` (height and width of an image), `num_pixels` (in one image) and `num_classes`
# (how many different digits there are among the labels; `np.unique` finds them).

# %% question="a1"
# BEGIN SOLUTION
(train_images, g_train), (test_images, g_test) = keras.datasets.mnist.load_data()

num_train_images, img_rows, img_cols = train_images.shape
num_test_images = len(test_images)
num_pixels = img_rows * img_cols
num_classes = len(np.unique(g_train))

print(num_train_images, "training and", num_test_images, "test images of", img_rows, "x", img_cols, "pixels")
print(
    num_pixels, "pixels in an image,", num_classes, "classes; values", train_images.min(), train_images.max()
)
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Scale, and add the channel axis (0.6 points)
#
# Pixels are whole numbers from 0 to 255. Divide by 255, so that they lie between 0 and 1: steps of one size then suit all weights.
#
# Networks for images expect one more axis, the channels: three for colours, one for grey. So turn the images into arrays
# with four axes, images x rows x columns x 1 (the published training set becomes 60,000 x 28 x 28 x 1). Pixels stay where they
# are. Keep the results as `x_train` and `x_test`. `reshape` does it, or indexing with `np.newaxis`.

# %% question="a2"
# BEGIN SOLUTION
x_train = (train_images / 255).reshape(num_train_images, img_rows, img_cols, 1)
x_test = (test_images / 255).reshape(num_test_images, img_rows, img_cols, 1)

print(x_train.shape, x_train.min(), x_train.max())
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: One-hot labels (0.5 points)
#
# The network will give one probability for each class. To compare these with the truth, write each label as ten numbers: 1 in the
# column of its digit and 0 elsewhere. Keep the one-hot labels as `y_train` and `y_test` (`keras.utils.to_categorical`
# helps), and leave `g_train` and `g_test` as they are: you need the plain digits again.

# %% question="a3"
# BEGIN SOLUTION
y_train = keras.utils.to_categorical(g_train, num_classes)
y_test = keras.utils.to_categorical(g_test, num_classes)

print(g_train[0], "becomes", y_train[0])
# END SOLUTION

# %% [markdown] question="a4"
# ### Question a4: Look at the images (0.6 points)
#
# Always look at data before training on it. Make `class_names`, a list with the English names of the ten classes, from `"zero"`
# to `"nine"`: the name of class 3 is `class_names[3]`. Then draw the first twelve training images in a grid, in order, each
# with the **name** of its class as its title. `plt.subplots(3, 4)` gives twelve places, and `imshow` draws an image of 28 x 28
# values (`cmap="gray_r"` writes in black on white).

# %% question="a4"
# BEGIN SOLUTION
class_names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

figure, axes = plt.subplots(3, 4, figsize=(7, 6))
for axis, image, digit in zip(axes.flat, x_train, g_train, strict=False):
    axis.imshow(image[:, :, 0], cmap="gray_r")
    axis.set_title(class_names[digit])
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown]
# ## Part B: The network (1.8 points)

# %% [markdown] question="b1"
# ### Question b1: Build the network (0.8 points)
#
# Build `model` from these layers, in this order:
#
# 1. an input of 28 x 28 x 1, one image as it stands in `x_train` (`keras.Input(shape=...)`, without the number of images);
# 2. a layer that flattens the image into a row of 784 values (`layers.Flatten`);
# 3. a dense layer of 256 units with ReLU;
# 4. dropout with rate 0.5: in each training step a random half of the 256 values is set to zero, so that no unit can rely on a
#    particular other one;
# 5. a dense layer with one unit for each class, whose outputs are probabilities that sum to 1 (softmax).
#
# Images are flattened inside the model, not before: then the very same arrays can later be given to a convolutional network,
# which needs to know which pixels are neighbours. Print a summary.

# %% question="b1"
# BEGIN SOLUTION
model = keras.Sequential(
    [
        keras.Input(shape=(img_rows, img_cols, 1)),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.summary()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: Where the parameters come from (0.6 points)
#
# The summary says how many parameters the network has. How does that number arise? Work it out yourself, from the sizes of
# the layers and without asking the model: `hidden_params` for the layer of 256 units, `output_params` for the last layer, and
# `total_params` for the whole network. Each unit of a dense layer has one weight for each of its inputs, and one number more.

# %% question="b2"
# BEGIN SOLUTION
hidden_params = (num_pixels + 1) * 256
output_params = (256 + 1) * num_classes
total_params = hidden_params + output_params  # flattening and dropout have nothing to learn

print(hidden_params, "+", output_params, "=", total_params)
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: Compile it (0.4 points)
#
# Compile `model` with the cross-entropy for classes as its **loss**, plain stochastic gradient descent with learning rate 0.03
# as its **optimizer** (`keras.optimizers.SGD`), and accuracy among its **metrics**.
#
# The optimizer matters more than one would think. On the published data, ten epochs give a test accuracy of about 0.924 with
# SGD and its default learning rate (0.01), 0.947 with 0.03, and 0.977 with RMSprop and its defaults, which adapts the
# step of each weight. Use SGD with 0.03 here all the same, so that your figures can be compared with ours. It makes every step one
# that you could do by hand: weight minus 0.03 times gradient.

# %% question="b3"
# BEGIN SOLUTION
model.compile(
    loss="categorical_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.03),
    metrics=["accuracy"],
)
# END SOLUTION

# %% [markdown]
# ## Part C: Training (3.4 points)

# %% [markdown] question="c1"
# ### Question c1: Fit (0.9 points)
#
# Train `model` for 10 epochs in batches of 128, with 20 % of the training images set apart for validation
# (`validation_split=0.2` makes `fit` do so). Keep what `fit` returns as `history`. Its lines show loss and accuracy for the images
# trained on and for those set apart, and how long an epoch took.

# %% question="c1"
# BEGIN SOLUTION
history = model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.2, verbose=2)
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: Why 375 steps? (0.6 points)
#
# On the published data, training shows `375/375` in each epoch. One epoch is *not* one gradient step: it is one pass through the
# images that are trained on, and the weights change after every batch. Work out, from `num_train_images`, the share set apart,
# the batch size and the number of epochs:
#
# - `fitted_images`: how many images are trained on (published data: 48,000);
# - `steps_per_epoch`: how many batches that makes (published data: 375). What is left over at the end forms one more, smaller batch;
# - `updates`: how often the weights were changed during the whole training.

# %% question="c2"
# BEGIN SOLUTION
fitted_images = round(num_train_images * (1 - 0.2))
steps_per_epoch = int(np.ceil(fitted_images / 128))
updates = steps_per_epoch * 10

print(fitted_images, "images in", steps_per_epoch, "batches;", updates, "updates in 10 epochs")
# END SOLUTION

# %% [markdown] question="c3"
# ### Question c3: Save the model and its history, and load them again (0.8 points)
#
# Training takes patience, so keep its result: a file can be loaded tomorrow, without training again.
#
# - Save `model` to a file in the working folder (`model.save("model.keras")`), and load it from there as `reloaded`
#   (`keras.models.load_model`).
# - Save the history as well. It is no part of the model's file, so write the dictionary `history.history` to another one, for
#   example with `json.dump`, and load that as `reloaded_history`.
# - Keep the size of the model's file in bytes as `model_bytes` (`Path("model.keras").stat().st_size`). Compare it
#   with the number of parameters: each takes four bytes.
# - Print whether both models give the same predictions for the first few test images. They have to.

# %% question="c3"
# BEGIN SOLUTION
model_file = Path("model.keras")
model.save(model_file)
model_bytes = model_file.stat().st_size
history_file = Path("history.json")
history_file.write_text(json.dumps(history.history))

reloaded = keras.models.load_model(model_file)
reloaded_history = json.loads(history_file.read_text())

print(model_bytes, "bytes,", round(model_bytes / model.count_params(), 2), "for each parameter")
before, after = (network.predict(x_test[:100], verbose=0) for network in (model, reloaded))
print("largest difference between their predictions:", np.abs(before - after).max())
# END SOLUTION

# %% [markdown] question="c4"
# ### Question c4: Plot the history (0.5 points)
#
# Draw the history that you loaded: one pair of axes with the loss by epoch, for training and for validation, and another
# with the accuracies, each as a line. Label the axes and tell the lines apart with a legend.

# %% question="c4"
# BEGIN SOLUTION
epochs = np.arange(1, len(reloaded_history["loss"]) + 1)

figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for axis, measure in zip(axes, ["loss", "accuracy"], strict=True):
    axis.plot(epochs, reloaded_history[measure], marker="o", label="training")
    axis.plot(epochs, reloaded_history["val_" + measure], label="validation")
    axis.set_xlabel("epoch")
    axis.set_ylabel(measure)
    axis.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="c5"
# ### Question c5: Did the network overfit? (0.6 points)
#
# *Written.* Look at your curves. Was there overfitting in these ten epochs? Say what you would see in them if there were.
# Something else may look odd: is the accuracy on the training images above or below that on the validation images, and why?

# %% [markdown] question="c5" role="answer"
# No. Overfitting would show as a validation loss that stops falling and turns while the training loss goes on falling. Here both
# losses fall, and both accuracies rise, until the last epoch: the network still underfits a little and would gain from more
# epochs (or a better optimizer).
#
# The training accuracy is *lower* than the validation accuracy (about 0.927 against 0.947 after ten epochs on the published
# data), which looks like the wrong way round. Two reasons. First, dropout is active only while training: the training figures
# come from a network with half of its hidden units missing, the validation figures from the whole one. Second, the training figures
# are an average over the epoch while the weights improve, and the validation figures are taken at its end.

# %% [markdown]
# ## Part D: Judging the network (2.6 points)
#
# Use `model` or `reloaded` here: they are equal.

# %% [markdown] question="d1"
# ### Question d1: Probabilities and classes (0.7 points)
#
# Have the network look at all test images. Keep its ten probabilities for each image as `probabilities` (`predict`), and the class that
# it holds most likely for each image as `predicted_classes`, one whole number an image. Print the first few beside `g_test`.

# %% question="d1"
# BEGIN SOLUTION
probabilities = model.predict(x_test, verbose=0)
predicted_classes = probabilities.argmax(axis=1)

print(probabilities[:6].round(3))
print("read    ", predicted_classes[:6])
print("labelled", g_test[:6])
# END SOLUTION

# %% [markdown] question="d2"
# ### Question d2: The misclassification error, twice (0.7 points)
#
# The misclassification error is the share of test images whose predicted class is wrong. Compute it from
# `predicted_classes` and `g_test` as `error_by_hand`, and the share that is right as `accuracy_by_hand`. Then let Keras do
# it: keep what `evaluate` returns for the test set as `results` (loss and accuracy), and see whether both ways agree.

# %% question="d2"
# BEGIN SOLUTION
error_by_hand = np.mean(predicted_classes != g_test)
accuracy_by_hand = np.mean(predicted_classes == g_test)
results = model.evaluate(x_test, y_test, verbose=0)

print(f"by hand: error {error_by_hand:.4f}, accuracy {accuracy_by_hand:.4f}")
print(f"evaluate: loss {results[0]:.4f}, accuracy {results[1]:.4f}")
# END SOLUTION

# %% [markdown] question="d3"
# ### Question d3: The confusion matrix (0.7 points)
#
# One number hides which digits are mixed up. The confusion matrix shows it: make `confusion`, a table of 10 x 10 counts whose entry in
# **row** i and **column** j says how many test images of digit i (the truth) were read as digit j. Right answers are on the
# diagonal. Counting in a loop will do, and so will `sklearn.metrics.confusion_matrix`.
#
# Draw it as well, as a picture (`imshow`) with labels on both axes that say which one is the truth. A logarithm makes the rare mistakes
# visible beside the many right answers.

# %% question="d3"
# BEGIN SOLUTION
confusion = np.zeros((num_classes, num_classes), dtype=int)
for truth, guess in zip(g_test, predicted_classes, strict=True):
    confusion[truth, guess] += 1
print(confusion)

figure, axis = plt.subplots(figsize=(5, 5))
axis.imshow(np.log1p(confusion), cmap="Blues")
axis.set_xticks(range(num_classes))
axis.set_yticks(range(num_classes))
axis.set_xlabel("predicted digit")
axis.set_ylabel("true digit")
plt.show()
# END SOLUTION

# %% [markdown] question="d4"
# ### Question d4: An eight that was read as a two (0.5 points)
#
# Look a mistake in the face. Find the test images that show an 8 and were read as a 2, and keep their places in the test set as
# `eights_as_twos` (`np.flatnonzero` gives the places where a condition holds). Keep the first of them as `shown`, one
# number, and draw that test image. Could you tell that it is an 8?
#
# A better network, or a smaller test set, may have no such image. Then `eights_as_twos` is empty; keep as `shown`, and draw, the first
# test image that was read wrongly at all.

# %% question="d4"
# BEGIN SOLUTION
eights_as_twos = np.flatnonzero((predicted_classes == 2) & (g_test == 8))
wrong = np.flatnonzero(predicted_classes != g_test)
shown = eights_as_twos[0] if len(eights_as_twos) else wrong[0]

figure, axis = plt.subplots(figsize=(3, 3))
axis.imshow(x_test[shown, :, :, 0], cmap="gray_r")
axis.set_title(f"{class_names[g_test[shown]]}, read as {class_names[predicted_classes[shown]]}")
axis.axis("off")
plt.show()
# END SOLUTION
