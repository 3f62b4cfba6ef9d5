# %% [markdown]
# The model takes square images with a channel and flattens them; activations are layers of their own.

# %% question="k5"
model = keras.Sequential(name="square")
model.add(keras.Input(shape=(28, 28, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(256))
model.add(layers.Activation("relu"))
model.add(layers.Dropout(0.4))
model.add(layers.Dense(128))
model.add(layers.ReLU())
model.add(layers.Dropout(0.3))
model.add(layers.Dense(10))
model.add(layers.Softmax())
model.summary()

# %% question="k7"
shape_of_one = model.predict(x_test[:1].reshape(-1, 28, 28, 1), verbose=0).shape
shape_of_five = model.predict(x_test[:5].reshape(-1, 28, 28, 1), verbose=0).shape

# %% question="k9"
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9),
    loss=keras.losses.CategoricalCrossentropy(),
    metrics=[keras.metrics.CategoricalAccuracy()],
)

# %% question="k11"
history = model.fit(
    x_train.reshape(-1, 28, 28, 1), y_train, epochs=30, batch_size=128, validation_split=0.2, verbose=0
)

# %% question="k12"
curves = pd.DataFrame(history.history)
curves.index = curves.index + 1
curves[["loss", "val_loss"]].plot(xlabel="epoch", ylabel="loss")
curves[["categorical_accuracy", "val_categorical_accuracy"]].plot(xlabel="epoch", ylabel="accuracy")
plt.show()

# %% question="k13"
cut = round(0.8 * len(x_train))
val_loss_now = model.evaluate(x_train[cut:].reshape(-1, 28, 28, 1), y_train[cut:], verbose=0)[0]
epoch_kept = int(np.isclose(history.history["val_loss"], val_loss_now, rtol=1e-4).nonzero()[0][-1] + 1)
epoch_best = int(np.argsort(history.history["val_loss"])[0] + 1)

# %% question="k14"
test_loss, test_accuracy = model.evaluate(x_test.reshape(-1, 28, 28, 1), y_test, verbose=0)

# %% question="k15"
probabilities = model(x_test.reshape(-1, 28, 28, 1))
digits = keras.ops.convert_to_numpy(keras.ops.argmax(probabilities, axis=1))
first_ten = [int(digit) for digit in digits[:10]]

figure, axes = plt.subplots(1, 10, figsize=(12, 2))
for place, axis in enumerate(axes):
    axis.matshow(x_test[place].reshape(28, 28))
    axis.set_title(f"{first_ten[place]} ({probabilities[place][first_ten[place]]:.2f})", fontsize=7)
plt.show()
