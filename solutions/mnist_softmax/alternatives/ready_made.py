# %% [markdown]
# scikit-learn splits places into two parts, pandas keeps and plots the histories, and the functions of the parameters build a model and ask it.

# %%
import pandas as pd
from sklearn.model_selection import train_test_split

# %% question="a1"
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
for place in range(25):
    plt.subplot(5, 5, place + 1)
    plt.imshow(x_train[place])
    plt.xticks([])
    plt.yticks([])

# %% question="a4"
train_indices, valid_indices = train_test_split(
    np.arange(len(x_train_vec)), test_size=1 / 6, stratify=y_train
)
whole_x, whole_y = x_train_vec, y_train_vec
x_train_vec, x_valid_vec = whole_x[train_indices], whole_x[valid_indices]
y_train_vec, y_valid_vec = whole_y[train_indices], whole_y[valid_indices]

# %% question="b5"
table = pd.DataFrame(softmax_history.history)
table[["accuracy", "val_accuracy"]].plot(xlabel="epoch", ylabel="accuracy", grid=True)


# %% question="c2"
def parameter_shapes(d1, d2):
    """Build the network and turn the weights that Keras has."""
    built = keras.Sequential([keras.Input((784,)), layers.Dense(d1), layers.Dense(d2), layers.Dense(10)])
    shapes = [tuple(reversed(weights.shape)) for weights in built.get_weights()]
    return dict(zip(("W0", "b0", "W1", "b1", "W2", "b2"), shapes, strict=True))


def parameter_count(d1, d2):
    """Build the network and ask it."""
    built = keras.Sequential([keras.Input((784,)), layers.Dense(d1), layers.Dense(d2), layers.Dense(10)])
    return built.count_params()


# %% question="c4"
table = pd.DataFrame(network_history.history)
axis = table.plot(y=["accuracy", "val_accuracy"])
axis.set_xlabel("epoch")
axis.set_ylabel("accuracy")
plt.show()

# %% question="c6"
predicted_digits = pd.DataFrame(network.predict(x_test_vec, verbose=0)).idxmax(axis=1)
