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
# # A network that somebody else has trained
#
# Training a network that tells a thousand kinds of things apart takes a million labelled photographs and weeks of computing.
# Using one takes a minute. You will show some photographs to ResNet50, a network of fifty layers that was trained on ImageNet: read
# and prepare them exactly as it expects, look into it, and read its answers. It goes with chapter 10 of *An Introduction to
# Statistical Learning*.
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the variables that
# are looked at when the question ends, so keep those names. Cells that stop with an error do not end the run: what you
# finished still counts. Questions marked *written* are read by a person.
#
# **The photographs** lie in the folder `book_images` beside your notebook. Do not type their number into your code.
#
# **The weights** are a file of a hundred megabytes. Where it cannot be had, the function below builds the same network with random
# weights and says so: every step can still be done, only the answers mean nothing, and what needs the true weights is left out of
# your total.

# %%
import os

import keras
import matplotlib.pyplot as plt
import numpy as np

keras.utils.set_random_seed(353)


# %%
def load_resnet50():
    """Return ResNet50, and whether it has the weights of its training on ImageNet."""
    try:
        return keras.applications.ResNet50(weights="imagenet"), True
    except Exception as problem:
        print("The weights of ImageNet are not available here, so these are random:", problem)
        return keras.applications.ResNet50(weights=None), False


# %% [markdown]
# ## The photographs

# %% [markdown] question="r1"
# ### Question r1: Find the photographs (0.6 points)
#
# Make `image_names`, the list of the names of all files in the folder `book_images`, in alphabetical order and without the
# folder's name. `os.listdir` lists a folder, in no particular order.

# %% question="r1"
# BEGIN SOLUTION
image_names = sorted(os.listdir("book_images"))

print(image_names)
# END SOLUTION

# %% [markdown] question="r2"
# ### Question r2: Read them (1.2 points)
#
# ResNet50 takes images of 224 x 224 pixels with three colours. Read every photograph at that size and put all of them into one
# array `x` of shape (number of photographs, 224, 224, 3), in the order of `image_names`, with values from 0 to 255.
# `keras.utils.load_img(path, target_size=...)` reads and resizes, `keras.utils.img_to_array` makes an array of it.

# %% question="r2"
# BEGIN SOLUTION
x = np.zeros((len(image_names), 224, 224, 3), dtype="float32")
for place, name in enumerate(image_names):
    image = keras.utils.load_img(os.path.join("book_images", name), target_size=(224, 224))
    x[place] = keras.utils.img_to_array(image)

print(x.shape, x.min(), x.max())
# END SOLUTION

# %% [markdown] question="r3"
# ### Question r3: Look at them (0.8 points)
#
# Draw all photographs in one figure, side by side or in a grid, each with its file name as the title. `imshow` takes whole numbers
# from 0 to 255 (`x[0].astype("uint8")`) or fractions from 0 to 1.

# %% question="r3"
# BEGIN SOLUTION
figure, axes = plt.subplots(1, len(x), figsize=(3 * len(x), 3))
for axis, image, name in zip(axes, x, image_names, strict=True):
    axis.imshow(image.astype("uint8"))
    axis.set_title(name)
    axis.axis("off")
plt.show()
# END SOLUTION

# %% [markdown] question="r4"
# ### Question r4: Prepare them (1 point)
#
# A network understands only what looks like the images that it was trained on, down to the scale of the numbers. For ResNet50,
# `keras.applications.resnet50.preprocess_input` does what was done then. Put the result into `x_ready`, and leave `x` as it is:
# the function changes a NumPy array in its place, so give it a copy (`x.copy()`).

# %% question="r4"
# BEGIN SOLUTION
x_ready = keras.applications.resnet50.preprocess_input(x.copy())

print("before", x[0, 0, 0], "after", x_ready[0, 0, 0])
# END SOLUTION

# %% [markdown] question="r5"
# ### Question r5: What the preparation does (0.6 points)
#
# *Written.* Compare a few pixels of `x` and `x_ready` (the numbers 103.939, 116.779 and 123.68 will turn up). Which two things does the
# preparation do to an image? What would happen if you divided by 255 instead, as for your own networks?

# %% [markdown] question="r5" role="answer"
# It turns the order of the channels round, from red-green-blue to blue-green-red, and takes the mean of each channel over the ImageNet
# training images away: 103.939 from blue, 116.779 from green, 123.68 from red. The values are then around zero, between about -124
# and 151; they are not divided by anything.
#
# With values between 0 and 1 every photograph would look to the network like a nearly even picture of one dark grey-brown, because the
# differences between its pixels would be 255 times smaller than anything that it has seen, and red would stand where it expects blue.
# Its answers would hardly depend on the photograph any more. There would be no error message.

# %% [markdown]
# ## The network

# %% [markdown] question="r6"
# ### Question r6: Load ResNet50 (1 point)
#
# Call `load_resnet50()`, which was defined above, and keep what it returns as `resnet` and `has_weights`. Print the summary and look
# for the pattern that repeats. A block ends in a layer `add`: it adds what went into the block to what comes out of it.

# %% question="r6"
# BEGIN SOLUTION
resnet, has_weights = load_resnet50()
resnet.summary()
# END SOLUTION

# %% [markdown] question="r7"
# ### Question r7: Count (1.2 points)
#
# - `conv1_params`: the number of parameters of the first convolution, worked out by hand. It has 64 filters of 7 x 7 on three channels,
#   and each filter has a bias.
# - `conv_count`: how many convolutions the network has (layers of the class `keras.layers.Conv2D`; `resnet.layers` lists all).
# - `total_params` and `frozen_params`: all parameters, and those that training does not change. The summary prints them; the lists
#   `resnet.weights` and `resnet.non_trainable_weights` have them too, and each weight has a shape.

# %% question="r7"
# BEGIN SOLUTION
conv1_params = (7 * 7 * 3 + 1) * 64
conv_count = sum(isinstance(layer, keras.layers.Conv2D) for layer in resnet.layers)
total_params = resnet.count_params()
frozen_params = sum(int(np.prod(weight.shape)) for weight in resnet.non_trainable_weights)

print(conv1_params, conv_count, total_params, frozen_params)
# END SOLUTION

# %% [markdown] question="r8"
# ### Question r8: What is not trained (0.6 points)
#
# *Written.* Which layers do the parameters belong to that training does not change by gradients, and what are they? And why is the network
# called 50 layers deep, when you have counted more convolutions than that?

# %% [markdown] question="r8" role="answer"
# They belong to the batch normalisation layers: each keeps, for every channel, a moving mean and a moving variance of what it has seen.
# These are averages that are updated during training, not by gradients, and used for scaling when the network predicts. (The scale and
# the shift that follow are trained.)
#
# Of the 53 convolutions four stand in the shortcuts, where they only bring the input of a block to the shape of its output. The longest
# way through the network passes 49 convolutions and the dense layer at the end: 50 layers with weights.

# %% [markdown]
# ## Its answers

# %% [markdown] question="r9"
# ### Question r9: Predict (1.2 points)
#
# Have the network look at the prepared photographs. Keep its answers as `scores`: one row a photograph, one probability for each of
# the thousand classes of ImageNet. Keep the number of the most likely class of each photograph as `best_class`.

# %% question="r9"
# BEGIN SOLUTION
scores = resnet.predict(x_ready, verbose=0)
best_class = scores.argmax(axis=1)

print(scores.shape, best_class)
# END SOLUTION

# %% [markdown] question="r10"
# ### Question r10: The three most likely (1 point)
#
# Numbers of classes are not for people. Make `top3`, a dictionary that has an entry for each name in `image_names`: the list of the three
# most likely classes of that photograph, the likeliest first, each as (id of the class, its name, its probability).
# `keras.applications.resnet50.decode_predictions(scores, top=3)` gives one such list for each photograph.

# %% question="r10"
# BEGIN SOLUTION
decoded = keras.applications.resnet50.decode_predictions(scores, top=3)
top3 = dict(zip(image_names, decoded, strict=True))

for name, answers in top3.items():
    print(name)
    for _, what, probability in answers:
        print(f"    {what:25} {probability:.3f}")
# END SOLUTION

# %% [markdown] question="r11"
# ### Question r11: What it sees (0.8 points)
#
# *Written.* For two of the photographs: what do you see, what did the network answer, and how sure was it? What might explain a wrong
# answer? (Think of how large the thing is in the picture, what is around it, and whether its kind is among the thousand classes at
# all.) If your network has random weights, say how you can tell that from its answers.

# %% [markdown] question="r11" role="answer"
# With the true weights the flamingo is a clear case: large, in the middle, of a colour of its own, and one of the thousand classes. The
# network gives it more than nine tenths. For a hawk that is small in a large picture, its first answers are things from the surroundings;
# cut out and enlarged, the same bird is taken for a kite: the wrong bird of prey, but hawk is not among the classes. A dog that is
# curled up on the floor may get a share for "doormat". So the answers follow what fills the picture, and the network has no way of saying
# "none of these".
#
# With random weights every photograph gets about the same answer, and no probability is far from one in a thousand: the outputs hardly
# depend on the input.
