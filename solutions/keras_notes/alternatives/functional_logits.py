# %% [markdown]
# Both models are written with the functional API, end in raw scores, and the loss adds the softmax.


# %%
def build():
    """Return the network, compiled."""
    pixels = keras.Input(shape=(28 * 28,))
    hidden = layers.Dropout(0.4)(layers.Dense(256, activation="relu")(pixels))
    hidden = layers.Dropout(0.3)(layers.Dense(128, activation="relu")(hidden))
    network = keras.Model(inputs=pixels, outputs=layers.Dense(10)(hidden))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(optimizer="rmsprop", loss=loss, metrics=["accuracy"])
    return network


# %% question="k5"
model = build()
model.summary()

# %% question="k9"
print(model.loss.name, model.optimizer.name)

# %% question="k16"
model_stopped = build()
history_stopped = model_stopped.fit(
    x_train,
    y_train,
    epochs=30,
    batch_size=128,
    validation_split=0.2,
    verbose=0,
    callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)],
)
first = len(x_train) - len(x_train) // 5
val_loss_stopped, _ = model_stopped.evaluate(x_train[first:], y_train[first:], verbose=0)
