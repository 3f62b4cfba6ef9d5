# %% [markdown]
# Every network is built with the functional API: layers are called on tensors, and `keras.Model` joins input and output.

# %% question="b2"
pixels = keras.Input(shape=(784,))
hidden = layers.Dense(512, activation="relu", name="hidden")(pixels)
scores = layers.Dense(10, activation="softmax", name="digits")(hidden)
network = keras.Model(pixels, scores)
network.summary()


# %% question="c4"
def build_reviewer():
    """Return a new network for rows of words."""
    words = keras.Input(shape=(10000,))
    features = layers.Dense(16, activation="relu")(words)
    features = layers.Dense(16, activation="relu")(features)
    return keras.Model(words, layers.Dense(1, activation="sigmoid")(features))


model = build_reviewer()
model.summary()

# %% question="c9"
final_model = build_reviewer()
final_model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_final = final_model.fit(x_train, y_train, epochs=4, batch_size=512, verbose=0)
results = final_model.evaluate(x_test, y_test, verbose=0)

# %% question="c10"
words = keras.Input(shape=(10000,))
features = layers.Dropout(0.4)(layers.Dense(16, activation="relu")(words))
features = layers.Dropout(0.4)(layers.Dense(16, activation="relu")(features))
model_dropout = keras.Model(words, layers.Dense(1, activation="sigmoid")(features))
model_dropout.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_dropout = model_dropout.fit(
    partial_x_train, partial_y_train, epochs=20, batch_size=512, validation_data=(x_val, y_val), verbose=0
)
plt.plot(history.history["val_loss"], label="without dropout")
plt.plot(history_dropout.history["val_loss"], label="with dropout")
plt.legend()

# %% question="c12"
words = keras.Input(shape=(10000,))
features = layers.Dropout(0.5)(layers.Dense(16, activation="relu")(words))
best_model = keras.Model(words, layers.Dense(1, activation="sigmoid")(features))
best_model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
best_model.fit(x_train, y_train, epochs=5, batch_size=256, verbose=0)
