# %% [markdown]
# Networks grow layer by layer with `add`, activations are layers of their own, and everything in `compile` is an object.

# %% question="b2"
network = keras.Sequential(name="digits")
network.add(keras.Input(shape=(28 * 28,)))
network.add(layers.Dense(512))
network.add(layers.ReLU())
network.add(layers.Dense(10))
network.add(layers.Softmax())
network.build()

# %% question="b3"
network.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9),
    loss=keras.losses.CategoricalCrossentropy(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% question="c4"
model = keras.models.Sequential()
model.add(layers.InputLayer(shape=(10000,)))
for _ in range(2):
    model.add(layers.Dense(units=16))
    model.add(layers.Activation("relu"))
model.add(layers.Dense(units=1))
model.add(layers.Activation(keras.activations.sigmoid))

# %% question="c5"
model.compile(
    keras.optimizers.RMSprop(1e-3),
    keras.losses.binary_crossentropy,
    metrics=[keras.metrics.binary_accuracy, "accuracy"],
)

# %% question="c9"
final_model = keras.Sequential()
final_model.add(keras.Input((10000,)))
final_model.add(layers.Dense(16, activation=keras.activations.relu))
final_model.add(layers.Dense(16, activation=layers.ReLU()))
final_model.add(layers.Dense(1, activation="sigmoid"))
final_model.compile(keras.optimizers.RMSprop(), keras.losses.BinaryCrossentropy(), metrics=["acc"])
history_final = final_model.fit(x_train, y_train, batch_size=512, epochs=3, verbose=0)
results = final_model.evaluate(x_test, y_test, verbose=0)

# %% question="c10"
model_dropout = keras.Sequential([keras.Input((10000,))])
for rate in (0.5, 0.3):
    model_dropout.add(layers.Dense(16))
    model_dropout.add(layers.ReLU())
    model_dropout.add(layers.Dropout(rate))
model_dropout.add(layers.Dense(1, activation=keras.ops.sigmoid))
model_dropout.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
history_dropout = model_dropout.fit(
    x=partial_x_train,
    y=partial_y_train,
    batch_size=512,
    epochs=20,
    validation_data=(x_val, y_val),
    verbose=0,
)
