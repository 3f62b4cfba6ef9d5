# %% [markdown]
# All networks are built with the functional API, one function compiles and fits them, and the number of days is left open.


# %%
def train(model, rows, volumes, **more):
    model.compile(
        optimizer=keras.optimizers.RMSprop(0.005), loss=keras.losses.MeanSquaredError(), metrics=["mae"]
    )
    return model.fit(rows, volumes, batch_size=64, epochs=15, verbose=0, **more)


# %% question="d2"
days = keras.Input(shape=(None, 3), name="days")
state = layers.SimpleRNN(units=12, dropout=0.1, recurrent_dropout=0.1, name="memory")(days)
rnn = keras.Model(days, layers.Dense(1, activation="linear")(state))

# %% question="d3"
history = train(rnn, xrnn_train, y_train, validation_data=(xrnn_test, y_test))

# %% question="d4"
figure, axes = plt.subplots()
axes.plot(history.epoch, history.history["loss"], "o-", label="training loss")
axes.plot(history.epoch, history.history["val_loss"], "s-", label="validation loss")
axes.set(xlabel="epoch", ylabel="MSE", title="the recurrent network")
figure.legend()
plt.show()

# %% question="e1"
days = keras.Input(shape=xrnn_train.shape[1:])
linear_network = keras.Model(days, layers.Dense(1)(layers.Reshape((15,))(days)))
train(linear_network, xrnn_train, y_train)
linear_r2 = r2(linear_network(xrnn_test).numpy()[:, 0])

# %% question="e2"
day_train = day_design.loc[istrain].astype("float32").values
day_test = day_design.loc[~istrain].astype("float32").values
row = keras.Input(shape=day_train.shape[1:])
hidden = layers.Activation("relu")(layers.Dense(32)(row))
nonlinear = keras.Model(row, layers.Dense(1)(layers.Dropout(0.5)(hidden)))
train(nonlinear, day_train, y_train, shuffle=True)
nonlinear_r2 = r2(nonlinear.predict(day_test, verbose=0).squeeze())
