# %% [markdown]
# Where the prompts leave a choice, another one is made: other changes, other epochs, callbacks, a regularised best model.

# %% question="b6"
history_network = network.fit(
    x=train_images, y=train_labels, batch_size=128, epochs=5, validation_split=0.1, verbose=0
)

# %% question="b7"
report = network.evaluate(test_images, test_labels, return_dict=True, verbose=0)
test_loss, test_acc = report["loss"], report["accuracy"]

# %% question="b8"
first_ten = np.argmax(network(test_images[:10]), axis=-1)

# %% question="b10"
changed_1 = keras.Sequential(
    [
        keras.Input((784,)),
        layers.Dense(64, activation="tanh"),
        layers.Dense(64, activation="tanh"),
        layers.Dense(10, activation="softmax"),
    ]
)
changed_1.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history_changed_1 = changed_1.fit(train_images, train_labels, epochs=2, batch_size=128, verbose=0)

# %% question="b10"
changed_2 = keras.models.clone_model(network)
changed_2.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
history_changed_2 = changed_2.fit(train_images, train_labels, epochs=2, batch_size=128, verbose=0)

# %% question="b10"
changed_3 = keras.models.clone_model(network)
changed_3.compile(
    optimizer=keras.optimizers.RMSprop(0.05), loss="categorical_crossentropy", metrics=["accuracy"]
)
history_changed_3 = changed_3.fit(train_images, train_labels, epochs=2, batch_size=128, verbose=0)

# %% question="c8"
lowest = min(history.history["val_loss"])
best_epoch = history.history["val_loss"].index(lowest) + 1
epochs = range(1, 21)
plt.plot(history.history["loss"])
plt.plot(history.history["val_loss"])

# %% question="c8"
plt.plot(history.history["accuracy"])
plt.plot(history.history["val_accuracy"])

# %% question="c9"
final_model = keras.Sequential(
    [
        keras.Input((10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
final_model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history_final = final_model.fit(
    x_train, y_train, epochs=max(3, min(best_epoch, 8)), batch_size=512, verbose=0
)
results = final_model.evaluate(x_test, y_test, verbose=0)

# %% question="c12"
penalty = keras.regularizers.L2(0.0005)
best_model = keras.Sequential(
    [
        keras.Input((10000,)),
        layers.Dense(24, activation="relu", kernel_regularizer=penalty),
        layers.Dropout(0.4),
        layers.Dense(1, activation="sigmoid"),
    ]
)
best_model.compile(optimizer=keras.optimizers.AdamW(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
history_best = best_model.fit(
    partial_x_train,
    partial_y_train,
    epochs=15,
    batch_size=128,
    validation_data=(x_val, y_val),
    callbacks=[stop],
    verbose=0,
)
