# %% [markdown]
# Lengths and history as pandas objects.

# %%
import pandas as pd

# %% question="a1"
train, test = keras.datasets.imdb.load_data(num_words=10000)
x_train, y_train = pd.Series(train[0]), train[1]
x_test, y_test = pd.Series(test[0]), test[1]
x_train, x_test = x_train.to_list(), x_test.to_list()

# %% question="a2"
lengths = pd.Series(x_train).map(len)
median_length = lengths.median()
share_500 = (lengths < 501).mean()

# %% question="b1"
x_train_pad = np.stack([([0] * 500 + list(review))[-500:] for review in x_train])
x_test_pad = np.stack([([0] * 500 + list(review))[-500:] for review in x_test])

# %% question="b2"
last_words = pd.Series(x_train_pad[0]).tail(11)
longest_row = x_train_pad[lengths.idxmax()]
words_lost = lengths.max() - 500

# %% question="d2"
frame = pd.DataFrame(history.history, index=pd.RangeIndex(1, 4, name="epoch"))
frame[["loss", "val_loss"]].plot(ylabel="loss")
plt.show()
frame[["accuracy", "val_accuracy"]].plot(ylabel="accuracy")
plt.show()
