# %% [markdown]
# Networks grow layer by layer, the R2 is Keras's own metric or counted by hand, and arrays are float32 from the start.

# %% question="b1"
series = nyse[["DJ_return", "log_volume", "log_volatility"]].astype("float32")
for name in series.columns:
    series[name] -= series[name].mean()
    series[name] /= series[name].std()

# %% question="b4"
complete = np.arange(len(nyse)) >= 5
istrain = (nyse["date"].dt.year < 1980).to_numpy()[5:]
arframe = arframe[5:]

# %% question="d2"
rnn = keras.models.Sequential()
rnn.add(keras.layers.Input((5, 3)))
rnn.add(layers.SimpleRNN(12, dropout=0.1, recurrent_dropout=0.1))
rnn.add(layers.Dense(1, name="volume"))
print((3 + 12 + 1) * 12 + 13, rnn.count_params())

# %% question="e1"
linear_network = keras.models.Sequential(
    [layers.Flatten(input_shape=(5, 3)), layers.Dense(1, activation=None)]
)
linear_network.compile(keras.optimizers.RMSprop(0.005), "mean_squared_error")
linear_network.fit(xrnn_train, y_train, epochs=15, batch_size=64, verbose=0)
left = y_test - linear_network.predict(xrnn_test, verbose=0)[:, 0]
linear_r2 = 1 - float((left**2).mean() / y_test.var())

# %% question="e2"
day_train = np.asarray(day_design)[istrain]
day_test = np.asarray(day_design)[~istrain]
nonlinear = keras.models.Sequential()
nonlinear.add(keras.Input((day_train.shape[-1],)))
nonlinear.add(layers.Dense(32))
nonlinear.add(layers.ReLU())
nonlinear.add(layers.Dropout(0.5))
nonlinear.add(layers.Dense(1))
nonlinear.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.005), loss="mse", metrics=[keras.metrics.R2Score()]
)
nonlinear.fit(day_train, y_train[:, None], epochs=15, batch_size=64, verbose=0)
nonlinear_r2 = nonlinear.evaluate(day_test, y_test[:, None], verbose=0)[1]
