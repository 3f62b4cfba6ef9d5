# %% [markdown]
# Gives raw scores, and tells the loss so.

# %% question="q6"
model = keras.Sequential()
model.add(keras.Input(shape=(32, 32, 3)))
for filters in [32, 64, 128, 256]:
    model.add(
        layers.Conv2D(filters=filters, kernel_size=3, padding="same", activation=keras.activations.relu)
    )
    model.add(layers.MaxPool2D(pool_size=2, strides=2))
model.add(layers.Flatten())
model.add(layers.Dropout(rate=0.5))
model.add(layers.Dense(512, "relu"))
model.add(layers.Dense(100))

# %% question="q9"
model.compile(
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    optimizer=keras.optimizers.RMSprop(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
