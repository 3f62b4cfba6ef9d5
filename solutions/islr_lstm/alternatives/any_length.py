# %% [markdown]
# The model takes reviews of any length and gets rows of floats.

# %% question="b1"
x_train_pad = keras.preprocessing.sequence.pad_sequences(x_train, maxlen=500, dtype="float32")
x_test_pad = keras.preprocessing.sequence.pad_sequences(x_test, maxlen=500, dtype="float32")

# %% question="c1"
model = keras.Sequential()
model.add(keras.Input(shape=(None,)))
model.add(layers.Embedding(10_000, 32))
model.add(layers.LSTM(32, activation="tanh"))
model.add(layers.Dense(1, activation=keras.activations.sigmoid))

# %% question="c2"
embedding_params, lstm_params, output_params = (layer.count_params() for layer in model.layers)

# %% question="c3"
one_hot_entries = 5_000_000
embedded_shape = model.layers[0](x_train_pad[:1])[0].shape
embedded_shape = tuple(int(side) for side in embedded_shape)

# %% question="d1"
reviews_used, labels_used = x_train_pad[:train_rows], y_train[:train_rows]
history = model.fit(
    reviews_used, labels_used, batch_size=128, epochs=3, validation_data=(x_test_pad, y_test), verbose=0
)

# %% question="d3"
judged = model.predict(x_test_pad, verbose=0).round().ravel()
loss = keras.losses.binary_crossentropy(
    y_test.astype("float32"), model.predict(x_test_pad, verbose=0).ravel()
)
results = [float(loss), float(np.mean(judged == y_test))]
