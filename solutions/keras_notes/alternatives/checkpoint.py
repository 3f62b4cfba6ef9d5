# %% [markdown]
# The best weights are saved to a file during training and loaded at its end; labels of the fit are the digits themselves.

# %% question="k9"
model.compile(
    optimizer=keras.optimizers.RMSprop(), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)

# %% question="k11"
digits_train = y_train.to_numpy().argmax(axis=1)
history = model.fit(x_train, digits_train, epochs=30, batch_size=128, validation_split=0.2, verbose=0)

# %% question="k13"
cut = round(0.8 * len(x_train))
val_loss_now = model.evaluate(x_train[cut:], digits_train[cut:], verbose=0)[0]
epoch_kept = int(np.argmin(np.abs(np.subtract(history.history["val_loss"], val_loss_now)))) + 1
epoch_best = int(np.argmin(history.history["val_loss"])) + 1

# %% question="k14"
test_loss, test_accuracy = model.evaluate(x_test, y_test.to_numpy().argmax(axis=1), verbose=0)

# %% question="k16"
model_stopped = keras.Sequential([keras.Input((784,))])
for layer in model.layers:
    model_stopped.add(type(layer).from_config(layer.get_config()))
model_stopped.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history_stopped = model_stopped.fit(
    x_train,
    digits_train,
    epochs=30,
    batch_size=128,
    validation_split=0.2,
    verbose=0,
    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=3),
        keras.callbacks.ModelCheckpoint(
            "best.weights.h5", monitor="val_loss", save_best_only=True, save_weights_only=True
        ),
    ],
)
model_stopped.load_weights("best.weights.h5")
val_loss_stopped = model_stopped.evaluate(x_train[cut:], digits_train[cut:], verbose=0)[0]
