# %% [markdown]
# The validation rows are cut off once, by index, and passed to both fits as validation data.

# %% question="k11"
fitted_rows = len(x_train) - len(x_train) // 5
x_val, y_val = x_train[fitted_rows:], y_train[fitted_rows:]
history = model.fit(
    x_train[:fitted_rows],
    y_train[:fitted_rows],
    validation_data=(x_val, y_val),
    epochs=30,
    batch_size=128,
    verbose=0,
)

# %% question="k13"
val_loss_now = model.evaluate(x_val, y_val, verbose=0, return_dict=True)["loss"]
differences = [abs(loss - val_loss_now) for loss in history.history["val_loss"]]
epoch_kept = 1 + differences.index(min(differences))
epoch_best = 1 + min(range(30), key=history.history["val_loss"].__getitem__)

# %% question="k16"
model_stopped = keras.models.clone_model(model)
model_stopped.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history_stopped = model_stopped.fit(
    x_train[:fitted_rows],
    y_train[:fitted_rows],
    validation_data=(x_val, y_val),
    epochs=30,
    batch_size=128,
    callbacks=keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    verbose=0,
)
val_loss_stopped = float(model_stopped.evaluate(x_val, y_val, verbose=0)[0])
