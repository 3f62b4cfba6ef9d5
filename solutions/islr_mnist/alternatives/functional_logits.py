# %% [markdown]
# Both models are written with the functional API, end in raw scores, and the loss adds the softmax.

# %% question="b1"
pixels = keras.Input((784,))
hidden = layers.Dense(256)(pixels)
hidden = layers.ReLU()(hidden)
hidden = layers.Dropout(rate=0.4)(hidden)
hidden = layers.Dense(128)(hidden)
hidden = layers.ReLU()(hidden)
hidden = layers.Dropout(rate=0.3)(hidden)
modelnn = keras.Model(pixels, layers.Dense(10)(hidden))
print(modelnn.count_params())

# %% question="b2"
modelnn.compile(
    keras.optimizers.RMSprop(0.001),
    keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% question="c1"
pixels = keras.Input((784,))
modellr = keras.Model(pixels, layers.Dense(10)(pixels))

# %% question="c2"
modellr.compile(
    keras.optimizers.RMSprop(0.001),
    keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history_lr = modellr.fit(x_train, y_train, 128, 30, verbose=0, validation_split=0.2)
