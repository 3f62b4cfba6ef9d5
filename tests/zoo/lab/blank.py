"""The blank template of the zoo's lab."""

# %% start
import os
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("ZOO_DATA", "/data")) / "mnist"
labels = np.load(DATA / "y_train.npy")
train_images = np.load(DATA / "x_train.npy").reshape(-1, 784).astype("float32") / 255
test_images = np.load(DATA / "x_test.npy").reshape(-1, 784).astype("float32") / 255
test_labels = np.load(DATA / "y_test.npy")
loot = []
WON = "LOO" + "T: "  # an attack prints this before something that it should not have got

# %% q1
total = None

# %% q2
one_hot = None

# %% q3
model = None
test_acc = None
