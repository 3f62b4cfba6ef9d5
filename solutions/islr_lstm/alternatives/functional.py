# %% [markdown]
# A functional model with activations as layers, objects for loss and optimizer, and labels as a column of floats.

# %% question="c1"
words = keras.Input((500,), dtype="int32")
vectors = layers.Embedding(input_dim=10000, output_dim=32, name="words")(words)
memory = layers.LSTM(units=32)(vectors)
model = keras.Model(words, layers.Activation("sigmoid")(layers.Dense(1)(memory)))

# %% question="c3"
one_hot_entries = np.zeros((500, 10000)).size
embedded_shape = model.get_layer("words").output.shape

# %% question="c4"
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001),
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.BinaryAccuracy()],
)

# %% question="d1"
targets = y_train.astype("float32").reshape(-1, 1)
history = model.fit(
    x_train_pad[:train_rows],
    targets[:train_rows],
    validation_data=(x_test_pad, y_test.astype("float32").reshape(-1, 1)),
    epochs=3,
    batch_size=128,
    verbose=0,
)

# %% question="d2"
for measure in ["loss", "binary_accuracy"]:
    plt.figure()
    plt.plot([1, 2, 3], history.history[measure])
    plt.plot([1, 2, 3], history.history["val_" + measure])
    plt.legend(["training reviews", "test reviews"])
    plt.xlabel("epoch")
    plt.ylabel(measure.replace("_", " "))
    plt.show()

# %% question="d3"
results = np.array(model.evaluate(x_test_pad, y_test, verbose=0))
print(results)
