# %% [markdown]
# Both networks are built with the functional API, losses and metrics are objects, and pandas draws the history.

# %% question="a1"
given = keras.Input(shape=(10,))
hidden = layers.Dense(50)(given)
hidden = layers.ReLU()(hidden)
hidden = layers.Dropout(rate=0.4)(hidden)
warmup = keras.Model(given, layers.Dense(units=1, activation="linear")(hidden))
warmup_parameters = np.int64(10 * 50 + 50 + 50 + 1)

# %% question="e1"
given = keras.Input(shape=z_train.shape[1:], name="player")
hidden = layers.Dense(50, activation=keras.activations.relu, name="hidden")(given)
kept = layers.Dropout(0.4, name="kept")(hidden)
network = keras.Model(inputs=given, outputs=layers.Dense(1, name="salary")(kept))

# %% question="e2"
network.compile(
    optimizer=keras.optimizers.RMSprop(0.03),
    loss=keras.losses.MeanSquaredError(),
    metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
)

# %% question="e3"
steps_per_epoch = np.ceil(z_train.shape[0] / 32)
history = network.fit(
    x=z_train, y=y_train, validation_data=(z_test, y_test), batch_size=32, epochs=40, verbose=0
)

# %% question="e4"
axes = pd.DataFrame(history.history)[["mae", "val_mae"]].plot()
axes.set_xlabel("epoch")
axes.set_ylabel("MAE")
plt.show()

# %% question="e5"
network_predictions = network(z_test).numpy()[:, 0]
test_loss, network_mae = network.evaluate(z_test, y_test, verbose=0)
