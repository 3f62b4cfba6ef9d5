# %% [markdown]
# Centres the scaled pixels inside the model, with a layer that has no parameters.

# %% question="q6"
model = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Rescaling(2.0, offset=-1.0),
        *[
            layer
            for filters in (32, 64, 128, 256)
            for layer in (
                layers.Conv2D(filters, (3, 3), padding="same", activation="relu"),
                layers.MaxPooling2D((2, 2)),
            )
        ],
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(512, activation="relu"),
        layers.Dense(100, activation="softmax"),
    ]
)
