"""The honest solution of the zoo's lab."""

# %% q1
total = int((labels.astype("int64") * np.arange(1, len(labels) + 1)).sum())

# %% q2
one_hot = np.zeros((len(labels), 10))
one_hot[np.arange(len(labels)), labels] = 1

# %% q3
import keras

model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train_images, labels, epochs=4, batch_size=64, verbose=0)
test_acc = float(model.evaluate(test_images, test_labels, verbose=0)[1])
