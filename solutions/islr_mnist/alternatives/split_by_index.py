# %% [markdown]
# The validation images are cut off by index and passed as validation data.

# %% question="b3"
held = len(x_train) // 5
history = modelnn.fit(
    x_train[:-held],
    y_train[:-held],
    validation_data=(x_train[-held:], y_train[-held:]),
    epochs=15,
    batch_size=128,
    verbose=0,
)

# %% question="b4"
steps_per_epoch = history.params["steps"]
steps_in_all = steps_per_epoch * len(history.epoch)

# %% question="c2"
modellr.compile(optimizer=keras.optimizers.RMSprop(), loss="categorical_crossentropy", metrics=["accuracy"])
history_lr = modellr.fit(
    x_train[held:],
    y_train[held:],
    validation_data=(x_train[:held], y_train[:held]),
    epochs=30,
    batch_size=128,
    verbose=0,
)
